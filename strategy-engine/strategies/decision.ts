// From a decision to the values of its signal: the only place where floats become decimals.
import { type Signal, toDecimal, WIRE_PLACES } from '@keyside/protocol'
import Big from 'big.js'
import type { ExitRules } from './candle-exits.ts'
import { timeLeft } from './exit-prices.ts'
import type {
  CodeRun,
  Exits,
  PriceDistance,
  Size,
  Strategy,
  TrailingStop,
} from './file/strategy.ts'
import type { Numeric } from './rules/tree.ts'

/** Exits that the device makes by itself, in the words of the wire. */
type ExitClaims = Pick<Signal, 'takeProfits' | 'trailingStop' | 'breakEven' | 'maxHold'>

export type Decision =
  | {
      readonly kind: 'entry'
      readonly size: Signal['size']
      readonly ref: string
      readonly stop: string
      readonly exits: ExitClaims
      readonly reason: string
    }
  | {
      readonly kind: 'exit'
      readonly size: Signal['size']
      readonly ref: string
      readonly reason: string
    }
  | {
      readonly kind: 'stop'
      readonly size: Signal['size']
      readonly ref: string
      readonly stop: string
      readonly reason: string
    }

const ENTIRE_POSITION: Signal['size'] = { unit: 'percent', value: '100' }

/** `ref` is the candle's close, as the exchange wrote it. */
export function exitAt(ref: string, reason: string): Decision {
  return { kind: 'exit', size: ENTIRE_POSITION, ref: toDecimal(ref), reason }
}

/** Rounded up, towards the price; null where a decimal leaves no room below it. */
export function stopAt(ref: string, stop: number, reason: string): Decision | null {
  const place = new Big(stop).round(WIRE_PLACES, Big.roundUp)
  if (place.gte(ref)) return null
  return {
    kind: 'stop',
    size: ENTIRE_POSITION,
    ref: toDecimal(ref),
    stop: toDecimal(place),
    reason,
  }
}

/** What an entry of rules that are code is: the strategy, with their own stop and part of the size. */
export function asCodeSays(strategy: Strategy, { stop, part }: CodeRun): Strategy {
  const size = part === 1 ? strategy.size : partOf(strategy.size, part)
  if (stop === null) return { ...strategy, size }
  const distance: Numeric = { is: 'number', value: stop, unit: 'number', text: '' }
  return { ...strategy, size, stop: { by: 'distance', distance, text: '' } }
}

function partOf({ unit, value }: Size, part: number): Size {
  const least = new Big(10).pow(-WIRE_PLACES)
  const scaled = new Big(value).times(part).round(WIRE_PLACES, Big.roundDown)
  return { unit, value: toDecimal(scaled.lt(least) ? least : scaled) }
}

/** `rules`: as the model holds them, which has rounded what was calculated. Null where a decimal leaves no room for a stop. */
export function entryAt(
  { stop, size, exits }: Strategy,
  written: string,
  rules: ExitRules,
  reason: string,
): Decision | null {
  const ref = new Big(written)
  const exact =
    stop.by === 'percent' ? ref.minus(ref.times(stop.percent).div(100)) : new Big(rules.stop)
  const place = stopBelow(ref, exact)
  if (place === null) return null
  return {
    kind: 'entry',
    size: sizeOf(size, ref, place),
    ref: toDecimal(ref),
    stop: toDecimal(place),
    exits: exitClaims(exits, ref, trailingOf(exits.trailingStop, rules), rules),
    reason,
  }
}

/** What an entry that adds to a position says of it. */
interface Position {
  readonly stopPrice?: Signal['stopPrice']
  readonly trailingStop?: Signal['trailingStop']
  readonly size: Signal['size']
  /** The price of all entries, this one included, quote per base. */
  readonly average: number
  /** Since the first entry, seconds: what counts from that one has so much less time. */
  readonly age: number
  readonly reason: string
}

/** A safety order: its take-profits are above the average, and its stop is the position's. */
export function additionAt(
  { exits }: Strategy,
  written: string,
  { stopPrice = '0', trailingStop, size, average, age, reason }: Position,
): Decision {
  const claims = exitClaims(exitsAfter(exits, age), new Big(average), trailingStop, null)
  return { kind: 'entry', size, ref: toDecimal(written), stop: stopPrice, exits: claims, reason }
}

