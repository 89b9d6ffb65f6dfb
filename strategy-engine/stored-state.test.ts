// A stored state that is damaged, or of other rules, is not used: all candles are gone through instead.
import { expect, test } from 'vitest'
import { readState, whyNot } from './market-state.ts'
import { openOutbox } from './publish/database.ts'
import { StateRows } from './publish/state-rows.ts'
import type { Strategy } from './strategies/file/strategy.ts'
import { strategyOf } from './testing/rules.ts'
import { CANDLES, FILE, Life, PAST, rows } from './testing/stopped-streams.ts'

const HOLDING = { ...FILE, enter: 'close > ema(3)', exit: 'rsi(5) > 99', stop: '50 %' }

function stored(fields: Record<string, string> = HOLDING) {
  const states = rows()
  const life = new Life(strategyOf(fields), states).run(0, PAST, 'history').run(PAST, 150, 'live')
  life.store(149)
  const begin = (other: Record<string, string>) =>
    new Life(strategyOf(other), states, life, CANDLES[149]?.start).restore()
  return { states, life, begin }
}

test('a position is gone on with by the same rules alone', () => {
  const { begin } = stored()
  expect(begin(HOLDING)).toBe(null)
  expect(begin({ ...HOLDING, stop: '49 %' })).toBe('the position of demo is not the stored one')
  const flat = stored({ ...HOLDING, exit: 'close < ema(3)', enter: 'close > 1000000' })
  expect(flat.begin({ ...HOLDING, exit: 'close < ema(3)', stop: '49 %' }), 'holds nothing').toBe(
    null,
  )
})

test('a series that was not stored has to see all candles', () => {
  const { begin } = stored()
  expect(begin({ ...HOLDING, enter: 'close > ema(4)' })).toBe('ema(4) is new')
  expect(begin({ ...HOLDING, enter: 'close > ema(3)[2]' })).toBe('ema(3)[2] is new')
})

test('rules that are code see all candles: what they remember is their own', () => {
  const { states, life } = stored()
  const code = { begin: () => expect.unreachable() } as unknown as NonNullable<Strategy['code']>
  const [stream] = life.part.streams
  Object.assign(stream?.strategy ?? {}, { code })
  expect(life.store(149)).toBe(false)
  const state = states.read('ETH/USDT 5m')
  const read = state === null || typeof state === 'string' ? null : readState(state)
  expect(read && whyNot(read, life.part, () => life.signals.length)).toMatch(/^a rule is code/)
})

test('what was damaged, of another market or of another version is not used', () => {
  const { states, life } = stored()
  const good = states.read('ETH/USDT 5m')
  if (good === null || typeof good === 'string') return expect.unreachable()
  const database = openOutbox(':memory:')
  const others = new StateRows(database, '1')
  const write = () => others.store(new Map([['ETH/USDT 5m', good]]))
  const set = (change: string) => {
    write()
    database.exec(`UPDATE states SET ${change}`)
    return others.read('ETH/USDT 5m')
  }
  write()
  expect(others.read('ETH/USDT 5m')).toEqual(good)
  expect(set("head = replace(head, '5', '6')")).toBe('damaged')
  expect(set('numbers = substr(numbers, 1, length(numbers) - 8)')).toBe('damaged')
  expect(set('numbers = zeroblob(length(numbers))')).toBe('damaged')
  expect(set("version = '2'")).toBe('damaged')
  write()
  database.exec("UPDATE states SET market = 'BTC/USDT 5m'")
  expect(others.read('BTC/USDT 5m')).toBe('damaged')
  expect(new StateRows(database, '2').read('ETH/USDT 5m')).toBe(null)
  write()
  expect(new StateRows(database, '2').read('ETH/USDT 5m')).toBe('other_version')
  // Numbers that belong to no such head, whoever wrote them.
  const { head, numbers } = good
  expect(readState({ head, numbers: numbers.subarray(1) })).toBe(null)
  expect(readState({ head: head.slice(1), numbers })).toBe(null)
  expect(readState({ head: '{}', numbers })).toBe(null)
  const longer = new Float64Array([...numbers, 1])
  const more = JSON.parse(head) as { streams: [string, string, number, number][] }
  for (const stream of more.streams) stream[3] += 1
  const odd = readState({ head: JSON.stringify(more), numbers: longer })
  expect(odd && whyNot(odd, life.part, () => life.signals.length)).toBe(
    'the numbers of demo are damaged',
  )
})
