// Sets a journal that was put back, or that the exchange does not bear out, to what is really there. At the device only.
import { resolve } from 'node:path'
import { type Clock, KeysideError, LONG_BUSY_TIMEOUT_MS } from '@keyside/runtime'
import {
  type AdjustmentPlan,
  isUnsent,
  type MarketSeen,
  planAdjustment,
  settleGone,
  settleUnsent,
} from './core/execution/adjustment-plan.ts'
import { apply } from './core/model/apply.ts'
import { sentenceOf } from './core/model/codes.ts'
import type { JournalEvent, NewEvent } from './core/model/events.ts'
import type { Answered } from './core/model/exchange.ts'
import type { Order } from './core/model/order.ts'
import { isAccepted } from './core/model/order-table.ts'
import { marketsOf } from './core/model/positions.ts'
import type { Portfolio } from './core/model/state.ts'
import { JOURNAL_FILE } from './journal/database.ts'
import { Journal } from './journal/journal.ts'
import { writeMark } from './journal/mark.ts'
import { markHere } from './journal/moved.ts'
import { nameOf } from './journal/names.ts'
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
  /** Client order ids of orders that the exchange took, or may have taken, and has no more. */
  readonly gone: readonly string[]
  /** Cancels first, then writes, and leaves trading halted. Rejects with `exchange_unreachable`, and then nothing is written. */
  carryOut(): Promise<void>
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
    // One that the exchange has no more can only be held against the balance.
    for (const market of markets.filter((one) => exchange.rules(one) !== null))
      seen.push(await lookAt(market, since, { exchange, journal }))
    const balances = answered(await exchange.refreshBalances())
    const plan = planAdjustment(
      portfolio,
      seen,
      (currency) => thereOf(balances, currency),
      (market) => exchange.rules(market)?.step,
    )
    const { happenings, ...settled } = await settle(portfolio, exchange, clock.now())
    const carryOut = async () => {
      for (const { market, clientOrderId, kind } of plan.cancels)
        answered(await exchange.cancel(market, clientOrderId, kind))
      const positions = Object.fromEntries(plan.positions.map(({ position, to }) => [position, to]))
      const adjusted = { type: 'adjusted', positions, by } as const
      write({ journal, portfolio, by }, [...happenings, adjusted], clock.now())
      writeMark(path, journal)
      markHere(journal.database())
    }
    return { plan, ...settled, carryOut, close }
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
  const open = answered(await exchange.openOrders(market)).map((order) => ({
    ...order,
    order: nameOf(db, { market, ...order }),
  }))
  const trades = lackingTrades(db, market, answered(await exchange.trades(market, since)))
  return { market, open, trades }
}

async function settle(portfolio: Portfolio, exchange: Exchange, now: number) {
  const happenings: NewEvent[] = []
  const dropped: string[] = []
  const gone: string[] = []
  for (const order of Object.values(portfolio.orders)) {
    if (isUnsent(order)) {
      const found = await search(order, exchange)
      happenings.push(...settleUnsent(order, found))
      if (found === 'missing') dropped.push(order.clientOrderId)
    }
    const mayBeGone = isAccepted(order.state) || isUnprovable(order, exchange, now)
    if (mayBeGone && (await search(order, exchange)) === 'missing') {
      happenings.push(...settleGone(order))
      gone.push(order.clientOrderId)
    }
  }
  return { happenings, dropped, gone }
}

/** Nobody heard what became of it, and no miss will ever prove to the executor that it was not placed. */
function isUnprovable({ state, sentAt, intent }: Order, exchange: Exchange, now: number): boolean {
  const isShown =
    exchange.rules(intent.market) !== null && now - sentAt < exchange.retention.filledMs
  return !isShown && (state === 'submitted' || state === 'unknown')
}

/** With its market, all of its orders are gone. */
async function search({ intent, clientOrderId, exchangeId }: Order, exchange: Exchange) {
  if (exchange.rules(intent.market) === null) return 'missing'
  const { outcome } = await exchange.find(intent.market, clientOrderId, exchangeId)
  if (outcome === 'unknown') throw unanswered()
  return outcome
}

/** Halted in the end: a halt, or a tighter policy, that came after the backup is not in it. */
function write(
  { journal, portfolio, by }: { journal: Journal; portfolio: Portfolio; by: string },
  happenings: readonly NewEvent[],
  at: number,
): void {
  const state = 'halted'
  const events = [...happenings, { type: 'trading', state, by } as const].map(
    (happening): JournalEvent => ({ ...happening, at }),
  )
  // What cannot follow must not be written: a start would fail on it for ever.
  events.reduce(apply, portfolio)
  const code = 'journal_adjusted'
  const notice = { type: 'notice', level: 'info', code, message: sentenceOf(code) } as const
  journal.append(events, [notice, { type: 'state', state, by }], at)
}

function answered<T>(answer: Answered<T>): T {
  if (!answer.ok) throw unanswered()
  return answer.value
}

function unanswered(): KeysideError {
  return new KeysideError(
    'exchange_unreachable',
    'the exchange did not answer every question: nothing was changed, try again',
  )
}
