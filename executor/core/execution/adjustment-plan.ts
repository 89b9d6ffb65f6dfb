// What a re-base changes: positions down to what can be there, and what rests at the exchange under forgotten names. Pure.

import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { sentenceOf } from '../model/codes.ts'
import { minus, plus } from '../model/decimals.ts'
import type { NewEvent } from '../model/events.ts'
import type { AccountTrade, ExchangeOrder, VenueOrderKind } from '../model/exchange.ts'
import type { Named } from '../model/observation.ts'
import type { Order } from '../model/order.ts'
import { isWorking, type OrderEvent, type OrderState } from '../model/order-table.ts'
import { type Position, positionKey } from '../model/position.ts'
import type { Portfolio } from '../model/state.ts'
import { allocateMissing, baseOf, type StepOf } from './discrepancies.ts'

export interface MarketSeen {
  readonly market: string
  readonly open: readonly Named<ExchangeOrder>[]
  /** Since the journal's end, without those that are in it. */
  readonly trades: readonly Named<AccountTrade>[]
}

interface PositionChange {
  readonly position: string
  readonly from: Decimal
  readonly to: Decimal
}

interface Resting {
  readonly market: string
  readonly kind: VenueOrderKind
  readonly exchangeId: string
  readonly clientOrderId: string
}

export interface AdjustmentPlan {
  readonly positions: readonly PositionChange[]
  /** Stops and entries of a book that is lost: nobody would ever take them back. */
  readonly cancels: readonly Resting[]
  /** Of somebody else. */
  readonly leftAlone: readonly Resting[]
}

/** A name that this device could have given. */
const OURS = /^[0-9a-f]{32}$/

export function planAdjustment(
  portfolio: Portfolio,
  markets: readonly MarketSeen[],
  there: (currency: string) => Decimal,
  stepOf: StepOf,
): AdjustmentPlan {
  const bases = [...new Set(Object.values(portfolio.positions).map(({ market }) => baseOf(market)))]
  const forgotten = markets.flatMap(({ market, open }) =>
    open.filter(({ order }) => liveOrder(portfolio, order) === undefined).map(restingOn(market)),
  )
  return {
    positions: bases.flatMap((base) =>
      cutTo(portfolio, base, { markets, there: there(base), stepOf }),
    ),
    cancels: forgotten.filter(({ clientOrderId }) => OURS.test(clientOrderId)),
    leftAlone: forgotten.filter(({ clientOrderId }) => !OURS.test(clientOrderId)),
  }
}

function restingOn(market: string) {
  return ({ kind, exchangeId, clientOrderId }: ExchangeOrder): Resting => ({
    market,
    kind,
    exchangeId,
    clientOrderId,
  })
}

function liveOrder({ orders }: Portfolio, name: string | null): Order | undefined {
  const order = name === null ? undefined : orders[name]
  return order !== undefined && isWorking(order.state) ? order : undefined
}

/**
 * Never more than is there, and never more than the sales that nobody here remembers have left over: the trader's own
 * coins would hide them. What was bought and cannot be explained stays the trader's.
 */
function cutTo(
  portfolio: Portfolio,
  base: string,
  { markets, there, stepOf }: { markets: readonly MarketSeen[]; there: Decimal; stepOf: StepOf },
): readonly PositionChange[] {
  const positions = Object.entries(portfolio.positions).filter(
    ([, one]) => baseOf(one.market) === base,
  )
  const trades = markets
    .filter(({ market }) => baseOf(market) === base)
    .flatMap((seen) => seen.trades)
  const expected = positions.reduce(
    (sum, [key, position]) => plus(sum, expectedIn(portfolio, key, position, trades)),
    '0',
  )
  const sold = trades
    .filter(({ side, order }) => side === 'sell' && liveOrder(portfolio, order) === undefined)
    .reduce((sum, trade) => plus(sum, trade.amount), '0')
  const short = minus(expected, there)
  const cuts = allocateMissing(portfolio, base, new Big(short).gt(sold) ? short : sold, stepOf)
  return positions.flatMap(([position, { amount: from }]) => {
    const to = minus(from, cuts[position] ?? '0')
    return to === from ? [] : [{ position, from, to }]
  })
}

/** With the trades of its working orders, which the start brings in. */
function expectedIn(
  portfolio: Portfolio,
  key: string,
  { amount }: Position,
  trades: MarketSeen['trades'],
): Decimal {
  const sum = trades.reduce((all, trade) => {
    const order = liveOrder(portfolio, trade.order)
    if (order === undefined || positionKey(order) !== key) return all
    return trade.side === 'buy' ? all.plus(trade.amount) : all.minus(trade.amount)
  }, new Big(amount))
  return sum.lt(0) ? '0' : toDecimal(sum)
}

// Orders that the journal holds otherwise than the exchange: sent after a backup was made, or gone there. Pure.
/** The moves that were made and lost. From there on it is unknown, and the next start asks what became of it. */
const LOST: Partial<Record<OrderState, readonly OrderEvent[]>> = {
  received: ['initialize', 'submit', 'mark_unknown'],
  waiting: ['approve', 'initialize', 'submit', 'mark_unknown'],
  approved: ['initialize', 'submit', 'mark_unknown'],
  canceling_stop: ['initialize', 'submit', 'mark_unknown'],
  initialized: ['submit', 'mark_unknown'],
}

export function isUnsent({ state }: Order): boolean {
  return LOST[state] !== undefined
}

/** Over with the trades that are known: the exchange has it in none of its lists, and the trader is there to say so. */
export function settleGone({ clientOrderId, state, filled }: Order): readonly NewEvent[] {
  const notFound = step(clientOrderId, 'not_found')
  if (state === 'submitted') return [step(clientOrderId, 'mark_unknown'), notFound]
  if (state === 'unknown') return [notFound]
  return [{ ...step(clientOrderId, 'await_fills'), filled }, step(clientOrderId, 'cancel')]
}

export function settleUnsent(
  { clientOrderId, state, planned }: Order,
  found: 'found' | 'missing',
): readonly NewEvent[] {
  if (found === 'found' && planned !== null)
    return (LOST[state] ?? []).map((event) => step(clientOrderId, event))
  return [step(clientOrderId, state === 'initialized' ? 'not_found' : 'deny')]
}

function step(clientOrderId: string, event: OrderEvent) {
  const code = 'journal_adjusted'
  return { type: 'step', clientOrderId, event, code, message: sentenceOf(code) } as const
}
