// What a strategy decides at a bar. Pure: the same state and bar give the same decision, live, replayed or tested.
import { toDecimal, WIRE_PLACES } from '@keyside/protocol'
import Big from 'big.js'
import { seriesText, type Values } from '../indicators/gauges.ts'
import type { Candle } from '../market/candle.ts'
import type { Size } from './amounts.ts'
import { holds, type Readings } from './expression/evaluate.ts'
import { explain, MAX_REASON } from './expression/explain.ts'
import type { Strategy } from './strategy.ts'

export type Position = 'long' | 'flat'

export interface RunnerState {
  /** What the last signal told the executors to hold. */
  readonly target: Position
  /** The candle that the last entry was decided on: when it opened, Unix seconds; null before the first. */
  readonly entered: number | null
  /** What the rules alone would hold. Differs from `target` after bars that were not allowed to signal. */
  readonly wanted: Position
  /** Series at the bar before; null until every series has a value. */
  readonly before: Values | null
}

export interface Bar {
  readonly candle: Candle
  /** Null while a series has no value yet. */
  readonly values: Values | null
}

/**
 * What a bar may cause. `past`: it was decided on before, or is older than the stream. `missed`: it closed while
 * nobody watched, so it may only be remembered. `exits`: right after a hole in the candles.
 */
export type Allowed = 'past' | 'missed' | 'exits' | 'all'

export type Decision =
  | {
      readonly kind: 'entry'
      readonly size: Size
      readonly ref: string
      readonly stop: string
      readonly reason: string
    }
  | {
      readonly kind: 'exit'
      readonly size: Size
      readonly ref: string
      readonly reason: string
    }

export interface Step {
  readonly state: RunnerState
  readonly decision?: Decision
  /** An entry that was due and is not made: why. */
  readonly refused?: { readonly code: 'stop_not_positive'; readonly message: string }
}

const WHOLE: Size = { unit: 'percent', value: '100' }

/** `target` and `entered` are what a former run left behind. */
export function startState(target: Position, entered: number | null = null): RunnerState {
  return { target, entered, wanted: target, before: null }
}

export function step(strategy: Strategy, state: RunnerState, bar: Bar, allowed: Allowed): Step {
  const { values } = bar
  if (values === null) return { state }
  if (state.before === null || allowed === 'past') return { state: { ...state, before: values } }
  const readings = { now: values, before: state.before }
  const wanted = want(strategy, state.wanted, readings)
  const next = { ...state, wanted, before: values }
  if (allowed === 'missed') return { state: next }
  if (state.target === 'long') return leave(strategy, next, bar.candle, readings)
  return enter(strategy, next, { candle: bar.candle, readings, allowed })
}

function want({ enter, exit }: Strategy, wanted: Position, readings: Readings): Position {
  if (wanted === 'flat') return holds(enter, readings) ? 'long' : 'flat'
  return holds(exit, readings) ? 'flat' : 'long'
}

/** Also when the exit fell into bars that could not signal: late, but lower risk is never stale. */
function leave(strategy: Strategy, next: RunnerState, candle: Candle, readings: Readings): Step {
  const reason = reasonToLeave(strategy, next, candle, readings)
  if (reason === null) return { state: next }
  const decision: Decision = { kind: 'exit', size: WHOLE, ref: toDecimal(candle.close), reason }
  return { state: { ...next, target: 'flat', wanted: 'flat' }, decision }
}

function reasonToLeave(
  { exit, exits: { hold } }: Strategy,
  { wanted, entered }: RunnerState,
  { start }: Candle,
  readings: Readings,
): string | null {
  if (wanted === 'flat') {
    const late = holds(exit, readings) ? '' : 'late, the exit was due before: '
    return `${late}${explain(exit, readings)}`.slice(0, MAX_REASON)
  }
  // The device sells by itself after this time; here it is over with it, and the next entry can come.
  const isOver = hold !== undefined && entered !== null && start - entered >= hold
  return isOver ? `the longest time in the market is over: ${hold} s` : null
}

/** Only at the bar where the rule begins to hold: an entry that was missed stays missed. */
function enter(
  strategy: Strategy,
  next: RunnerState,
  bar: { candle: Candle; readings: Readings; allowed: Allowed },
): Step {
  const flat = { ...next, wanted: 'flat' as const }
  if (!holds(strategy.enter, bar.readings) || bar.allowed !== 'all') return { state: flat }
  const ref = toDecimal(bar.candle.close)
  const stop = stopPrice(strategy, ref, bar.readings.now)
  if (stop === null)
    return {
      state: flat,
      refused: {
        code: 'stop_not_positive',
        message: `no entry at ${ref}: no stop is possible above zero and below the price`,
      },
    }
  const reason = explain(strategy.enter, bar.readings)
  const decision: Decision = { kind: 'entry', size: strategy.size, ref, stop, reason }
  return {
    state: { ...next, target: 'long', wanted: 'long', entered: bar.candle.start },
    decision,
  }
}

/** Rounded towards the price: a stop is never further away than the strategy says. Null where there is no room for one. */
function stopPrice({ stop }: Strategy, ref: string, values: Values): string | null {
  const price = new Big(ref)
  const distance =
    stop.by === 'percent'
      ? price.times(stop.percent).div(100)
      : new Big(values.get(seriesText(stop.name)) ?? ref).times(stop.times)
  const place = price.minus(distance).round(WIRE_PLACES, Big.roundUp)
  return place.gt(0) && place.lt(price) ? toDecimal(place) : null
}
