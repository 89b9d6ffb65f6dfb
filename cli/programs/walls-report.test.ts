// The walls as they stand on this machine.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { PROGRAMS } from './program-names.ts'
import { HARMLESS_SIGNAL } from './wall-names.ts'
import { wallsReport } from './walls-report.ts'

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-walls-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  for (const name of PROGRAMS) mkdirSync(join(home, name))
  writeFileSync(join(home, 'config.yaml'), 'broker: {}\nengine: {}\nexecutor: {}\nbot: {}\n')
  return home
}

test('all stand, but what a program has on purpose', async () => {
  const home = newHome()
  expect(await wallsReport(home, PROGRAMS, { HOME: home })).toMatch(
    /^12 stand around broker, .*, open where they have to be: broker listens;/,
  )
})

test('one that does not stand is named with its program, and is no success', async () => {
  const home = newHome()
  writeFileSync(join(home, 'config.yaml'), 'executor: { policy: / }\n')
  await expect(wallsReport(home, ['executor'], { HOME: home })).rejects.toThrow(
    'no wall keeps these off: executor: files. ',
  )
})

/** All that Node names on Windows (`os.constants.signals` there): any other is refused as unknown, before any wall. */
const ON_WINDOWS = [
  'SIGHUP',
  'SIGINT',
  'SIGILL',
  'SIGABRT',
  'SIGFPE',
  'SIGKILL',
  'SIGSEGV',
  'SIGTERM',
  'SIGBREAK',
  'SIGWINCH',
]

test('the wall around signals is tried with one that each system knows, and that ends nothing', () => {
  expect(ON_WINDOWS).toContain(HARMLESS_SIGNAL)
  expect(constants.signals).toHaveProperty(HARMLESS_SIGNAL)
})
