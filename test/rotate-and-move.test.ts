// A key is swapped under an executor that runs, and then the whole home goes to another machine: each time it trades on, with the
// commands as a person types them and the programs behind their walls.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepExchangeKeys, readJournal, vaultFile, verifyJournal } from '@keyside/executor'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { openVault } from '@keyside/runtime/vault'
import Big from 'big.js'
import { expect, onTestFinished, test } from 'vitest'
import { editConfig } from '../cli/home/edit-config.ts'
import { type Child, startChild, stopChildren } from '../cli/programs/children.ts'
import type { Program } from '../cli/programs/program-names.ts'
import { childCommand } from '../cli/programs/walled-command.ts'
import { newSandboxSecrets } from '../cli/sandbox/sandbox.ts'
import { keyside } from './keyside.ts'
import { recordHttp } from './recorder.ts'
import { scriptedEngine } from './scripted-engine.ts'
import { openTestSystem, UNASKED_POLICY, until } from './test-system.ts'

/** A machine that is busy with other things is no reason to refuse. */
const POLICY = UNASKED_POLICY.replace('max_signal_age: 10s', 'max_signal_age: 30s')

/** On a home of the sandbox's account, whose requests to the exchange are written down. */
async function openHome() {
  const nextKey = newSandboxSecrets(systemRandomBytes)
  const system = await openTestSystem({ policy: POLICY, nextKey })
  onTestFinished(() => system.close())
  const wire = await recordHttp(system.sandbox.exchange.address)
  onTestFinished(() => wire.stop())
  editConfig(system.home, (config) =>
    config.setIn(['executor', 'exchange', 'address'], wire.address),
  )
  const folder = mkdtempSync(join(tmpdir(), 'keyside-moved-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const run = (home: string, args: string, answers: readonly string[] = []) =>
    keyside(args.split(' '), {
      env: { PATH: process.env['PATH'], HOME: folder, KEYSIDE_HOME: home },
      answers,
    })
  /** Keys of the orders that were asked for since. */
  const ordered = (since: number) =>
    wire.requests
      .slice(since)
      .filter(({ method, path }) => method === 'POST' && path.includes('/order'))
      .map(({ headers }) => /x-mbx-apikey\n(\S+)/i.exec(headers)?.[1])
  const filled = (side: string) =>
    system.sandbox.exchange
      .acceptLog()
      .filter((order) => order.side === side)
      .reduce((sum, { executed }) => sum.plus(executed), new Big(0))
  return { ...system, wire, nextKey, folder, run, ordered, filled }
}

/** Of a home that has the passphrase of its vault. */
async function startIn(home: string, program: Program): Promise<Child> {
  const child = startChild(program, childCommand(program, { home }, process.env), {
    home,
    onLine: () => undefined,
    onMessage: () => undefined,
  })
  onTestFinished(() => stopChildren([child]))
  await child.ready
  return child
}

const events = (home: string, type: string) =>
  readJournal(join(home, 'executor/journal.db')).filter((event) => event.type === type)

test('a new key is traded with at once, and a home that was moved trades after its comparison, the old one never again', async () => {
  const { home, sandbox, passphrase, start, wire, nextKey, folder, run, ordered, filled } =
    await openHome()
  const running = [await start('broker'), await start('executor')]
  const engine = await scriptedEngine(home)
  onTestFinished(() => engine.close())
  await engine.signal({})
  await until('bought with the first key', () => events(home, 'fill').length === 1)
  expect(new Set(ordered(0))).toEqual(new Set([sandbox.secrets.apiKey]))

  const rotate = ({ apiKey, secret }: { apiKey: string; secret: string }) =>
    run(home, 'keys rotate', [passphrase, apiKey, secret])
  const rotated = await rotate(nextKey)
  expect(rotated, rotated.stderr).toMatchObject({ code: 0 })
  expect(rotated.stdout).toContain('has tried it, and uses it from now on')
  let since = wire.requests.length
  await engine.signal({ kind: 'exit' })
  await until('sold with the next one', () => events(home, 'fill').length === 2)
  expect(new Set(ordered(since))).toEqual(new Set([nextKey.apiKey]))

  // As by a rotation that was broken off: stored, and not handed over.
  const vault = await openVault({
    file: vaultFile(home),
    passphrase,
    randomBytes: systemRandomBytes,
  })
  const { apiKey, secret } = sandbox.secrets
  await keepExchangeKeys(vault, 'main', {
    exchange: 'binance',
    apiKey,
    secret,
    added: systemClock.now(),
  })
  const again = await rotate(sandbox.secrets)
  expect(again.stderr).toMatch(/has tried it, and uses it from now on.*\(key_unchanged\)/s)
  since = wire.requests.length
  await engine.signal({})
  await until('bought with the first one', () => events(home, 'fill').length === 3)
  expect(new Set(ordered(since))).toEqual(new Set([sandbox.secrets.apiKey]))

  const file = join(folder, 'home.backup')
  const words = join(folder, 'words')
  writeFileSync(words, 'correct horse battery staple\n', { mode: 0o600 })
  const create = `backup create ${file} --move --with-keys --passphrase-file ${words}`
  await stopChildren(running)
  const made = await run(home, create, [passphrase])
  expect(made, made.stderr).toMatchObject({ code: 0 })
  await expect(start('executor')).rejects.toMatchObject({ code: 'home_moved' })

  const next = join(folder, 'next')
  const restore = `backup restore ${file} --passphrase-file ${words} --vault-passphrase-file ${words}`
  const restored = await run(next, restore)
  expect(restored, restored.stderr).toMatchObject({ code: 0 })
  const adjusted = await run(next, 'journal adjust', ['y'])
  expect(adjusted, adjusted.stderr).toMatchObject({ code: 0 })
  expect(await run(next, 'unhalt --yes')).toMatchObject({ code: 0 })
  await startIn(next, 'broker')
  await startIn(next, 'executor')
  await engine.moveTo(next)
  await engine.signal({ kind: 'exit' })
  await until('what was held is sold', () => events(next, 'fill').length === 4)
  expect(filled('buy').minus(filled('sell')).lt('0.0001'), 'but for fees').toBe(true)
  await engine.signal({})
  await until('and bought again', () => events(next, 'fill').length === 5)
  expect(new Set(ordered(since))).toEqual(new Set([sandbox.secrets.apiKey]))
  expect(verifyJournal(join(next, 'executor/journal.db'))).toMatchObject({ brokenAt: null })
  expect(events(home, 'fill'), 'nothing more at the old one').toHaveLength(3)
})
