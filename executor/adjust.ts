// Sets a restored journal, or one that disagrees with the exchange, to what is really there. At the device only.
import { resolve } from 'node:path'
import type { Decimal } from '@keyside/protocol'
import { type Clock, LONG_BUSY_TIMEOUT_MS } from '@keyside/runtime'
import {
  answered,
  type EndedOrder,
  endOrders,
  refuseUnknownFills,
  refuseUnread,
} from './adjust-orders.ts'
import {
  type AdjustmentPlan,
  type MarketSeen,
  type PositionChange,
  planAdjustment,
  reportEnds,
} from './core/execution/adjustment-plan.ts'
import { apply } from './core/model/apply.ts'
import { sentenceOf } from './core/model/codes.ts'
import type { JournalEvent, NewEvent } from './core/model/events.ts'
import type { Answered } from './core/model/exchange.ts'
import { marketsOf } from './core/model/positions.ts'
import type { Portfolio } from './core/model/state.ts'
import { JOURNAL_FILE } from './journal/database.ts'
import { Journal } from './journal/journal.ts'
import { writeMark } from './journal/mark.ts'
import { markHere } from './journal/moved-home.ts'
import { ownOrderId } from './journal/own-orders.ts'
import { lackingTrades, thereOf } from './observe-exchange.ts'
import type { Exchange } from './venues/port.ts'

export interface AdjustmentOptions {
  /** KEYSIDE_HOME. */
  readonly home: string
  readonly database?: string
  /** Of the policy; those with positions and orders are added. */
  readonly markets: readonly string[]
  readonly exchange: Exchange
  readonly clock: Pick<Clock, 'now'>
  readonly by: string
}

export interface Adjustment {
  readonly plan: AdjustmentPlan
  /** Client order ids of orders that were not sent and now never will be. */
  readonly dropped: readonly string[]
  /** Orders that the exchange took, or may have taken, and says nothing more about. */
  readonly ended: readonly EndedOrder[]
  /** Markets where the exchange lists rows that cannot be read: what they are is unknown. */
  readonly unread: readonly Pick<MarketSeen, 'market' | 'unread'>[]
  /**
   * Cancels first, then writes, and leaves trading halted. `unasked`: nobody has read what it does, an order whose fills are
   * unknown is not ended, and nothing that cannot be read is passed over. Rejects with `exchange_unreachable`, and then nothing is written.
   */
  carryOut(consent: 'asked' | 'unasked'): Promise<void>
  /** To be called in the end, whatever was decided. */
  close(): Promise<void>
}

/** The exchange lists a trade this late at most. */
const OVERLAP_MS = 120_000

/** Throws `journal_locked` while the executor runs, and `exchange_unreachable` when anything stays unanswered. */
export async function prepareAdjustment(options: AdjustmentOptions): Promise<Adjustment> {
  const { home, database = JOURNAL_FILE, exchange, clock, by } = options
  const path = resolve(home, database)
  const journal = new Journal(path, { busyMs: LONG_BUSY_TIMEOUT_MS })
  const close = async () => {
    await exchange.stop()
    journal.close()
  }
  try {
    const portfolio = journal.fold()
    const markets = marketsOf(portfolio, options.markets)
    await exchange.start(options.markets, markets)
    const since = (journal.lastAt() ?? clock.now()) - OVERLAP_MS
    const seen: MarketSeen[] = []
    // A market that the exchange no longer has can only be compared by balance.
    for (const market of markets.filter((one) => exchange.rules(one) !== null))
      seen.push(await lookAt(market, since, { exchange, journal }))
    const balances = answered(await exchange.refreshBalances())
    const { happenings, ...orders } = await endOrders(portfolio, seen, {
      exchange,
      db: journal.database(),
      now: clock.now(),
    })
    const plan = planAdjustment(
      happenings.map(atTime(clock.now())).reduce(apply, portfolio),
      withoutBooked(seen, happenings),
      (currency) => thereOf(balances, currency),
      (market) => exchange.rules(market),
    )
    const unread = seen.filter((one) => one.unread > 0)
    const carryOut = async (consent: 'asked' | 'unasked') => {
      if (consent === 'unasked') {
        refuseUnknownFills(orders.ended)
        refuseUnread(unread)
      }
      for (const { market, clientOrderId, kind } of plan.cancels)
        answered(await exchange.cancel(market, clientOrderId, kind))
      const of = (value: (one: PositionChange) => Decimal) =>
        Object.fromEntries(plan.positions.map((one) => [one.position, value(one)]))
      const positions = of(({ to }) => to)
      const proceeds = of((one) => one.proceeds)
      const adjusted = { type: 'adjusted', positions, proceeds, by } as const
      write({ journal, portfolio, by }, [...happenings, adjusted], clock.now())
      writeMark(path, journal)
      markHere(journal.database())
    }
    return { plan, ...orders, unread, carryOut, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function lookAt(
  market: string,
  since: number,
  { exchange, journal }: { exchange: Exchange; journal: Journal },
): Promise<MarketSeen> {
  const db = journal.database()
  const orders = await exchange.openOrders(market, 'readable')
  const traded = await exchange.trades(market, since, 'readable')
  const open = answered(orders).map((order) => ({
    ...order,
    order: ownOrderId(db, { market, ...order }),
  }))
  const trades = lackingTrades(db, market, answered(traded))
  return { market, open, trades, unread: unreadIn(orders) + unreadIn(traded) }
}

function unreadIn(answer: Answered<unknown>): number {
  return answer.ok ? (answer.unread ?? 0) : 0
}

/** Fills that are booked with the end of their order do not count as external trades. */
function withoutBooked(
  seen: readonly MarketSeen[],
  happenings: readonly NewEvent[],
): readonly MarketSeen[] {
  const isBooked = (order: string | null, id: string) =>
    happenings.some(
      (one) => one.type === 'fill' && one.clientOrderId === order && one.trade.id === id,
    )
  return seen.map((one) => ({
    ...one,
    trades: one.trades.filter(({ order, id }) => !isBooked(order, id)),
  }))
}

function atTime(at: number) {
  return (happening: NewEvent): JournalEvent => ({ ...happening, at })
}

/** Halted in the end: a halt, or a tighter policy, that came after the backup is not in it. */
function write(
  { journal, portfolio, by }: { journal: Journal; portfolio: Portfolio; by: string },
  happenings: readonly NewEvent[],
  at: number,
): void {
  const state = 'halted'
  const events = [...happenings, { type: 'trading', state, by } as const].map(atTime(at))
  // Events that cannot follow must not be written: every later start would fail on them.
  const ends = reportEnds(portfolio, events)
  const code = 'journal_adjusted'
  const notice = { type: 'notice', level: 'info', code, message: sentenceOf(code) } as const
  journal.append(events, [...ends, notice, { type: 'state', state, by }], at)
}
