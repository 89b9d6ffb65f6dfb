import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GENESIS, hashText, keyring, verify } from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { strategy } from '../testing/rules.ts'
import { openOutbox as openTables } from './database.ts'
import { Outbox } from './outbox.ts'
import { decisionId, type SignalInput } from './signal-claims.ts'

const KEY = signingKey(new Uint8Array(32).fill(3))
const RULES = strategy()
const PINS = keyring([{ key: publicKey(KEY.publicKey), issuer: 'home', kinds: ['signal'] }])

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-outbox-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function openOutbox(path = join(folder, 'engine.db')) {
  const database = openTables(path)
  const outbox = new Outbox(database, { key: KEY })
  outbox.openStream({ name: 'demo', plan: 'demo', market: 'BTC/USDT' })
  return { outbox, database, close: () => database.close() }
}

function input(start: number, kind: 'entry' | 'exit'): SignalInput {
  const common = { ref: '100.5', reason: 'close 100.50' }
  const size = { unit: 'percent' as const, value: kind === 'entry' ? '10' : '100' }
  const decision =
    kind === 'entry' ? { kind, size, stop: '99', ...common } : { kind, size, ...common }
  return { issuer: 'home', strategy: RULES, start, decision }
}

function verifySignal(token: string, now: number) {
  const topic = 'keyside/v1/signal/home/demo'
  const verified = verify(token, PINS, { kinds: ['signal'], audience: 'executors', now, topic })
  if (!verified.ok) throw new Error(verified.message)
  return verified
}

test('an executor accepts what it signs', () => {
  const { outbox, close } = openOutbox()
  const entry = outbox.append(input(600, 'entry'))
  const { claims } = verifySignal(entry?.token ?? '', 661)
  expect(claims).toEqual({
    iss: 'home',
    aud: 'executors',
    plan: 'demo',
    sub: 'demo',
    iat: 660,
    exp: 720,
    jti: decisionId(RULES, 600, 'entry'),
    seq: 1,
    prev: GENESIS,
    kind: 'entry',
    market: 'BTC/USDT',
    side: 'buy',
    size: { unit: 'percent', value: '10' },
    type: 'market',
    stopPrice: '99',
    referencePrice: '100.5',
    candle: { timeframe: '1m', start: 600 },
    reason: 'close 100.50',
    validUntil: 720,
  })
  const exit = verifySignal(outbox.append(input(660, 'exit'))?.token ?? '', 721)
  expect(exit.claims).toMatchObject({ side: 'sell', iat: 720, exp: 1320, validUntil: 1320 })
  close()
})

test('an entry tells what the device does by itself, and an exit does not', () => {
  const { outbox, close } = openOutbox()
  const takeProfit = [{ at: '2.5', sell: '50', after: 600 }]
  const strategy = {
    ...RULES,
    exits: {
      takeProfit,
      trailingStop: { percent: '1.5', from: '2' },
      breakEven: '1',
      maxHold: 3_600,
    },
  }
  const entry = outbox.append({ ...input(600, 'entry'), strategy })
  expect(verifySignal(entry?.token ?? '', 661).claims).toMatchObject({
    takeProfits: [{ price: '103.0125', percent: '50', after: 600 }],
    trailingStop: { percent: '1.5', from: '2' },
    breakEven: '1',
    maxHold: 3_600,
  })
  const exit = outbox.append({ ...input(660, 'exit'), strategy })
  expect(Object.keys(verifySignal(exit?.token ?? '', 721).claims)).not.toContain('takeProfits')
  close()
})

