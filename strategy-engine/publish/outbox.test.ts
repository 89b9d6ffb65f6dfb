import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
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
  const open = (name = 'demo') => outbox.openStream({ name, plan: name, market: 'BTC/USDT' })
  open()
  outbox.commit()
  const append = (decided: SignalInput) => {
    const signed = outbox.seal(decided)
    outbox.commit()
    return signed
  }
  return { outbox, database, open, append, close: () => database.close() }
}

function input(start: number, kind: 'entry' | 'exit', name = 'demo'): SignalInput {
  const common = { ref: '100.5', reason: 'close 100.50' }
  const size = { unit: 'percent' as const, value: kind === 'entry' ? '10' : '100' }
  const decision =
    kind === 'entry' ? { kind, size, stop: '99', exits: {}, ...common } : { kind, size, ...common }
  return { issuer: 'home', strategy: { ...RULES, name }, start, decision }
}

function part(start: number, value: string): SignalInput {
  const exit = input(start, 'exit')
  return { ...exit, decision: { ...exit.decision, size: { unit: 'percent', value } } }
}

function verifySignal(token: string, now: number) {
  const topic = 'keyside/v1/signal/home/demo'
  const verified = verify(token, PINS, { kinds: ['signal'], audience: 'executors', now, topic })
  if (!verified.ok) throw new Error(verified.message)
  return verified
}

test('an executor accepts what it signs', () => {
  const { append, close } = openOutbox()
  const entry = append(input(600, 'entry'))
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
  const exit = verifySignal(append(input(660, 'exit'))?.token ?? '', 721)
  expect(exit.claims).toMatchObject({ side: 'sell', iat: 720, exp: 1320, validUntil: 1320 })
  close()
})

test('an entry tells what the device does by itself, and an exit does not', () => {
  const { append, close } = openOutbox()
  const exits = {
    takeProfits: [{ price: '103.0125', percent: '50', after: 600 }],
    trailingStop: { percent: '1.5', from: '2' },
    breakEven: '1',
    maxHold: 3_600,
  }
  const { decision, ...rest } = input(600, 'entry')
  const entry = append({ ...rest, decision: { ...decision, exits } as typeof decision })
  expect(verifySignal(entry?.token ?? '', 661).claims).toMatchObject(exits)
  const exit = append(input(660, 'exit'))
  expect(Object.keys(verifySignal(exit?.token ?? '', 721).claims)).not.toContain('takeProfits')
  close()
})

test('gives what a position came of: its entries since the last exit, also those not yet committed', () => {
  const { append, outbox, close } = openOutbox()
  const kinds = () => outbox.positionSignals('demo').map(({ seq, kind }) => [seq, kind])
  expect(kinds()).toEqual([])
  append(input(600, 'entry'))
  append(input(660, 'exit'))
  expect(kinds()).toEqual([[2, 'exit']])
  append(input(720, 'entry'))
  outbox.seal(input(780, 'entry'))
  expect(kinds()).toEqual([
    [3, 'entry'],
    [4, 'entry'],
  ])
  expect(outbox.positionSignals('other')).toEqual([])
  close()
})

