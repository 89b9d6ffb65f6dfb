// Another key in the place of the old one, through the real adapter at the sandbox exchange: tried before anything is let go.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { CALM, Market, type SandboxExchange, startExchange } from '@keyside/sandbox'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { Input } from './core/execution/inputs.ts'
import { answerKeyRequests, askToTakeKey, readKeyAnswer } from './key-requests.ts'
import { tryKey } from './rotate-key.ts'
import type { ApiKeys } from './venues/adapter/api-keys.ts'
import { VenueAdapter } from './venues/adapter/venue-adapter.ts'
import { binance } from './venues/binance/dialect.ts'
import type { Exchange } from './venues/port.ts'
import { newId, order } from './venues/testing/steps.ts'

const log = pino({ level: 'silent' })
const keysOf = (name: string): ApiKeys => ({
  apiKey: `${name}Key`.repeat(4),
  secret: `${name}Secret`,
})
const proof = systemRandomBytes(32)
let sandbox: SandboxExchange
beforeAll(async () => {
  const account = (name: string, key: string, rights = {}) => {
    const { apiKey, secret } = keysOf(key)
    return { name, apiKey, credential: { secret }, balances: {}, rights }
  }
  sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    proofSecret: proof,
    accounts: [
      { ...account('main', 'old'), balances: { USDT: '100000', BTC: '1' } },
      // By which it is told from the old one.
      account('main', 'new', { ipRestrict: false }),
      account('main', 'grasping', { enableWithdrawals: true }),
      { ...account('other', 'other'), balances: { USDT: '7' } },
    ],
  })
})
afterAll(() => sandbox.stop())

function open(name: string): Exchange {
  const { address } = sandbox
  const proved = { secret: proof, randomBytes: systemRandomBytes }
  const parts = { clock: systemClock, log, unitMs: 1 }
  const exchange = new VenueAdapter(binance, {
    keys: keysOf(name),
    address,
    sandbox: proved,
    ...parts,
  })
  onTestFinished(() => exchange.stop())
  return exchange
}

test.each([
  ['new', true, 'yes'],
  ['other', true, 'no'],
  ['unknown', false, 'unknown'],
])('the key %j is known (%j), and of the same account: %s', async (name, ok, same) => {
  const tried = await tryKey(open(name), open('old'))
  expect([tried.rights.ok, tried.same]).toEqual([ok, same])
})

test('an adapter that runs goes on with the new key without a pause, and stays with the old one where the new one will not do', async () => {
  const exchange = open('old')
  await exchange.start(['BTC/USDT'])
  const buys = async () => {
    const placed = await exchange.place(order({ clientOrderId: newId() }))
    return placed.outcome
  }
  for (const bad of ['grasping', 'unknown'])
    expect(await exchange.useKeys(keysOf(bad))).toMatchObject({ ok: false })
  expect(await buys()).toBe('accepted')
  const asked: Promise<string>[] = [buys(), buys()]
  const added = 1_700_000_000_000
  expect(await exchange.useKeys({ ...keysOf('new'), added })).toMatchObject({ ok: true })
  expect(await Promise.all([...asked, buys()])).toEqual(['accepted', 'accepted', 'accepted'])
  expect(await exchange.keyRights()).toMatchObject({ ok: true, value: { ipList: 'no' } })
})

test('the age of a key that its venue does not tell counts from when it was added', async () => {
  const answer = { enableSpotAndMarginTrading: true, enableWithdrawals: false }
  const silent = {
    ...binance,
    keyRights: () => ({ ...binance.time(), read: () => binance.keyRights().read(answer) }),
  }
  const { address } = sandbox
  const parts = { clock: systemClock, log, unitMs: 1, address }
  const exchange = new VenueAdapter(silent, { keys: { ...keysOf('old'), added: 5 }, ...parts })
  onTestFinished(() => exchange.stop())
  expect(await exchange.keyRights()).toMatchObject({ ok: true, value: { created: 5 } })
})

test('a terminal asks the executor that runs to take the key of the keychain, and hears what came of it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-rotate-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  mkdirSync(join(home, 'run'))
  const taken: Input[] = []
  let kept = 'grasping'
  let look: () => void = () => undefined
  answerKeyRequests({
    home,
    keys: async () => keysOf(kept),
    exchange: open('old'),
    take: (input) => taken.push(input),
    clock: {
      every: (_, run) => {
        look = run
        return () => undefined
      },
    },
    log,
  })
  const ask = async (id: string) => {
    const to = askToTakeKey(home, { now: 0, id })
    expect(readKeyAnswer(home, to)).toBeNull()
    look()
    return vi.waitFor(() => readKeyAnswer(home, to) ?? expect.fail('no answer'), 5_000)
  }
  expect(await ask('a')).toMatchObject({
    outcome: 'not taken',
    message: 'it may withdraw or transfer',
  })
  expect(taken).toEqual([])
  kept = 'new'
  expect(await ask('b')).toMatchObject({ outcome: 'taken' })
  expect(taken).toMatchObject([{ type: 'key_rights', rights: { ok: true } }])
  expect(readKeyAnswer(home, 'something else')).toBeNull()
})

test('a disk that takes no answer ends nothing: it is logged, and the next request is answered', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-rotate-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const warned: string[] = []
  let look: () => void = () => undefined
  answerKeyRequests({
    home,
    keys: () => Promise.reject(new Error('closed')),
    exchange: { useKeys: () => expect.unreachable() },
    take: () => expect.unreachable(),
    clock: {
      every: (_, run) => {
        look = run
        return () => undefined
      },
    },
    log: { ...log, warn: (...line: unknown[]) => void warned.push(String(line.at(-1))) },
  })
  askToTakeKey(home, { now: 0, id: 'a' })
  const inTheWay = join(home, 'run/KEY.answer')
  mkdirSync(inTheWay)
  look()
  await vi.waitFor(() => expect(warned.at(-1)).toContain('could not be answered'))
  rmSync(inTheWay, { recursive: true })
  const to = askToTakeKey(home, { now: 0, id: 'b' })
  look()
  await vi.waitFor(() => expect(readKeyAnswer(home, to)?.outcome).toBe('not taken'))
})
