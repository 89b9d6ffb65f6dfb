// keyside unhalt, with an executor that the test plays: only the files are real.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { askForHalt, haltFile, markOf, unhaltFile } from '@keyside/executor'
import { signingKey } from '@keyside/protocol/node'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { processSpace } from '../../executor/process-mark.ts'
import { makeHome } from '../home/home.ts'
import { typed } from '../testing/typed.ts'

function newHome(home: string): void {
  makeHome({
    home,
    role: 'alone',
    clock: systemClock,
    randomBytes: systemRandomBytes,
    deviceKey: signingKey(systemRandomBytes(32)).publicKey,
    keychain: 'vault',
    port: 1883,
    examples: { strategies: [], policy: '' },
  })
}

/** A home whose executor answers with `trading`. */
function homeThatAnswers(trading: 'halted' | 'running'): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-unhalt-'))
  newHome(home)
  mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 })
  const mark = markOf(process.pid)
  const note = {
    session: 's',
    pid: process.pid,
    space: processSpace(),
    since: 'then',
    ...(mark !== 'unknown' && mark),
  }
  writeFileSync(join(home, 'run/executor.json'), JSON.stringify(note))
  const answering = setInterval(() => {
    if (!existsSync(unhaltFile(home))) return
    const to = readFileSync(unhaltFile(home), 'utf8')
    const said = { to, session: 's', trading, positions: 'keep', held: [] }
    writeFileSync(`${unhaltFile(home)}.answer`, JSON.stringify(said))
  }, 10)
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => {
    clearInterval(answering)
    vi.unstubAllEnvs()
    rmSync(home, { recursive: true })
  })
  return home
}

test.each([
  ['halted', { code: 'still_halted' }],
  ['running', null],
] as const)('an executor that answers "%s"', async (trading, refused) => {
  homeThatAnswers(trading)
  const answer = typed('unhalt', '--yes')
  if (refused) await expect(answer).rejects.toMatchObject(refused)
  else expect(await answer).toEqual([expect.stringContaining('trades again'), 0])
})

test('where one of several stays halted, the others are asked about, and what is left is told at the end', async () => {
  const home = homeThatAnswers('halted')
  const [left, undone] = ['first', 'second'].map((name) => join(home, 'accounts', name))
  if (left === undefined || undone === undefined) throw new Error('none')
  for (const account of [left, undone]) newHome(account)
  for (const one of [home, left, undone])
    askForHalt(one, { positions: 'keep', id: 'x', now: systemClock.now() })
  const typing = Readable.from(['y\n', 'n\n', 'y\n']) as unknown as typeof process.stdin
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(typing)
  onTestFinished(() => stdin.mockRestore())
  await expect(typed('unhalt')).rejects.toMatchObject({
    code: 'still_halted',
    message: expect.stringMatching(
      new RegExp(`another halt came to ${home}, .*; still halted: ${left}$`),
    ),
  })
  expect([left, undone].map((account) => existsSync(haltFile(account)))).toEqual([true, false])
})
