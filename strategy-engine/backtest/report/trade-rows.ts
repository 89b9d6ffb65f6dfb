// The trades of a backtest as rows of a table, and the whole of it for a program.

import type { Backtested } from '../backtested.ts'
import { profitOf, profitPercentOf } from '../metrics.ts'

/** Times are UTC, money is quote, amounts are base. */
const TRADE_COLUMNS = [
  'entry_time',
  'entry_price',
  'amount',
  'cost',
  'exit_time',
  'exit_price',
  'proceeds',
  'fees',
  'profit',
  'profit_percent',
  'exit_reason',
  'sales',
  'assumed',
  'stop_passed',
] as const

/** The first is the heading. */
export function tradeRows({ ledger }: Backtested): readonly (readonly string[])[] {
  const rows = ledger.trades.map((trade) =>
    [
      new Date(trade.entryTime * 1000).toISOString(),
      trade.entryPrice,
      trade.amount,
      trade.cost,
      new Date(trade.exitTime * 1000).toISOString(),
      trade.exitPrice,
      trade.proceeds,
      trade.fees,
      profitOf(trade),
      profitPercentOf(trade),
      trade.end,
      trade.sales,
      trade.assumed ? 1 : 0,
      trade.stopPassed ? 1 : 0,
    ].map((cell) => (typeof cell === 'number' ? decimal(cell) : cell)),
  )
  return [TRADE_COLUMNS, ...rows]
}

/** Without an exponent, and without the noise of binary fractions. */
function decimal(value: number): string {
  const text = value.toFixed(10)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** What `--json` prints: settings, figures and trades. */
export function jsonReport(tested: Backtested): object {
  const { name, market, timeframe, detail, options, warmup, gaps, thin, candles } = tested
  const { metrics, ledger } = tested
  return {
    name,
    market,
    timeframe,
    detail,
    from: candles.start[0] ?? null,
    candles: candles.length,
    warmup,
    gaps,
    thin,
    options,
    missed: ledger.missed,
    metrics,
    trades: ledger.trades.map((trade) => ({ ...trade, profit: profitOf(trade) })),
  }
}
