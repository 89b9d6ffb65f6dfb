// Whatever a strategy reads: stopped, stored, read and gone on with, it signs what it would have signed without a stop.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Stream } from './decisions.ts'
import { INDICATORS } from './indicators/table.ts'
import { Graph } from './strategies/compile/graph.ts'
import type { Strategy } from './strategies/file/strategy.ts'
import { condition } from './strategies/testing/rule-texts.ts'
import { strategyOf } from './testing/rules.ts'
import {
  CANDLES,
  FILE,
  LENGTH,
  Life,
  lives,
  neverStopped,
  PAST,
  rows,
} from './testing/stopped-streams.ts'

const OWN_KERNELS = Object.entries(INDICATORS).filter(
  ([, { create, parameters }]) => create(parameters.map(smallest)).state !== null,
)

function smallest({ least, default: usual }: { least: number; default?: number }): number {
  return usual ?? Math.max(least, 5)
}

/** Enters and leaves whenever it rises and falls: by each of its outputs. */
function strategiesOf(name: string): readonly Strategy[] {
  const { inputs, parameters, outputs, unit } = INDICATORS[name] ?? expect.unreachable()
  const series = ['count', 'barssince'].includes(name) ? 'close > open' : 'close'
  const numbers = parameters.map((one) => String(smallest(one)))
  const call = `${name}(${[...(inputs === 'series' ? [series] : []), ...numbers].join(', ')})`
  return outputs.map((output) => {
    const value = outputs.length > 1 ? `${call}.${output}` : call
    const [enter, exit] =
      unit === 'condition'
        ? [value, `not ${value}`]
        : [`${value} > ${value}[1]`, `${value} < ${value}[1]`]
    return strategyOf({ ...FILE, enter, exit, stop: '20 %' })
  })
}

test("all kernels that are not the library's are tried below", () => {
  expect(OWN_KERNELS.length).toBeGreaterThanOrEqual(100)
})

test.each(OWN_KERNELS.map(([name]) => name))('%s goes on as if there had been no stop', (name) => {
  for (const strategy of strategiesOf(name)) {
    const stops = [61, 62, 100, 181]
    expect(lives(strategy, { stops, missed: 0, by: 'state' })).toEqual(neverStopped(strategy))
  }
})

test.each([
  ['close > close[7]', 'close < close[7]'],
  ['crossover(close, open[1])', 'crossunder(close, open[2])'],
  ['close < valuewhen(close > open, close)', 'close > valuewhen(close < open, close)'],
  ['close > ema(3) @ 30m', 'close < ema(3) @ 30m'],
  ['close > open @ 1h', 'close[3] < (low @ 15m)[5]'],
  ['rsi(3) @ BTC/USDT > 50', 'crossunder(close @ BTC/USDT 15m, ema(2) @ BTC/USDT 15m)'],
])('%s and %s go on as if there had been no stop', (enter, exit) => {
  const strategy = strategyOf({ ...FILE, enter: `"${enter}"`, exit: `"${exit}"`, stop: '20 %' })
  const never = neverStopped(strategy)
  for (let stop = PAST + 1; stop < LENGTH; stop += 1)
    expect(lives(strategy, { stops: [stop], missed: 0, by: 'state' }), `${stop}`).toEqual(never)
  expect(never.length).toBeGreaterThan(5)
})

const WAYS_OUT = fc.record({
  stop: fc.constantFrom('2 %', '5 %', '2 * atr(5)', '3 * stdev(close, 7)'),
  take_profit: fc.option(
    fc.constantFrom(
      '1 %',
      '[{ at: 1 %, sell: 40 % }, { at: 3 %, sell: 60 %, after: 20m }]',
      '[{ at: 2 * atr(3), sell: 50 % }, { at: 5 % }]',
    ),
  ),
  trailing_stop: fc.option(fc.constantFrom('2 %', '{ distance: 2 * atr(5), from: 1 % }')),
  break_even: fc.option(fc.constantFrom('1 %', 'atr(4)')),
  move_stop: fc.option(
    fc.constantFrom(
      '[{ to: high * 99 %, when: profit > 0.5 % }, { to: "lowest(low, 6)" }, { to: "low[candles since entry - 2]" }]',
    ),
  ),
  max_hold: fc.option(fc.constantFrom('1h', '3h')),
  cooldown: fc.option(fc.constantFrom('15m')),
  add: fc.option(fc.constantFrom('[{ when: close < first entry * 99 %, size: 5 % }]')),
})

