// An order held against the present: its plan at the price of now, and what policy says of it. Nothing changes here.
import { type Decimal, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import { dayAt, hourAt } from '../model/count.ts'
import type { DecidedEntry } from '../model/counters.ts'
import { minus, plus, sum, times } from '../model/decimals.ts'
import type { MarketRules } from '../model/exchange.ts'
import type { Order, OrderIntent, PlannedOrder, SizeLimit } from '../model/order.ts'
import { isWorking } from '../model/order-table.ts'
import { pauseOn } from '../model/pauses.ts'
import { type Position, positionKey } from '../model/position.ts'
import { available, ordersOf } from '../model/positions.ts'
import { mapKey } from '../model/provider.ts'
import type { Portfolio } from '../model/state.ts'
import { plan as planOrder } from '../risk/plan/plan.ts'
import type { PlanCode } from '../risk/plan/result.ts'
import { check } from '../risk/rules/check.ts'
import type { RiskInput, Verdict } from '../risk/rules/rule.ts'
import type { DecisionContext } from './context.ts'
import { losses } from './loss-limits.ts'
import { standingOf } from './providers.ts'
import { comparison } from './reconcile.ts'
import { orderId } from './report-order.ts'
import { isGapSilent } from './silence.ts'

type PlanResult =
  | { readonly ok: true; readonly plan: PlannedOrder }
  | { readonly ok: false; readonly code: ExecutorCode | PlanCode; readonly message?: string }

/** What is asked about gets half the collar: the price may then go as far either way before the answer comes. */
const ASKED = '0.5'

/** Only what the exchange says counts: it may halt a market, or know it no more. */
export function isMarketClosed({ status }: MarketRules): boolean {
  return status === 'halted' || status === 'gone'
}

export function planFor(
  context: DecisionContext,
  order: Order,
  to: 'send' | 'ask' = 'send',
): PlanResult {
  const { exchange, policy } = context.environment
  const { entry, exit } = policy.collar
  const rules = exchange.rules(order.intent.market)
  const quote = exchange.quote(order.intent.market)
  if (rules === null) return { ok: false, code: 'market_unknown' }
  if (order.kind === 'entry' && isMarketClosed(rules)) {
    const message = `${rules.market}: ${sentenceOf('market_closed')}`
    return { ok: false, code: 'market_closed', message }
  }
  if (quote === null) return { ok: false, code: 'quote_missing' }
  const position = context.portfolio.positions[positionKey(order)]
  const planned = planOrder({
    signal: ideaNow(order),
    rules,
    quote,
    allocation: policy.streams.get(order.stream)?.allocation ?? '0',
    position: position === undefined ? '0' : available(position),
    bought: boughtBeside(context.portfolio, order),
    stop: position?.stop ?? null,
    most: mostOf(order),
    collar: { entry: to === 'ask' ? times(entry, ASKED) : entry, exit },
    clientOrderId: order.clientOrderId,
  })
  if (!planned.ok) return { ok: false, code: planned.code, message: planned.message }
  const { order: request, value, risk } = planned
  const { takerFee } = rules
  const id = orderId(request, order.validUntil)
  const most = mostOf(order)
  return {
    ok: true,
    plan: { id, request, value, risk, takerFee, holds: 'coins', ...(most && { most }) },
  }
}

/** By the stream on its market, base: held, or ordered by other entries. */
function boughtBeside(portfolio: Portfolio, order: Order): Decimal {
  const key = positionKey(order)
  const others = ordersOf(portfolio, key).filter(
    (one) => one.kind === 'entry' && one.clientOrderId !== order.clientOrderId,
  )
  const coming = others.map(({ planned, filled }) => minus(planned?.request.amount ?? '0', filled))
  return sum([portfolio.positions[key]?.amount ?? '0', ...coming])
}

/** A plan at another price keeps the bound of the one before it. */
function mostOf({ state, wanted, planned }: Order): SizeLimit | null {
  return state === 'reducing' ? wanted : (planned?.most ?? null)
}

/** While an exit waited for its stop to go, a newer entry may have bought: that is not its to sell. */
function ideaNow({ state, planned, intent }: Order): OrderIntent {
  if (state !== 'canceling_stop' || planned === null) return intent
  return { ...intent, size: { unit: 'base', value: planned.request.amount } }
}

/** Policy's verdict, with the trader's answer as it is, or as if it were `approved`. */
export function checkOrder(
  context: DecisionContext,
  order: Order,
  plan: PlannedOrder,
  approved: RiskInput['approved'] = APPROVED[order.approval.by],
): Verdict {
  const input = riskInput(context, order, plan)
  return check({ ...input, approved }, context.environment.policy)
}

const APPROVED = { nobody: 'no', tap: 'tapped', code: 'coded' } as const

export function riskInput(
  context: DecisionContext,
  order: Order,
  plan: PlannedOrder,
): Omit<RiskInput, 'approved'> {
  const { portfolio, session, environment } = context
  const { exchange, now } = environment
  const { market } = order.intent
  const position = portfolio.positions[positionKey(order)]
  const others = Object.values(portfolio.orders).filter((one) => one !== order)
  return {
    now,
    order: plan.request,
    kind: order.kind,
    stream: order.stream,
    signal: order.signal,
    signedAt: order.signedAt,
    validUntil: order.validUntil,
    stop: order.intent.stopPrice ?? null,
    // Refuse by default: the money is real unless the venue is known to be a sandbox or paper.
    realMoney: ['sandbox', 'paper'].includes(exchange.money) ? 'no' : 'yes',
    unproved: { venue: exchange.name, claims: exchange.unproved },
    rules: exchange.rules(market),
    quote: exchange.quote(market),
    liquidity: exchange.liquidity(market),
    skewMs: exchange.skewMs,
    headAt: isGapSilent(context, order.stream) ? null : (session.heads[order.stream]?.at ?? null),
    used: usedBy(portfolio, others, order.stream, now),
    held: {
      amount: position === undefined ? '0' : available(position),
      stop: position?.stop ?? null,
      cost: costOf(portfolio, others, ({ stream }) => stream === order.stream),
      onMarket: costOf(portfolio, others, (one) => one.market === market),
    },
    typicalSizes: portfolio.counters.typicalSizes[order.stream] ?? [],
    recent: recentEntries(portfolio, others),
    soldAt: portfolio.counters.markets[market]?.soldAt ?? 0,
    roundTrips: dayAt(portfolio.counters, now).roundTrips[market] ?? 0,
    ownSales: ownSales(others, market),
    otherStops: otherStops(portfolio, order),
    losses: losses(context),
    unknownOnMarket: unknownAround(portfolio, order),
    comparison: comparison(context, market),
    trading: portfolio.trading,
    pause: pauseOn(portfolio, order),
    provider: standingOf(context, order),
    mapping: mappingOf(portfolio, order),
  }
}

/** A ratio is there before anything is planned. */
function mappingOf(
  { streams }: Portfolio,
  { stream, intent, mapping }: Order,
): RiskInput['mapping'] {
  if (mapping === undefined || mapping.ratio === null) return null
  const { market, ratio } = mapping
  return { market, ratio, last: streams[stream]?.ratios[mapKey(market, intent.market)] ?? null }
}

/** On its market for an entry; for a way out, which sells only what its own stream holds, of that position. */
export function unknownAround(
  portfolio: Portfolio,
  {
    kind,
    ...order
  }: Pick<Order, 'kind' | 'stream'> & { readonly intent: Pick<OrderIntent, 'market'> },
): number {
  const around =
    kind === 'entry'
      ? Object.values(portfolio.orders).filter(
          ({ intent }) => intent.market === order.intent.market,
        )
      : ordersOf(portfolio, positionKey(order))
  return around.filter(({ state }) => state === 'unknown').length
}

/** Of the limits that count; `others`: the orders beside the one in question. */
export function usedBy(
  portfolio: Portfolio,
  others: readonly Order[],
  stream: string,
  now: number,
) {
  const { counters } = portfolio
  const reserved = others.filter(isReserved)
  const own = reserved.filter((one) => one.stream === stream)
  return {
    today: usedToday(portfolio, others, now),
    hour: withReserved(hourAt(counters, now), reserved),
    byStream: withReserved(counters.spent[stream] ?? '0', own),
    entriesToday: dayAt(counters, now).entries + reserved.length,
    sentLastMinute: counters.sent,
  }
}

/** Decided today, and what waiting entries have reserved. */
export function usedToday(portfolio: Portfolio, others: readonly Order[], now: number): Decimal {
  return withReserved(dayAt(portfolio.counters, now).value, others.filter(isReserved))
}

function withReserved(decided: Decimal, reserved: readonly Order[]): Decimal {
  return sum([decided, ...reserved.map(reservedBy)])
}

const RESERVED: readonly Order['state'][] = ['waiting', 'reducing', 'approved']

function isReserved({ kind, state }: Order): boolean {
  return kind === 'entry' && RESERVED.includes(state)
}

/** One that waits for the trader counts as decided when it came. */
function recentEntries({ counters }: Portfolio, others: readonly Order[]): readonly DecidedEntry[] {
  const waiting = others.filter(isReserved).map(({ signal, intent, planned, at }) => {
    return { signal, market: intent.market, amount: planned?.request.amount ?? '0', at }
  })
  return [...counters.entries, ...waiting]
}

function ownSales(others: readonly Order[], market: string): readonly Decimal[] {
  return others.flatMap(({ planned, state }) =>
    planned?.request.market === market &&
    planned.request.side === 'sell' &&
    planned.request.type === 'limit' &&
    planned.request.timeInForce === 'GTC' &&
    isWorking(state)
      ? [planned.request.price]
      : [],
  )
}

/** Counted by position: each has one stop at most, and an entry adds to the one of its position. */
function otherStops({ positions, orders }: Portfolio, order: Order): number {
  const { market } = order.intent
  const held = Object.values(positions)
    .filter((one) => one.market === market && one.stop !== null)
    .map(({ stream }) => stream)
  const coming = Object.values(orders)
    .filter(
      ({ kind, state, intent }) =>
        kind === 'entry' &&
        state !== 'received' &&
        intent.market === market &&
        intent.stopPrice !== undefined,
    )
    .map(({ stream }) => stream)
  return new Set([...held, ...coming].filter((stream) => stream !== order.stream)).size
}

type Where = { readonly stream: string; readonly market: string }

/** Of what is held, and of entries that are open or reserved. */
export function costOf(
  portfolio: Portfolio,
  others: readonly Order[],
  counts: (where: Where) => boolean,
): Decimal {
  const held = sum(Object.values(portfolio.positions).filter(counts).map(costHeld))
  return others
    .filter(
      ({ kind, stream, intent }) => kind === 'entry' && counts({ stream, market: intent.market }),
    )
    .reduce((all, one) => plus(all, minus(reservedBy(one), one.cost)), held)
}

/** What was paid for the part that is still held, rounded up. */
export function costHeld({ cost, amount, baseBought }: Position): Decimal {
  if (new Big(baseBought).eq(0)) return '0'
  return toTotal(new Big(cost).times(amount).div(baseBought).round(12, Big.roundUp))
}

function reservedBy({ planned }: Order): Decimal {
  return planned?.value ?? '0'
}