/** A device counts from the fill of the newest entry: the times are what is left of those from the first. */
function exitsAfter({ takeProfit, maxHold, ...exits }: Exits, age: number): Exits {
  return {
    ...exits,
    ...(takeProfit && {
      takeProfit: takeProfit.map(({ after, ...level }) =>
        after === undefined ? level : { ...level, after: timeLeft(after, age) },
      ),
    }),
    ...(maxHold !== undefined && { maxHold: timeLeft(maxHold, age) }),
  }
}

/** Rounded towards the price: a stop is never further away than the strategy says. */
function stopBelow(ref: Big, exact: Big): Big | null {
  const place = exact.round(WIRE_PLACES, Big.roundUp)
  return place.gt(0) && place.lt(ref) ? place : null
}

/** A distance was made a percent at the entry. */
function trailingOf(
  written: TrailingStop | undefined,
  { trailingStop }: ExitRules,
): Signal['trailingStop'] {
  if (written === undefined || trailingStop === null) return undefined
  const percent = written.by === 'percent' ? written.percent : new Big(trailingStop.percent)
  const { from } = written
  return { percent: toDecimal(percent), ...(from !== undefined && { from }) }
}

/** Of a percent that was calculated. */
const PERCENT_PLACES = 4

/** What is lost at the stop, in percent of the allocation, says how much is bought: never more than all of it. */
function sizeOf(size: Size, ref: Big, stop: Big): Signal['size'] {
  if (size.unit !== 'risk') return size
  const lostPercent = ref.minus(stop).div(ref).times(100)
  const percent = new Big(size.value).div(lostPercent).times(100)
  const atMost = percent.gt(100) ? new Big(100) : percent.round(PERCENT_PLACES, Big.roundDown)
  // The smallest size that the wire can carry, for a stop hundreds of times further away than the risk.
  const value = atMost.gt(0) ? atMost : new Big(10).pow(-PERCENT_PLACES)
  return { unit: 'percent', value: toDecimal(value) }
}

/**
 * Take-profit levels are prices on the wire: percent are of the price that the engine saw, what was calculated has its
 * place in `rules`. Break-even is a percent.
 */
function exitClaims(
  { takeProfit = [], breakEven, maxHold }: Exits,
  ref: Big,
  trailingStop: Signal['trailingStop'],
  rules: ExitRules | null,
): ExitClaims {
  const above = (gain: string | PriceDistance, place: number) =>
    typeof gain === 'string'
      ? ref.times(new Big(gain).plus(100)).div(100)
      : new Big(rules?.takeProfits[place]?.price ?? 0).round(WIRE_PLACES, Big.roundUp)
  return {
    ...(takeProfit.length > 0 && {
      takeProfits: takeProfit.map(({ at, sell, after }, place) => ({
        price: toDecimal(above(at, place)),
        percent: sell,
        ...(after !== undefined && { after }),
      })),
    }),
    ...(trailingStop !== undefined && { trailingStop }),
    ...(breakEven !== undefined && {
      breakEven: toDecimal(
        new Big(typeof breakEven === 'string' ? breakEven : (rules?.breakEven ?? 0)),
      ),
    }),
    ...(maxHold !== undefined && { maxHold }),
  }
}

/** What an entry's signal said of the position's ways out, for a model that goes on with it. */
export function rulesOfSignal(
  claims: Pick<Signal, 'stopPrice' | 'takeProfits' | 'trailingStop' | 'breakEven'>,
): ExitRules {
  const { stopPrice = '0', takeProfits = [], trailingStop, breakEven } = claims
  return {
    stop: Number(stopPrice),
    takeProfits: takeProfits.map(({ price, percent, after = 0 }) => ({
      price: Number(price),
      percent: Number(percent),
      after,
    })),
    trailingStop:
      trailingStop === undefined
        ? null
        : { percent: Number(trailingStop.percent), from: Number(trailingStop.from ?? 0) },
    breakEven: breakEven === undefined ? null : Number(breakEven),
    // The model counts it by closes.
    maxHold: null,
  }
}
