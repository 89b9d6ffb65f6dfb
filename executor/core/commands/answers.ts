// Answers that need nothing but the portfolio and what the exchange last said.

import { type Answer, currency, type Decimal, seconds, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import type { DecisionContext } from '../execution/context.ts'
import { baseOf } from '../execution/discrepancies.ts'
import { pausesNow } from '../execution/pauses.ts'
import { usedToday } from '../execution/plan-and-check.ts'
import { streamOf } from '../model/apply-stream.ts'
import { sentenceOf } from '../model/codes.ts'
import { sum } from '../model/decimals.ts'
import type { Answered, Balance } from '../model/exchange.ts'
import type { Order } from '../model/order.ts'
import type { OrderState } from '../model/order-table.ts'
import type { Position } from '../model/position.ts'
import { entryPrice, gainAt, stopOf } from '../model/positions.ts'
import { fitting } from '../model/report-room.ts'
import type { Valuation } from '../model/valuation.ts'
import { allocatedNow, drawdownNow } from './limits.ts'

/** What a report may list. */
const MAX_STREAMS = 32
const MAX_ROWS = 50

export function statusAnswer(context: DecisionContext): Answer {
  const { portfolio, session, environment } = context
  const { exchange, policy, now } = environment
  const orders = Object.values(portfolio.orders)
  const streams = [...policy.streams].flatMap(([stream, { markets }]) => {
    const seen = session.heads[stream]
    const held = Object.values(portfolio.positions).find((position) => position.stream === stream)
    const market = held?.market ?? markets[0]
    if (market === undefined) return []
    const headAgeMs = seen === undefined ? null : now - seen.at
    const { seq, last } = streamOf(portfolio, stream)
    return [
      {
        stream,
        market,
        seq,
        headAgeMs,
        ...(seen && { plan: seen.head.plan, position: seen.head.position }),
        ...(last && { last }),
      },
    ]
  })
  const rows = fitting(streams.slice(0, MAX_STREAMS))
  const { used: fall, ...best } = drawdownNow(context)
  return {
    about: 'status',
    state: portfolio.trading,
    since: seconds(portfolio.tradingSince),
    ...pausesNow(portfolio),
    exchange: {
      name: exchange.money === 'real' ? exchange.name : `${exchange.name}-${exchange.money}`,
      reachable: exchange.reachable,
      skewMs: exchange.skewMs ?? 0,
    },
    streams: rows,
    ...(streams.length > rows.length && { more: streams.length - rows.length }),
    waiting: count(orders, ['waiting', 'reducing']),
    open: count(orders, ['submitted', 'accepted', 'partially_filled', 'awaiting_fills']),
    unknown: count(orders, ['unknown']),
    positions: Object.keys(portfolio.positions).length,
    turnover: {
      used: usedToday(portfolio, orders, now),
      limit: policy.limits.day,
      currency: policy.currency,
    },
    drawdown: { ...best, ...(fall !== null && { used: fall }) },
    ...(exchange.money === 'paper' && policy.trials !== 'none' && { trials: policy.trials }),
  }
}

function count(orders: readonly Order[], states: readonly OrderState[]): number {
  return orders.filter(({ state }) => states.includes(state)).length
}

export function positionsAnswer(context: DecisionContext): Answer {
  const positions = Object.entries(context.portfolio.positions)
  const all = positions.slice(0, MAX_ROWS).map(([key, position]) => ({
    ...positionRow(position, priceOf(context, position)),
    ...stopInForce(context, key),
  }))
  const rows = fitting(all)
  const left = positions.length - rows.length
  return { about: 'positions', rows, ...(left > 0 && { more: left }) }
}

/** Only a stop that rests at the exchange: a planned one does not protect yet. */
function stopInForce(context: DecisionContext, key: string) {
  const order = stopOf(context.portfolio, key)
  const stop = order?.exchangeId === '' ? undefined : order?.planned?.request.triggerPrice
  return stop === undefined ? {} : { stop }
}

function priceOf({ environment }: DecisionContext, { market }: Position): Decimal | null {
  return environment.exchange.quote(market)?.bid ?? null
}

/** Without a price now, the position is shown at its entry price. */
function positionRow(position: Position, bid: Decimal | null) {
  const { stream, market, amount } = position
  const entry = entryPrice(position) ?? '0'
  const price = bid ?? entry
  const gain = gainAt(position, price) ?? new Big(0)
  return {
    stream,
    market,
    amount,
    entry,
    price,
    gain: toTotal(gain.abs()),
    negative: gain.lt(0),
  }
}

export function weightsOf(context: DecisionContext): Valuation {
  const { portfolio, environment } = context
  const { policy, exchange } = environment
  const held = Object.values(portfolio.positions).map(({ market }) => market)
  const followed = [...policy.streams.values()].flatMap(({ markets }) => markets)
  const inCurrency = [...new Set([...held, ...followed])].filter((market) =>
    market.endsWith(`/${policy.currency}`),
  )
  const priced = inCurrency.flatMap((market) => {
    const bid = exchange.quote(market)?.bid
    return bid === undefined ? [] : [[baseOf(market), bid] as const]
  })
  const least = inCurrency.map((market) => [baseOf(market), exchange.rules(market)?.minValue])
  return {
    currency: policy.currency,
    held: held.map(baseOf),
    prices: Object.fromEntries([...priced, [policy.currency, '1']]),
    least: Object.fromEntries(least.filter(([, value]) => value !== undefined)),
    allocated: allocatedNow(context),
  }
}

/**
 * What the account holds: what is traded with first, then the largest; exchanges list leftovers in any order. Without
 * weights the largest amount is first.
 */
export function balanceAnswer(answer: Answered<readonly Balance[]>, weights?: Valuation): Answer {
  if (!answer.ok)
    return { about: 'refused', code: 'balance_unknown', message: sentenceOf('balance_unknown') }
  const valued = weights ?? NO_WEIGHTS
  const there = answer.value.filter((balance) => isThere(balance, valued))
  const all = there.flatMap((balance) => balanceRow(balance, valued)).sort(byWeight(valued))
  const dust = all.filter((row) => isDust(row, valued))
  const rows = all.filter((row) => !dust.includes(row)).slice(0, MAX_ROWS)
  const left = there.length - rows.length - dust.length
  return {
    about: 'balance',
    rows,
    ...(left > 0 && { more: left }),
    ...worthOf(all, valued),
    ...dustOf(dust),
    ...(weights && { allocated: { currency: weights.currency, ...weights.allocated } }),
  }
}

/** Exchanges list coins of which there is nothing. */
function isThere({ currency: name, free, used }: Balance, { currency }: Valuation): boolean {
  return name === currency || new Big(free).plus(used).gt(0)
}

const NO_WEIGHTS: Valuation = {
  currency: '',
  held: [],
  prices: {},
  least: {},
  allocated: { used: '0', limit: '0' },
}

type Row = NonNullable<ReturnType<typeof balanceRow>[number]>

/** None for a coin whose name is in other letters: the wire carries none. */
function balanceRow({ currency: name, free, used }: Balance, { prices }: Valuation) {
  const total = new Big(free).plus(used).toFixed()
  if (!currency.safeParse(name).success) return []
  const price = prices[name]
  const value = price === undefined ? undefined : worthAt(total, price)
  return [{ currency: name, free, used, total, ...(value !== undefined && { value }) }]
}

function worthAt(total: Decimal, price: Decimal): string {
  return new Big(total).times(price).round(8, Big.roundDown).toFixed()
}

/** Worth something, but less than any order may be. Coins that are traded with are never left out. */
function isDust({ currency: name, value }: Row, { currency, held, least }: Valuation): boolean {
  const enough = least[name]
  if (value === undefined || enough === undefined || held.includes(name)) return false
  return name !== currency && new Big(value).lt(enough)
}

function dustOf(dust: readonly Row[]) {
  const value = sum(dust.map((row) => row.value ?? '0'))
  return dust.length > 0 ? { dust: { coins: dust.length, value } } : {}
}

function byWeight({ currency, held, prices }: Valuation): (a: Row, b: Row) => number {
  const rank = (row: Row) => {
    if (row.currency === currency) return 0
    if (held.includes(row.currency)) return 1
    return prices[row.currency] === undefined ? 3 : 2
  }
  // Within one rank either all have a price or none has.
  const size = (row: Row) => new Big(row.total).times(prices[row.currency] ?? 1)
  return (a, b) => rank(a) - rank(b) || size(b).cmp(size(a))
}

function worthOf(rows: readonly Row[], { currency }: Valuation) {
  const known = rows.flatMap(({ value }) => (value === undefined ? [] : [value]))
  const worth = known.reduce((all, value) => all.plus(value), new Big(0))
  if (known.length === 0) return {}
  return { worth: { amount: toTotal(worth), currency, coins: known.length } }
}
