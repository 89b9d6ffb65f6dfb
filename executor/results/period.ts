// What sales of one span of time have brought together, and which streams did best and worst. Pure.
import type { Answer, ResultRow } from '@keyside/protocol'
import Big from 'big.js'
import { curveOf } from './curve.ts'
import { summarize } from './summary.ts'
import type { Trade } from './trade.ts'

type Summary = Extract<Answer, { about: 'summary' }>

const MAX_CURRENCIES = 8

/** `since` and `until` in Unix ms: a sale at `until` belongs to the next. */
export function resultsOfPeriod(
  trades: readonly Trade[],
  { since, until, currency }: { since: number; until: number; currency: string },
): Pick<Summary, 'results' | 'best' | 'worst' | 'curve'> {
  const within = trades.filter(({ closed }) => closed >= since && closed < until)
  const all = summarize(within, 'period', until).filter(({ key }) => key === 'all')
  const streams = summarize(within, 'stream', until)
    .filter((row) => row.currency === currency && row.trades > row.unknown)
    .toSorted((a, b) => gainOf(b).cmp(gainOf(a)))
  // With a single stream, the sum is that stream's.
  const [best, worst] = streams.length > 1 ? [streams[0], streams.at(-1)] : []
  return {
    results: all.slice(0, MAX_CURRENCIES),
    ...(best && { best }),
    ...(worst && { worst }),
    curve: curveOf(within, { currency, since, until }),
  }
}

function gainOf({ gain, negative }: ResultRow): Big {
  return negative ? new Big(gain).neg() : new Big(gain)
}