test('numbers and chains the signals of a stream, whatever restarts come between', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 8 }), (restarts) => {
      const path = join(folder, `${crypto.randomUUID()}.db`)
      let { outbox, append, close } = openOutbox(path)
      let prev = GENESIS
      restarts.forEach((restart, i) => {
        if (restart) {
          close()
          ;({ outbox, append, close } = openOutbox(path))
        }
        const signed = append(input(i * 60, i % 2 === 0 ? 'entry' : 'exit'))
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
  const token = one.append(input(600, 'entry'))?.token
  expect(token).toBeDefined()
  expect(other.append(input(600, 'entry'))?.token).toBe(token)
  one.close()
  other.close()
})

test('an exit of a part leaves the level of the head as it was, one of all is flat', () => {
  const { outbox, append, close } = openOutbox()
  const levels = [input(600, 'entry'), part(660, '60'), part(720, '100')].map((each) => {
    append(each)
    const { position, since } = outbox.stream('demo') ?? {}
    return [position, since]
  })
  expect(levels).toEqual([
    ['long', 1],
    ['long', 1],
    ['flat', 3],
  ])
  close()
})

test('says a decision once', () => {
  const { outbox, append, close } = openOutbox()
  append(input(600, 'entry'))
  expect(append(input(600, 'entry'))).toBe(null)
  expect(outbox.stream('demo')).toMatchObject({ seq: 1 })
  close()
})

test('keeps the same bytes to send when the engine dies before sending', () => {
  const before = openOutbox()
  const signed = before.append(input(600, 'entry'))
  before.close()
  const after = openOutbox()
  expect(after.outbox.unsent()).toEqual([signed])
  after.outbox.markSent([signed?.jti ?? ''])
  expect(after.outbox.unsent()).toEqual([])
  after.close()
})

test('commits many signals at once, the number of each with it, or none of them', () => {
  const { outbox, open, close } = openOutbox()
  open('other')
  outbox.seal(input(600, 'entry'))
  outbox.seal(input(600, 'entry', 'other'))
  expect(outbox.stream('demo'), 'nothing counts before').toMatchObject({ seq: 0, hash: GENESIS })
  const reader = new DatabaseSync(join(folder, 'engine.db'), { timeout: 0 })
  reader.exec('BEGIN IMMEDIATE')
  expect(() => outbox.commit()).toThrow(expect.objectContaining({ errcode: 5 }))
  expect(outbox.unsent()).toEqual([])
  reader.exec('ROLLBACK')
  reader.close()
  const { signals } = outbox.commit()
  expect(signals.map(({ stream, seq }) => [stream, seq])).toEqual([
    ['demo', 1],
    ['other', 1],
  ])
  expect(outbox.unsent()).toEqual(signals)
  expect(outbox.commit().signals, 'once').toEqual([])
  close()
})

test('a stream whose number cannot be stored has no signal, and takes no other with it', () => {
  const { outbox, database, open, close } = openOutbox()
  open('other')
  outbox.commit()
  const sabotage = `BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`
  database.exec(
    `CREATE TRIGGER full BEFORE UPDATE OF seq ON streams WHEN new.name = 'demo' ${sabotage}`,
  )
  outbox.seal(input(600, 'entry'))
  outbox.seal(input(600, 'entry', 'other'))
  const { signals, failed } = outbox.commit()
  expect([...failed.keys()]).toEqual(['demo'])
  expect(failed.get('demo')).toMatchObject({ message: 'the disk is full' })
  expect(outbox.stream('demo')).toMatchObject({ seq: 0, hash: GENESIS, position: 'flat' })
  expect(signals.map(({ stream }) => stream)).toEqual(['other'])
  expect(outbox.unsent()).toEqual(signals)
  close()
})

test('a disk that takes nothing stops all that was to be stored, and no more', () => {
  const { outbox, database, open, append, close } = openOutbox()
  open('other')
  outbox.commit()
  database.exec('PRAGMA query_only = ON')
  outbox.seal(input(600, 'entry'))
  expect([...outbox.commit().failed.keys()]).toEqual(['demo'])
  database.exec('PRAGMA query_only = OFF')
  expect(append(input(600, 'entry', 'other'))).toMatchObject({ stream: 'other', seq: 1 })
  close()
})

test('a second signal of a stream in one commit follows the first', () => {
  const { outbox, close } = openOutbox()
  const entry = outbox.seal(input(600, 'entry'))
  const exit = outbox.seal(input(660, 'exit'))
  expect(outbox.seal(input(660, 'exit')), 'a decision is said once').toBe(null)
  expect(outbox.commit().signals).toEqual([entry, exit])
  expect(verifySignal(exit?.token ?? '', 721).claims).toMatchObject({
    seq: 2,
    prev: hashText(entry?.token ?? ''),
  })
  close()
})

test('what was marked is not sent any more, and the number stays', () => {
  const { outbox, append, close } = openOutbox()
  const entry = append(input(600, 'entry'))
  const exit = append(input(660, 'exit'))
  outbox.markMissed([entry?.jti ?? ''])
  expect(outbox.unsent()).toEqual([exit])
  outbox.markSent([exit?.jti ?? ''])
  expect(outbox.unsent()).toEqual([])
  expect(outbox.stream('demo')).toMatchObject({ seq: 2, hash: hashText(exit?.token ?? '') })
  close()
})

test('a close is one row for all streams of a market, and tells each of them where it stands after a crash', () => {
  const before = openOutbox()
  before.open('other')
  before.open('late')
  before.outbox.follow('demo', 'BTC/USDT 1m', 600)
  before.outbox.follow('other', 'BTC/USDT 1m', 600)
  before.outbox.close('BTC/USDT 1m', 660)
  before.append(input(720, 'entry'))
  // It was given 720 as history, and has decided on nothing since.
  before.outbox.follow('late', 'BTC/USDT 1m', 720)
  before.outbox.close('BTC/USDT 1m', 720)
  const changes = () => before.database.prepare('SELECT total_changes() AS n').get()?.['n']
  before.outbox.commit()
  const written = Number(changes())
  before.outbox.close('BTC/USDT 1m', 720)
  before.outbox.commit()
  expect(Number(changes()) - written).toBe(1)
  expect(before.outbox.stream('other')).toMatchObject({ lastCandle: 720 })
  // Sealed and closed, and lost with the crash.
  before.outbox.seal(input(780, 'exit'))
  before.outbox.close('BTC/USDT 1m', 780)
  before.close()
  const { outbox, close } = openOutbox()
  const seen = (name: string) => outbox.stream(name)?.lastCandle
  expect([seen('demo'), seen('other'), seen('late')]).toEqual([720, 720, null])
  close()
})

test('a stream that ended keeps the last candle that it has seen, whatever its market does', () => {
  const before = openOutbox()
  before.outbox.follow('demo', 'BTC/USDT 1m', 600)
  before.outbox.close('BTC/USDT 1m', 660)
  before.outbox.unfollow('demo')
  before.outbox.close('BTC/USDT 1m', 720)
  before.outbox.commit()
  before.close()
  const { outbox, close } = openOutbox()
  expect(outbox.stream('demo')).toMatchObject({ lastCandle: 660 })
  close()
})

test('opens while another program holds the database, and settles what a former run left at the first commit', () => {
  const path = join(folder, 'engine.db')
  const before = openOutbox(path)
  before.open('other')
  for (const name of ['demo', 'other']) before.outbox.follow(name, 'BTC/USDT 1m', 600)
  before.outbox.close('BTC/USDT 1m', 660)
  before.outbox.commit()
  before.close()
  const holder = new DatabaseSync(path)
  holder.exec('BEGIN IMMEDIATE')
  const database = openTables(path)
  const outbox = new Outbox(database, { key: KEY })
  expect(outbox.stream('demo')).toMatchObject({ lastCandle: 660 })
  holder.exec('ROLLBACK')
  holder.close()
  // The closes of this run are none of a stream that does not run in it.
  outbox.follow('demo', 'BTC/USDT 1m', 660)
  outbox.close('BTC/USDT 1m', 720)
  outbox.commit()
  database.close()
  const { outbox: after, close } = openOutbox(path)
  expect(['demo', 'other'].map((name) => after.stream(name)?.lastCandle)).toEqual([720, 660])
  close()
})

test('a stream keeps plan and market from its first signal on', () => {
  const { outbox, append, close } = openOutbox()
  const open = (plan: string, market: string) => outbox.openStream({ name: 'demo', plan, market })
  expect(open('trend', 'ETH/USDT')).toMatchObject({ plan: 'trend', market: 'ETH/USDT' })
  append(input(600, 'entry'))
  append(input(660, 'exit'))
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
