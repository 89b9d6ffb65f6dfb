// Orders on which journal and exchange disagree: asks what became of each, and ends those that nothing else would end.
import type { DatabaseSync } from 'node:sqlite'
import { KeysideError } from '@keyside/runtime'
import {
  isUnsent,
  type MarketSeen,
  settleOver,
  settleUnsent,
} from './core/execution/adjustment-plan.ts'
import { isZero, minus, plus } from './core/model/decimals.ts'
import type { NewEvent } from './core/model/events.ts'
import type { AccountTrade, Answered, Fill, Lookup } from './core/model/exchange.ts'
import type { Order } from './core/model/order.ts'
import { isAccepted } from './core/model/order-table.ts'
import type { Portfolio } from './core/model/state.ts'
import { overSince } from './journal/own-orders.ts'
import type { Exchange } from './venues/port.ts'

export interface EndedOrder {
  readonly clientOrderId: string
  /** `missing` from every list of the exchange, or `ended` there and its fills never came. */
  readonly is: 'missing' | 'ended'
  /** How many of its fills come into the books with its end; `unknown` where the exchange did not answer for them. */
  readonly fills: number | 'unknown'
}

interface Asked {
  readonly exchange: Exchange
  readonly db: DatabaseSync
  readonly now: number
}

/** Fills that are not there so long after the end of their order do not come any more, ms. */
const FILLS_LATE_MS = 600_000

/** Rejects with `exchange_unreachable` when it is not said of an order whether it is there. */
export async function endOrders(
  portfolio: Portfolio,
  seen: readonly MarketSeen[],
  asked: Asked,
): Promise<{
  readonly happenings: readonly NewEvent[]
  /** Client order ids of orders that were not sent and now never will be. */
  readonly dropped: readonly string[]
  readonly ended: readonly EndedOrder[]
}> {
  const happenings: NewEvent[] = []
  const dropped: string[] = []
  const ended: EndedOrder[] = []
  const trades = seen.flatMap((one) => one.trades)
  for (const order of Object.values(portfolio.orders)) {
    const { clientOrderId, state } = order
    if (isUnsent(order)) {
      const { outcome } = await search(order, asked.exchange)
      happenings.push(...settleUnsent(order, outcome))
      if (outcome === 'missing') dropped.push(clientOrderId)
    }
    if (!isAccepted(state) && !isUnprovable(order, asked)) continue
    const found = await search(order, asked.exchange)
    if (found.outcome === 'found' && !isLate(order, asked)) continue
    const fills = await lackingFills(order, trades, asked.exchange)
    if (found.outcome === 'found' && isWhole(order, fills.lacking)) continue
    happenings.push(...settleOver(order, fills.lacking))
    const is = found.outcome === 'found' ? 'ended' : 'missing'
    ended.push({ clientOrderId, is, fills: fills.ok ? fills.lacking.length : 'unknown' })
  }
  return { happenings, dropped, ended }
}

/** Throws `exchange_unreachable`. */
export function refuseUnknownFills(ended: readonly EndedOrder[]): void {
  const open = ended.filter(({ fills }) => fills === 'unknown')
  if (open.length === 0) return
  throw new KeysideError(
    'exchange_unreachable',
    `the exchange did not answer for the fills of ${open.map(({ clientOrderId }) => clientOrderId).join(', ')}: nothing was changed, try again, and where it never does, without --yes`,
  )
}

/** Throws `orders_unread`. */
export function refuseUnread(unread: readonly Pick<MarketSeen, 'market' | 'unread'>[]): void {
  if (unread.length === 0) return
  throw new KeysideError(
    'orders_unread',
    `the exchange lists orders or trades of ${unread.map(({ market }) => market).join(', ')} that this device cannot read: nothing was changed, look at them there, and then without --yes`,
  )
}

/** Its outcome is unknown, and no later answer can prove that it was not placed. */
function isUnprovable({ state, sentAt, intent }: Order, { exchange, now }: Asked): boolean {
  const isShown =
    exchange.rules(intent.market) !== null && now - sentAt < exchange.retention.filledMs
  return !isShown && (state === 'submitted' || state === 'unknown')
}

/** The executor waits for the fills of such an order for as long as it is open. */
function isLate({ state, clientOrderId }: Order, { db, now }: Asked): boolean {
  return state === 'awaiting_fills' && now - overSince(db, clientOrderId) >= FILLS_LATE_MS
}

/** All fills that the exchange reports are here: the next start ends it. */
function isWhole({ filled, end }: Order, lacking: readonly Fill[]): boolean {
  const known = lacking.reduce((sum, { amount }) => plus(sum, amount), filled)
  return end !== null && isZero(minus(end.filled, known))
}

/** By its number, and among the newest of its market; without those that are in the books. */
async function lackingFills(
  { intent, clientOrderId, exchangeId, seen, trades: booked }: Order,
  trades: MarketSeen['trades'],
  exchange: Exchange,
): Promise<{ readonly ok: boolean; readonly lacking: readonly Fill[] }> {
  if (exchangeId === '') return { ok: true, lacking: [] }
  const listed = trades.filter(({ order }) => order === clientOrderId).map(fillOf)
  if (exchange.rules(intent.market) === null) return { ok: true, lacking: listed }
  const own = await exchange.fills(intent.market, exchangeId, seen.first)
  const all = new Map([...(own.ok ? own.value : []), ...listed].map((fill) => [fill.id, fill]))
  return { ok: own.ok, lacking: [...all.values()].filter(({ id }) => !booked.includes(id)) }
}

function fillOf({ id, at, amount, price, fee, rebate }: AccountTrade): Fill {
  return { id, at, amount, price, ...(fee && { fee }), ...(rebate && { rebate }) }
}

/** With its market, all of its orders are gone. */
async function search(
  { intent, clientOrderId, exchangeId }: Order,
  exchange: Exchange,
): Promise<Exclude<Lookup, { outcome: 'unknown' }>> {
  if (exchange.rules(intent.market) === null) return { outcome: 'missing' }
  const found = await exchange.find(intent.market, clientOrderId, exchangeId)
  if (found.outcome === 'unknown') throw unanswered()
  return found
}

export function answered<T>(answer: Answered<T>): T {
  if (!answer.ok) throw unanswered()
  return answer.value
}

function unanswered(): KeysideError {
  return new KeysideError(
    'exchange_unreachable',
    'the exchange did not answer every question: nothing was changed, try again',
  )
}
