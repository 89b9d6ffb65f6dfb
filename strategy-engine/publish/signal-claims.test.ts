import { join } from 'node:path'
import { GENESIS } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { input, newFolder, openOutbox, RULES, verifySignal } from '../testing/outbox-fixture.ts'
import { strategy } from '../testing/rules.ts'
import { decisionId } from './signal-claims.ts'

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

test('gives two engines side by side the same bytes', () => {
  const folder = newFolder()
  const [one, other] = [openOutbox(join(folder, 'a.db')), openOutbox(join(folder, 'b.db'))]
  const token = one.append(input(600, 'entry'))?.token
  expect(token).toBeDefined()
  expect(other.append(input(600, 'entry'))?.token).toBe(token)
  one.close()
  other.close()
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
