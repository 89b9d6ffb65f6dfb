// Looks at the exchange: what is open, what traded and what is there. One answer for each market.
import type { DatabaseSync } from 'node:sqlite'
import type { Decimal } from '@keyside/protocol'
import { baseOf } from './core/execution/discrepancies.ts'
import type { Effect, Input } from './core/execution/inputs.ts'
import { movedBy } from './core/model/account.ts'
import { plus } from './core/model/decimals.ts'
import type { AccountTrade, Answered, Balance } from './core/model/exchange.ts'
import type { Named, Observation, ObservedOrder } from './core/model/observation.ts'
import { comparedUntil, keepComparedUntil } from './journal/compared-until.ts'
import type { Journal } from './journal/journal.ts'
import { hasFill, isReported, ownOrderId } from './journal/own-orders.ts'
import type { Exchange } from './venues/port.ts'

export interface LookOptions {
  readonly exchange: Pick<Exchange, 'refreshBalances' | 'openOrders' | 'trades'>
  readonly journal: Pick<Journal, 'database'>
  readonly take: (input: Input) => void
}

/** A trade may be listed this late. */
const OVERLAP_MS = 120_000

/** One market after the other: a search for an unknown order must not wait behind all of them. */
export async function look(
  { markets, exchangeTime }: Extract<Effect, { type: 'compare' }>,
  { exchange, journal, take }: LookOptions,
): Promise<void> {
  const db = journal.database()
  const from = markets.map(
    ({ market, since }) => [market, startOf(db, market, since, exchangeTime)] as const,
  )
  const balances = await exchange.refreshBalances().catch(notOk)
  for (const [market, since] of from) {
    const result = await lookAt(market, since, { exchange, db, balances })
    take({ type: 'compared', market, result })
  }
}

async function lookAt(
  market: string,
  since: number,
  {
    exchange,
    db,
    balances,
  }: { db: DatabaseSync; balances: Answered<readonly Balance[]> } & Pick<LookOptions, 'exchange'>,
): Promise<Answered<Observation>> {
  if (!balances.ok) return balances
  const [open, trades] = await Promise.all([
    exchange.openOrders(market).catch(notOk),
    exchange.trades(market, since).catch(notOk),
  ])
  if (!open.ok) return open
  if (!trades.ok) return trades
  const opened = open.value.map(
    (order): ObservedOrder => ({
      as: 'open',
      exchangeId: order.exchangeId,
      order: ownOrderId(db, { market, ...order }),
    }),
  )
  const traded = lackingTrades(db, market, trades.value).map(
    ({ exchangeId, order, ...trade }): ObservedOrder => ({
      as: 'trade',
      exchangeId,
      order,
      moved: movedBy(trade.side, market, trade),
    }),
  )
  const sightings = [...opened, ...traded].filter(
    ({ exchangeId }) => !isReported(db, { market, exchangeId }),
  )
  const base = baseOf(market)
  const there = thereOf(balances.value, base)
  const used = balances.value.find(({ currency }) => currency === base)?.used ?? '0'
  return {
    ok: true,
    value: {
      exchangeBalance: there,
      used,
      observed: sightings,
      next: nextFrom(trades.value, since),
    },
  }
}

/** By the exchange's own times: whatever this device's clock says, no trade is passed over. */
function nextFrom(trades: readonly AccountTrade[], since: number): number {
  return trades.reduce((next, { at }) => Math.max(next, at - OVERLAP_MS), since)
}

/** Trades that the journal does not hold, with its name for their order. */
export function lackingTrades(
  db: DatabaseSync,
  market: string,
  trades: readonly AccountTrade[],
): readonly Named<AccountTrade>[] {
  return trades
    .map((trade) => ({ ...trade, order: ownOrderId(db, { market, ...trade }) }))
    .filter(({ id, order }) => order === null || !hasFill(db, { order, trade: id }))
}

/** Free and locked. */
export function thereOf(balances: readonly Balance[], currency: string): Decimal {
  const row = balances.find((one) => one.currency === currency)
  return row === undefined ? '0' : plus(row.free, row.used)
}

/** Where the last process stopped is kept; before the first start nothing was ours. */
function startOf(
  db: DatabaseSync,
  market: string,
  since: number | null,
  exchangeTime: number,
): number {
  const from = since ?? comparedUntil(db, market) ?? exchangeTime
  keepComparedUntil(db, market, from)
  return from
}

function notOk(error: unknown) {
  return { ok: false, message: error instanceof Error ? error.message : String(error) } as const
}