test('numbers and chains the signals of a stream, whatever restarts come between', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (restarts) => {
      const path = join(folder, `${crypto.randomUUID()}.db`)
      let { outbox, close } = openOutbox(path)
      let prev = GENESIS
      restarts.forEach((restart, i) => {
        if (restart) {
          close()
          ;({ outbox, close } = openOutbox(path))
        }
        const signed = outbox.append(input(i * 60, i % 2 === 0 ? 'entry' : 'exit'))
        const { claims, hash } = verifySignal(signed?.token ?? '', i * 60 + 61)
        expect(claims).toMatchObject({ seq: i + 1, prev })
        expect(outbox.stream('demo')).toMatchObject({
          seq: i + 1,
          hash,
          since: i + 1,
          position: i % 2 === 0 ? 'long' : 'flat',
        })
        prev = hash
      })
      close()
    }),
    { numRuns: 20 },
  )
})

test('gives two engines side by side the same bytes', () => {
  const [one, other] = [openOutbox(join(folder, 'a.db')), openOutbox(join(folder, 'b.db'))]
  const token = one.outbox.append(input(600, 'entry'))?.token
  expect(token).toBeDefined()
  expect(other.outbox.append(input(600, 'entry'))?.token).toBe(token)
  one.close()
  other.close()
})

test('says a decision once', () => {
  const { outbox, close } = openOutbox()
  outbox.append(input(600, 'entry'))
  expect(outbox.append(input(600, 'entry'))).toBe(null)
  expect(outbox.stream('demo')).toMatchObject({ seq: 1 })
  close()
})

test('keeps the same bytes to send when the engine dies before sending', () => {
  const before = openOutbox()
  const signed = before.outbox.append(input(600, 'entry'))
  before.close()
  const after = openOutbox()
  expect(after.outbox.unsent()).toEqual([signed])
  after.outbox.markSent(signed?.jti ?? '')
  expect(after.outbox.unsent()).toEqual([])
  after.close()
})

test('commits the number and the signal together or neither', () => {
  const { outbox, database, close } = openOutbox()
  const sabotage = `BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`
  database.exec(`CREATE TRIGGER full BEFORE UPDATE OF seq ON streams ${sabotage}`)
  expect(() => outbox.append(input(600, 'entry'))).toThrow('the disk is full')
  expect(outbox.stream('demo')).toMatchObject({ seq: 0, hash: GENESIS, position: 'flat' })
  expect(outbox.unsent()).toEqual([])
  close()
})

test('gives up what has expired, keeps it, and goes on with the rest', () => {
  const { outbox, close } = openOutbox()
  const entry = outbox.append(input(600, 'entry'))
  const exit = outbox.append(input(660, 'exit'))
  expect(outbox.dropExpired(719)).toEqual([])
  expect(outbox.dropExpired(720)).toEqual([entry])
  expect(outbox.unsent()).toEqual([exit])
  expect(outbox.stream('demo')).toMatchObject({ seq: 2, hash: hashText(exit?.token ?? '') })
  close()
})

test('a stream keeps plan and market from its first signal on', () => {
  const { outbox, close } = openOutbox()
  const open = (plan: string, market: string) => outbox.openStream({ name: 'demo', plan, market })
  expect(open('trend', 'ETH/USDT')).toMatchObject({ plan: 'trend', market: 'ETH/USDT' })
  outbox.append(input(600, 'entry'))
  outbox.append(input(660, 'exit'))
  expect(open('other', 'SOL/USDT')).toMatchObject({ plan: 'trend', market: 'ETH/USDT' })
  close()
})

test('names a decision by stream, candle, timeframe and kind alone', () => {
  const ids = [
    decisionId(RULES, 600, 'entry'),
    decisionId(RULES, 600, 'exit'),
    decisionId(RULES, 660, 'entry'),
    decisionId({ ...RULES, name: 'other' }, 600, 'entry'),
    decisionId({ ...RULES, timeframe: '5m' }, 600, 'entry'),
  ]
  expect(new Set(ids).size).toBe(5)
  expect(decisionId(strategy({ size: '99 %' }), 600, 'entry')).toBe(ids[0])
  // printf 'demo|600|1m|entry' | openssl dgst -sha256 -binary | head -c 16 | base64
  expect(ids[0]).toBe('6KzUrDNbZOnN1sRZPgAqgw')
})
