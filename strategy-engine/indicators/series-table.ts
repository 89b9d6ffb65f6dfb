// The series a rule may name, and how each is made from candles in constant time per candle.
import { ATR, EMA, RSI, SMA } from 'trading-signals'
import type { Candle } from '../market/candle.ts'

/** Takes the next candle; null until it has seen enough of them. The value is no money: a float. */
export type Series = (candle: Candle) => number | null

export const MAX_PERIOD = 200

export const PRICES = ['open', 'high', 'low', 'close', 'volume'] as const
export type Price = (typeof PRICES)[number]

export const INDICATORS = {
  ema: (period) => onClose(new EMA(period)),
  sma: (period) => onClose(new SMA(period)),
  rsi: (period) => onClose(new RSI(period)),
  atr: averageTrueRange,
} satisfies Record<string, (period: number) => Series>

export type IndicatorName = keyof typeof INDICATORS

export function isIndicator(name: string): name is IndicatorName {
  return Object.hasOwn(INDICATORS, name)
}

export function isPrice(name: string): name is Price {
  return PRICES.some((price) => price === name)
}

interface Streaming<Input> {
  add(input: Input): unknown
  readonly isStable: boolean
  getResultOrThrow(): number
}

function onClose(indicator: Streaming<number>): Series {
  return (candle) => next(indicator, Number(candle.close))
}

function averageTrueRange(period: number): Series {
  const atr = new ATR(period)
  return ({ high, low, close }) =>
    next(atr, { high: Number(high), low: Number(low), close: Number(close) })
}

// EMA gives numbers before it is stable, so `isStable` is checked.
function next<Input>(indicator: Streaming<Input>, input: Input): number | null {
  indicator.add(input)
  return indicator.isStable ? indicator.getResultOrThrow() : null
}
