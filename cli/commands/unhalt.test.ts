// keyside unhalt, with an executor that the test plays: only the files are real.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { markOf, unhaltFile } from '@keyside/executor'
import { signingKey } from '@keyside/protocol/node'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { processSpace } from '../../executor/process-mark.ts'
import { makeHome } from '../home/home.ts'
import { typed } from '../testing/typed.ts'

test.each([
  ['halted', { code: 'still_halted' }],
  ['running', null],
] as const)('an executor that answers "%s"', async (trading, refused) => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-unhalt-'))
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
  const answer = typed('unhalt', '--yes')
  if (refused) await expect(answer).rejects.toMatchObject(refused)
  else expect(await answer).toEqual([expect.stringContaining('trades again'), 0])
})
