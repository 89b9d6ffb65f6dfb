// What an adjustment of the journal changes: positions down to what can be there, and what rests at the exchange under forgotten names. Pure.

import { type Decimal, type OrderStatus, type ReportEvent, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import { apply } from '../model/apply.ts'
import { sentenceOf } from '../model/codes.ts'
import { isZero, minus, plus, sum } from '../model/decimals.ts'
import type { JournalEvent, NewEvent } from '../model/events.ts'
import type {
  AccountTrade,
  ExchangeOrder,
  Fill,
  MarketRules,
  VenueOrderKind,
} from '../model/exchange.ts'
import { proceedsOf } from '../model/forgotten-sales.ts'
import type { Named } from '../model/observation.ts'
import type { Order } from '../model/order.ts'
import { isWorking, type OrderEvent, type OrderState } from '../model/order-table.ts'
import { type Position, positionKey } from '../model/position.ts'
import type { Portfolio } from '../model/state.ts'
import { allocateMissing, baseOf } from './discrepancies.ts'
import { orderReport } from './report-order.ts'

export interface MarketSeen {
  readonly market: string
  readonly open: readonly Named<ExchangeOrder>[]
  /** Since the journal's end, without those that are in it. */
  readonly trades: readonly Named<AccountTrade>[]
  /** Open orders and trades that nobody can read. */
  readonly unread: number
}

export interface PositionChange {
  readonly position: string
  readonly from: Decimal
  readonly to: Decimal
  /** Quote that sales have brought for what is gone, and base of which no sale says what became of it. */
  readonly proceeds: Decimal
  readonly unexplained: Decimal
}

interface Resting {
  readonly market: string
  readonly kind: VenueOrderKind
  readonly exchangeId: string
  readonly clientOrderId: string
}

export interface AdjustmentPlan {
  readonly positions: readonly PositionChange[]
  /** Stops and entries of a journal that was lost: nothing else would ever cancel them. */
  readonly cancels: readonly Resting[]
  /** Of somebody else. */
  readonly leftAlone: readonly Resting[]
}

/** Null where the exchange has the market no more. */
type RulesOf = (market: string) => MarketRules | null

/** A name that this device could have given. */
const OURS = /^[0-9a-f]{32}$/

export function planAdjustment(
  portfolio: Portfolio,
  markets: readonly MarketSeen[],
  there: (currency: string) => Decimal,
  rulesOf: RulesOf,
): AdjustmentPlan {
  const bases = [...new Set(Object.values(portfolio.positions).map(({ market }) => baseOf(market)))]
  const forgotten = markets.flatMap(({ market, open }) =>
    open.filter(({ order }) => liveOrder(portfolio, order) === undefined).map(restingOn(market)),
  )
  return {
    positions: bases.flatMap((base) =>
      cutTo(portfolio, base, { markets, there: there(base), rulesOf }),
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
 * Never more than the exchange has, and never more than the forgotten sales have left: the trader's own
 * coins would hide those sales. Purchases that cannot be explained stay the trader's.
 */
function cutTo(
  portfolio: Portfolio,
  base: string,
  { markets, there, rulesOf }: { markets: readonly MarketSeen[]; there: Decimal; rulesOf: RulesOf },
): readonly PositionChange[] {
  const positions = Object.entries(portfolio.positions).filter(
    ([, one]) => baseOf(one.market) === base,
  )
  const seen = markets.filter(({ market }) => baseOf(market) === base)
  const trades = seen.flatMap((one) => one.trades)
  const expected = positions.reduce(
    (sum, [key, position]) => plus(sum, expectedIn(portfolio, key, position, trades)),
    '0',
  )
  const sales = seen.map(({ market, trades: all }) => ({
    market,
    takerFee: rulesOf(market)?.takerFee ?? '0',
    trades: all.filter(
      ({ side, order }) => side === 'sell' && liveOrder(portfolio, order) === undefined,
    ),
  }))
  const sold = sum(sales.flatMap((one) => one.trades).map(({ amount }) => amount))
  const short = minus(expected, there)
  const gone = new Big(short).gt(sold) ? short : sold
  const cuts = allocateMissing(portfolio, base, gone, (market) => rulesOf(market)?.step)
  const cut = positions
    .map(([position, { market, amount: from }]) => {
      const to = minus(from, cuts[position] ?? '0')
      return { position, market, from, to }
    })
    .filter(({ from, to }) => to !== from)
  return proceedsOf(cut, sales)
}

/** With what its working orders have traded: the start brings that in. */
function expectedIn(
  portfolio: Portfolio,
  key: string,
  { amount }: Position,
  trades: MarketSeen['trades'],
): Decimal {
  const sum = Object.values(portfolio.orders)
    .filter((order) => isWorking(order.state) && positionKey(order) === key)
    .reduce((all, order) => {
      const traded = tradedSince(order, trades)
      return order.kind === 'entry' ? all.plus(traded) : all.minus(traded)
    }, new Big(amount))
  return sum.lt(0) ? '0' : toTotal(sum)
}

/** The exchange's own word about its end is used before the fills are here. */
function tradedSince({ clientOrderId, end, filled }: Order, trades: MarketSeen['trades']): Decimal {
  const own = trades.filter(({ order }) => order === clientOrderId)
  const listed = own.reduce((sum, trade) => plus(sum, trade.amount), '0')
  const said = end === null ? '0' : minus(end.filled, filled)
  return new Big(said).gt(listed) ? said : listed
}

// Orders that the journal holds otherwise than the exchange: sent after a backup was made, or gone there. Pure.
/** Replays the transitions that were lost. After them the order is `unknown`, and the next start asks about it. */
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

/** Over with the trades that are known, `lacking` among them: the exchange will say no more, and the trader is there to say so. */
export function settleOver(
  { clientOrderId, state, filled: before, intent, planned }: Order,
  lacking: readonly Fill[] = [],
): readonly NewEvent[] {
  const notFound = step(clientOrderId, 'not_found')
  if (state === 'submitted') return [step(clientOrderId, 'mark_unknown'), notFound]
  if (state === 'unknown') return [notFound]
  const filled = lacking.reduce((sum, { amount }) => plus(sum, amount), before)
  const isWhole = planned !== null && isZero(minus(planned.request.amount, filled))
  const { market } = intent
  return [
    ...lacking.map((trade) => ({ type: 'fill', clientOrderId, market, trade }) as const),
    { ...step(clientOrderId, 'await_fills'), filled },
    step(clientOrderId, isWhole ? 'complete' : 'cancel'),
  ]
}

export function settleUnsent(
  { clientOrderId, state, planned }: Order,
  found: 'found' | 'missing',
): readonly NewEvent[] {
  if (found === 'found' && planned !== null)
    return (LOST[state] ?? []).map((event) => step(clientOrderId, event))
  return [step(clientOrderId, state === 'initialized' ? 'not_found' : 'deny')]
}

const TOLD: Partial<Record<OrderEvent, OrderStatus>> = {
  complete: 'filled',
  cancel: 'canceled',
  not_found: 'not_placed',
  deny: 'denied',
}

/** What the trader is told of the orders that end, each as it stands then. */
export function reportEnds(portfolio: Portfolio, events: readonly JournalEvent[]): ReportEvent[] {
  const reports: ReportEvent[] = []
  let state = portfolio
  for (const event of events) {
    const status = event.type === 'step' ? TOLD[event.event] : undefined
    const order = event.type === 'step' ? state.orders[event.clientOrderId] : undefined
    if (status !== undefined && order !== undefined) {
      const code = 'journal_adjusted'
      const why = status === 'filled' ? undefined : { code, message: sentenceOf(code) }
      const report = orderReport(order, status, why)
      if (report !== null) reports.push(report)
    }
    state = apply(state, event)
  }
  return reports
}

function step(clientOrderId: string, event: OrderEvent) {
  const code = 'journal_adjusted'
  return { type: 'step', clientOrderId, event, code, message: sentenceOf(code) } as const
}
