// The pictures of what the device has answered.
import type { Answer, Curve } from '@keyside/protocol'
import Big from 'big.js'
import { signed } from '../texts/numbers.ts'
import type { EquityChart, SaleChart } from './input.ts'

type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>

/** Null where nothing was sold. */
export function equityChart({ curve }: About<'results'>, title: string): EquityChart | null {
  if (curve === undefined || curve.points.length === 0) return null
  return equityOf(curve, title)
}

export function equityOf({ currency, since, until, points }: Curve, title: string): EquityChart {
  return {
    of: 'equity',
    title,
    currency,
    since,
    until,
    points: points.map(([at, gain, negative]) => [at, negative ? `-${gain}` : gain]),
  }
}

/** Null where the exchange gave no candles, or the cost is unknown. */
export function saleChart({ row, stops, timeframe, candles }: About<'trade'>): SaleChart | null {
  const { number, market, opened, closed, amount, cost, proceeds, result } = row
  if (candles.length < 2 || result === undefined) return null
  // With no more digits than the market's own prices have.
  const places = Math.max(...candles.map(([, , , , close]) => (close.split('.')[1] ?? '').length))
  const each = (money: string) => new Big(money).div(amount).round(places).toFixed()
  const quote = market.split('/')[1] ?? ''
  return {
    of: 'sale',
    title: `Sale ${number} · ${market} ${signed(result.gain, result.negative)} ${quote}`,
    timeframe,
    candles,
    bought: [opened, each(cost)],
    sold: [closed, each(proceeds)],
    stops,
  }
}
