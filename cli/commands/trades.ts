// keyside trades: what was sold, and what it brought, as it is told in the chat and as a tax program reads it.
import { resolve } from 'node:path'
import { readResults, type Trade } from '@keyside/executor'
import { keysideHome } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { soldAt } from '../home/venue-info.ts'
import { count } from '../terminal/count.ts'
import { csvCell } from '../terminal/csv.ts'
import { instant } from '../terminal/instant.ts'
import { print, printJson, printRaw, table } from '../terminal/print.ts'

interface Period {
  readonly since?: number
  readonly until?: number
  readonly market?: string
}

export function addTrades(program: Command): void {
  const trades = program.command('trades').description('what was sold, and what it brought')
  const command = (name: string, description: string, example: string) =>
    trades
      .command(name)
      .description(description)
      .option('--since <time>', 'sold from then on, in UTC', instant)
      .option('--until <time>', 'sold before then, in UTC', instant)
      .option('--market <market>', 'of one market, such as BTC/USDT')
      .addHelpText('after', `\nExample:\n  keyside trades ${example}`)
  command('list', 'the newest sales, oldest first', 'list --last 20 --since 2026-01-01')
    .option('--last <n>', 'how many', count, 30)
    .option('--json', 'for a program', false)
    .action(({ last, json, ...period }: Period & { last: number; json: boolean }) => {
      const rows = within(period).slice(-last)
      const { venue, heading } = soldAt(keysideHome())
      if (json) printJson(rows.map((row) => ({ ...row, venue })))
      else if (rows.length === 0) print('Nothing was sold in this time.')
      else print(...heading, ...table([HEAD, ...rows.map(shortRow)]))
    })
  command(
    'export',
    'all sales as a table in CSV; docs/trades.md says what the columns hold',
    'export --since 2026-01-01 --until 2027-01-01 > trades-2026.csv',
  ).action((period: Period) => {
    const rows = exportRows(within(period), soldAt(keysideHome()).venue)
    printRaw(...rows.map((cells) => cells.map(csvCell).join(',')))
  })
}

function within({ since, until, market }: Period): readonly Trade[] {
  const home = keysideHome()
  const trades = readResults(resolve(home, executorSection(home).database)).trades()
  return trades.filter(
    (trade) =>
      (since === undefined || trade.closed >= since * 1000) &&
      (until === undefined || trade.closed < until * 1000) &&
      (market === undefined || trade.market === market),
  )
}

const HEAD = ['', 'sold (UTC)', 'market', 'amount', 'result', 'reason', 'stream']

function shortRow({ number, closed, market, amount, result, reason, stream }: Trade): string[] {
  const quote = market.split('/')[1] ?? ''
  const gain = result === null ? 'unknown' : `${signed(result)} ${quote}`
  return [String(number), time(closed).slice(0, 16), market, amount, gain, reason, stream]
}

const COLUMNS = [
  'number',
  'bought_utc',
  'sold_utc',
  'stream',
  'market',
  'base',
  'quote',
  'amount',
  'cost',
  'proceeds',
  'fees',
  'fees_value',
  'gain',
  'gain_percent',
  'reason',
  'order_id',
  'venue',
] as const

/** The names of the columns first. */
export function exportRows(
  trades: readonly Trade[],
  venue: string,
): readonly (readonly string[])[] {
  return [COLUMNS, ...trades.map((trade) => [...fullRow(trade), venue])]
}

function fullRow(trade: Trade): readonly string[] {
  const { number, opened, closed, stream, market, amount, cost, proceeds, reason, result } = trade
  const [base = '', quote = ''] = market.split('/')
  return [
    String(number),
    time(opened),
    time(closed),
    stream,
    market,
    base,
    quote,
    amount,
    cost,
    proceeds,
    trade.fees.map((fee) => `${fee.amount} ${fee.currency}`).join(' + '),
    trade.besides.length > 0 ? '' : trade.feesValue,
    result === null ? '' : signed(result),
    result === null ? '' : percentOf(result),
    reason,
    trade.clientOrderId,
  ]
}

function signed({ gain, negative }: NonNullable<Trade['result']>): string {
  return negative ? `-${gain}` : gain
}

/** For display: nothing is calculated from it. */
function percentOf({ gain, negative, paid }: NonNullable<Trade['result']>): string {
  return `${negative ? '-' : ''}${((Number(gain) / Number(paid)) * 100).toFixed(2)}`
}

function time(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
