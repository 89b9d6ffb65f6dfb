// keyside venue: what it refuses before anything is asked of an exchange, and what it lists without a home.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CLAIM_NAMES, codeOf, keepProof, VENUE_NAMES } from '@keyside/executor'
import { signingKey } from '@keyside/protocol/node'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeHome } from '../cli/home/home.ts'
import { unprovedLine } from '../cli/home/venue-info.ts'
import { typed } from '../cli/testing/typed.ts'
import { register } from '../executor/registry.ts'

const HEADING = new RegExp(`^claim +${VENUE_NAMES.join(' +')}$`, 'm')
/** The same for each of them. */
const rowOf = (claim: string, word: string) =>
  new RegExp(`^${claim}(?: +${word}){${VENUE_NAMES.length}}$`, 'm')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-venue-'))
  vi.stubEnv('HOME', folder)
  vi.stubEnv('KEYSIDE_HOME', join(folder, 'home'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function home(account: 'paper' | 'binance'): string {
  const path = join(folder, 'home')
  makeHome({
    home: path,
    role: 'trader',
    account,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    deviceKey: signingKey(systemRandomBytes(32)).publicKey,
    keychain: 'vault',
    examples: { strategies: [], policy: '' },
  })
  return path
}

test('lists every claim of every exchange, without a home', async () => {
  const [text] = await typed('venue', 'list')
  expect(text).toMatch(HEADING)
  expect(text).toMatch(rowOf('lost_answers', 'sandbox'))
  expect(text).toMatch(rowOf('stop_lasts', 'none'))
  const [json] = await typed('venue', 'list', '--json')
  expect(JSON.parse(json)[0]).toMatchObject({
    claim: 'client_ids',
    venues: { okx: { evidence: 'recorded', failed: null } },
  })
})

test('says what a trader does about what the exchange of this home has not shown', async () => {
  home('binance')
  const [text] = await typed('venue', 'list')
  expect(text).toContain('What follows from what binance, where this home trades, has not shown')
  expect(text).toMatch(
    /^ {2}each entry asks you first \(unproved_venue\): begin with small amounts \(client_ids, look_up/m,
  )
})

test('the executor and doctor say so with real money, and no more once the exchange has shown it', async () => {
  const path = home('binance')
  expect(await unprovedLine(path)).toContain('binance itself has not shown 16 things')
  const shown = CLAIM_NAMES.map((claim) => [claim, { outcome: 'proved', seen: '' }])
  keepProof(path, 'binance', {
    network: 'live',
    address: null,
    market: 'BTC/USDT',
    at: new Date().toISOString(),
    code: codeOf('binance'),
    claims: Object.fromEntries(shown),
  })
  expect(await unprovedLine(path)).toBeNull()
  const [text] = await typed('venue', 'list')
  expect(text).toContain('binance, where this home trades, has shown all of it.')
})

test('a proof needs a word whose money it is, and the home of that exchange', async () => {
  home('binance')
  const refused = (...args: string[]) => typed('venue', 'prove', ...args)
  await expect(refused('binance')).rejects.toMatchObject({ code: 'answer_missing' })
  await expect(refused('okx', '--live-least')).rejects.toMatchObject({ code: 'venue_not_here' })
})

test('an exchange that is none is refused before it is asked where, and with the names that there are', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('exit')
  })
  await expect(typed('venue', 'prove', 'foo')).rejects.toThrow('exit')
  expect(said.mock.calls.join()).toMatch(/'foo' is invalid.*binance, bybit, okx/)
  vi.restoreAllMocks()
})

test('lists them in a home that has no executor too', async () => {
  mkdirSync(join(folder, 'home'))
  writeFileSync(join(folder, 'home/config.yaml'), 'broker: {}\n', { mode: 0o600 })
  expect((await typed('venue', 'list'))[0]).toMatch(HEADING)
})

test('paper has nothing to prove, and no key is asked for', async () => {
  expect(await unprovedLine(home('paper'))).toBeNull()
  await expect(typed('venue', 'prove', 'binance', '--testnet')).rejects.toMatchObject({
    code: 'paper_has_no_key',
  })
})

test('nothing is ordered beside an executor that runs', async () => {
  register(home('binance'), 'session', systemClock.now())
  await expect(typed('venue', 'prove', 'binance', '--live-least')).rejects.toMatchObject({
    code: 'executor_runs',
  })
})
