// Sums of what sales have brought: by time, market, stream or reason. Days, weeks and months are those of a time zone. Pure.
import { type Decimal, type Instruction, type ResultRow, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import { feesByCurrency, plus, sum } from '../core/model/decimals.ts'
import type { Fee } from '../core/model/exchange.ts'
import type { Trade } from './trade.ts'

export type GroupedBy = Extract<Instruction, { do: 'results' }>['by']

const DAY_MS = 86_400_000

interface Period {
  readonly key: string
  holds(closed: number, now: number, zone: Zone): boolean
}

/** `period`: today, and the last 7 and 30 times 24 h. */
const PERIODS: readonly Period[] = [
  { key: 'today', holds: (closed, now, dayOf) => dayOf(closed) >= dayOf(now) },
  { key: '7 days', holds: (closed, now) => closed >= now - 7 * DAY_MS },
  { key: '30 days', holds: (closed, now) => closed >= now - 30 * DAY_MS },
  { key: 'all', holds: () => true },
]

/** On which day a moment (Unix ms) is there: "2026-11-27". */
type Zone = (at: number) => string
type KeysOf = (trade: Trade, now: number, zone: Zone) => readonly string[]

const KEYS: { readonly [By in GroupedBy]: KeysOf } = {
  period: ({ closed }, now, zone) =>
    PERIODS.filter(({ holds }) => holds(closed, now, zone)).map(({ key }) => key),
  day: ({ closed }, _, dayOf) => [dayOf(closed)],
  week: ({ closed }, _, dayOf) => [mondayBefore(dayOf(closed))],
  month: ({ closed }, _, dayOf) => [dayOf(closed).slice(0, 7)],
  market: ({ market }) => [market],
  stream: ({ stream }) => [stream],
  reason: ({ reason }) => [reason],
}

/**
 * One row for each group and quote currency: those of time with the newest first, others with the best first. A sale
 * whose result nobody knows is counted, and is in no sum. `now` in Unix ms;
 * `timeZone` an IANA name that there is.
 */
export function summarize(
  trades: readonly Trade[],
  by: GroupedBy,
  now: number,
  timeZone = UTC,
): readonly ResultRow[] {
  const zone = zoneOf(timeZone)
  const groups = new Map<string, { key: string; currency: string; trades: Trade[] }>()
  for (const trade of trades) {
    const currency = trade.market.split('/')[1] ?? ''
    for (const key of KEYS[by](trade, now, zone)) {
      const name = `${key} ${currency}`
      const group = groups.get(name) ?? { key, currency, trades: [] }
      group.trades.push(trade)
      groups.set(name, group)
    }
  }
  const rows = [...groups.values()].map(toRow)
  return rows.toSorted(ORDERS[by])
}

const inPeriods = (a: ResultRow, b: ResultRow) => periodNumber(a) - periodNumber(b)
const newest = (a: ResultRow, b: ResultRow) => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0)
const best = (a: ResultRow, b: ResultRow) => gainOf(b).cmp(gainOf(a))
const ORDERS: { readonly [By in GroupedBy]: (a: ResultRow, b: ResultRow) => number } = {
  period: inPeriods,
  day: newest,
  week: newest,
  month: newest,
  market: best,
  stream: best,
  reason: best,
}

function periodNumber({ key }: ResultRow): number {
  return PERIODS.findIndex((period) => period.key === key)
}

function toRow({
  key,
  currency,
  trades,
}: {
  readonly key: string
  readonly currency: string
  readonly trades: readonly Trade[]
}): ResultRow {
  const results = trades.flatMap(({ result }) => (result === null ? [] : [result]))
  const gain = results.reduce((sum, result) => sum.plus(gainOf(result)), new Big(0))
  return {
    key,
    currency,
    trades: trades.length,
    unknown: trades.length - results.length,
    won: results.filter((result) => gainOf(result).gt(0)).length,
    gain: toTotal(gain.abs()),
    negative: gain.lt(0),
    paid: results.reduce((sum, { paid }) => plus(sum, paid), '0'),
    ...feeColumns({
      fees: trades.flatMap((trade) => trade.fees),
      feesValue: sum(trades.map((trade) => trade.feesValue)),
      besides: trades.flatMap((trade) => trade.besides),
    }),
  }
}

/** As many as a person reads. */
const MAX_CURRENCIES = 8

export function feeColumns({
  fees,
  feesValue,
  besides,
}: Pick<Trade, 'fees' | 'feesValue' | 'besides'>): Pick<
  ResultRow,
  'fees' | 'feesValue' | 'besides'
> {
  return {
    fees: byCurrency(fees),
    feesValue,
    ...(besides.length > 0 && { besides: byCurrency(besides) }),
  }
}

function byCurrency(fees: readonly Fee[]): Record<string, Decimal> {
  return Object.fromEntries(
    feesByCurrency(fees)
      .slice(0, MAX_CURRENCIES)
      .map(({ currency, amount }) => [currency, amount]),
  )
}

function gainOf({ gain, negative }: Pick<ResultRow, 'gain' | 'negative'>): Big {
  return negative ? new Big(gain).neg() : new Big(gain)
}

export const UTC = 'UTC'

/** Whether this system knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    zoneOf(name)
    return true
  } catch {
    return false
  }
}

function zoneOf(timeZone: string): Zone {
  if (timeZone === UTC) return (at) => new Date(at).toISOString().slice(0, 10)
  // Swedish dates are ISO dates: 2026-11-27.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone })
  return (at) => format.format(at)
}

/** A week is named by its Monday. */
function mondayBefore(day: string): string {
  const at = Date.parse(day)
  const back = ((new Date(at).getUTCDay() + 6) % 7) * DAY_MS
  return new Date(at - back).toISOString().slice(0, 10)
}