const STRATEGY = fc
  .tuple(
    fc.constantFrom('close > open', 'rsi(5) < 45', 'rsi(3) @ 30m < 50', 'close @ BTC/USDT 1h > 0'),
    condition.filter((text) => !/profit|age|entry/.test(text)),
    condition,
    WAYS_OUT,
  )
  .map(([often, enter, exit, ways]) => {
    const chosen = Object.fromEntries(Object.entries(ways).filter(([, value]) => value !== null))
    return {
      ...FILE,
      ...chosen,
      enter: `{ often: ${often}, seldom: "${enter}" }`,
      exit: `"${exit}"`,
    }
  })

/** Null for a text with a mistake, and for rules that name an indicator of the library. */
function storable(fields: Record<string, string>): Strategy | null {
  try {
    const strategy = strategyOf(fields)
    const graph = new Graph('5m', 1)
    const row = {
      name: 'demo',
      plan: 'demo',
      market: 'ETH/USDT',
      hash: '',
      seq: 0,
      since: 0,
    } as const
    new Stream(strategy, graph, {
      row: { ...row, position: 'flat', lastCandle: null },
      signals: [],
    })
    return graph.memories() === null ? null : strategy
  } catch {
    return null
  }
}

const moment = fc.integer({ min: PAST, max: LENGTH - 1 })

/** For many strategies that can be stored. */
function forAny<T>(
  runs: number,
  rest: fc.Arbitrary<T>,
  holds: (strategy: Strategy, rest: T) => void,
) {
  fc.assert(
    fc.property(STRATEGY, rest, (fields, chosen) => {
      const strategy = storable(fields as Record<string, string>)
      fc.pre(strategy !== null)
      holds(strategy, chosen)
    }),
    { numRuns: runs },
  )
}

test('any strategy that is stopped, stored and started again signs what it signs without', () => {
  let signals = 0
  forAny(40, fc.array(moment, { minLength: 1, maxLength: 4 }), (strategy, stops) => {
    const never = neverStopped(strategy)
    expect(lives(strategy, { stops, missed: 0, by: 'state' })).toEqual(never)
    signals += never.length
  })
  expect(signals).toBeGreaterThan(1_000)
})

test('candles that closed in between count as they do when all of them are gone through', () => {
  forAny(30, fc.tuple(moment, fc.integer({ min: 0, max: 40 })), (strategy, [stop, missed]) => {
    const [state, replay] = (['state', 'replay'] as const).map((by) =>
      lives(strategy, { stops: [stop], missed, by }),
    )
    expect(state).toEqual(replay)
  })
})

test('after a crash a state that is older than the last signal is gone on from, or not used, and never wrong', () => {
  const met = { used: 0, unused: 0 }
  forAny(80, fc.tuple(moment, fc.integer({ min: 0, max: 6 })), (strategy, [stored, later]) => {
    const crash = Math.min(LENGTH - 1, stored + later)
    const states = rows()
    const life = new Life(strategy, states).run(0, PAST, 'history').run(PAST, stored, 'live')
    life.store(stored - 1)
    life.run(stored, crash, 'live')
    const last = CANDLES[crash - 1]?.start
    const after = new Life(strategy, states, life, last)
    const why = after.restore()
    met[why === null ? 'used' : 'unused'] += 1
    if (why !== null) return expect(why).toMatch(/^the position of demo is not the stored one$/)
    const replay = new Life(strategy, states, life, last).run(0, crash, 'history')
    after.run(stored, crash, 'history').run(crash, LENGTH, 'live')
    expect(after.signals).toEqual(replay.run(crash, LENGTH, 'live').signals)
  })
  expect(met.used).toBeGreaterThan(20)
  expect(met.unused).toBeGreaterThan(1)
})
