// What a strategy decides at a candle. Pure: the same state and candle give the same decision, live, replayed or tested.
import { toDecimal, WIRE_PLACES } from '@keyside/protocol'
import Big from 'big.js'
import { type IndicatorValues, seriesText } from '../indicators/indicator-set.ts'
import type { Candle } from '../market/candle.ts'
import type { Size } from './amounts.ts'
import { type CandleValues, holds } from './expression/evaluate.ts'
import { explain, MAX_REASON } from './expression/explain.ts'
import type { Strategy } from './strategy.ts'

export type Position = 'long' | 'flat'

export interface RunnerState {
  /** What the last signal told the executors to hold. */
  readonly target: Position
  /** The candle that the last entry was decided on: when it opened, Unix seconds; null before the first. */
  readonly entryCandle: number | null
  /** What the rules alone would hold. Differs from `target` after candles that were not allowed to signal. */
  readonly wanted: Position
  /** Series at the candle before; null until every series has a value. */
  readonly previous: IndicatorValues | null
}

export interface CandleUpdate {
  readonly candle: Candle
  /** Null while a series has no value yet. */
  readonly values: IndicatorValues | null
}

/**
 * What a candle may cause. `past`: it was decided on before, or is older than the stream. `missed`: it closed while
 * the engine was not running, so it only updates the state. `exits`: right after a hole in the candles.
 */
export type AllowedSignals = 'past' | 'missed' | 'exits' | 'all'

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

const ENTIRE_POSITION: Size = { unit: 'percent', value: '100' }

/** `target` and `entryCandle` are what a former run left behind. */
export function initialState(target: Position, entryCandle: number | null = null): RunnerState {
  return { target, entryCandle, wanted: target, previous: null }
}

export function step(
  strategy: Strategy,
  state: RunnerState,
  update: CandleUpdate,
  allowed: AllowedSignals,
): Step {
  const { values } = update
  if (values === null) return { state }
  if (state.previous === null || allowed === 'past')
    return { state: { ...state, previous: values } }
  const candleValues = { now: values, previous: state.previous }
  const wanted = nextWanted(strategy, state.wanted, candleValues)
  const next = { ...state, wanted, previous: values }
  if (allowed === 'missed') return { state: next }
  if (state.target === 'long') return decideExit(strategy, next, update.candle, candleValues)
  return decideEntry(strategy, next, { candle: update.candle, candleValues, allowed })
}

function nextWanted(
  { enter, exit }: Strategy,
  wanted: Position,
  candleValues: CandleValues,
): Position {
  if (wanted === 'flat') return holds(enter, candleValues) ? 'long' : 'flat'
  return holds(exit, candleValues) ? 'flat' : 'long'
}

/** Also when the exit fell into candles that could not signal: a late exit still lowers the risk. */
function decideExit(
  strategy: Strategy,
  next: RunnerState,
  candle: Candle,
  candleValues: CandleValues,
): Step {
  const reason = exitReason(strategy, next, candle, candleValues)
  if (reason === null) return { state: next }
  const decision: Decision = {
    kind: 'exit',
    size: ENTIRE_POSITION,
    ref: toDecimal(candle.close),
    reason,
  }
  return { state: { ...next, target: 'flat', wanted: 'flat' }, decision }
}

function exitReason(
  { exit, exits: { maxHold } }: Strategy,
  { wanted, entryCandle }: RunnerState,
  { start }: Candle,
  candleValues: CandleValues,
): string | null {
  if (wanted === 'flat') {
    const late = holds(exit, candleValues) ? '' : 'late, the exit was due before: '
    return `${late}${explain(exit, candleValues)}`.slice(0, MAX_REASON)
  }
  // The device sells by itself after this time; here it is over with it, and the next entry can come.
  const isOver = maxHold !== undefined && entryCandle !== null && start - entryCandle >= maxHold
  return isOver ? `the longest time in the market is over: ${maxHold} s` : null
}

/** Only at the candle where the rule begins to hold: an entry that was missed stays missed. */
function decideEntry(
  strategy: Strategy,
  next: RunnerState,
  update: { candle: Candle; candleValues: CandleValues; allowed: AllowedSignals },
): Step {
  const flat = { ...next, wanted: 'flat' as const }
  if (!holds(strategy.enter, update.candleValues) || update.allowed !== 'all')
    return { state: flat }
  const ref = toDecimal(update.candle.close)
  const stop = stopPrice(strategy, ref, update.candleValues.now)
  if (stop === null)
    return {
      state: flat,
      refused: {
        code: 'stop_not_positive',
        message: `no entry at ${ref}: no stop is possible above zero and below the price`,
      },
    }
  const reason = explain(strategy.enter, update.candleValues)
  const decision: Decision = { kind: 'entry', size: strategy.size, ref, stop, reason }
  return {
    state: { ...next, target: 'long', wanted: 'long', entryCandle: update.candle.start },
    decision,
  }
}

/** Rounded towards the price: a stop is never further away than the strategy says. Null where there is no room for one. */
function stopPrice({ stop }: Strategy, ref: string, values: IndicatorValues): string | null {
  const price = new Big(ref)
  const distance =
    stop.by === 'percent'
      ? price.times(stop.percent).div(100)
      : new Big(values.get(seriesText(stop.name)) ?? ref).times(stop.times)
  const place = price.minus(distance).round(WIRE_PLACES, Big.roundUp)
  return place.gt(0) && place.lt(price) ? toDecimal(place) : null
}
