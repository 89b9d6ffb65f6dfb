// What an account may ask: orders as two views of them show them, fills, coins, and what its key may do.
import { balancesAt, isOpen, type OrderView, tradesAt, viewAt } from '@keyside/venue'
import Big from 'big.js'
import type { SignedRoute as Routed, SignedCall as Signed } from '../exchange/routes.ts'
import { tickAt } from '../market/market.ts'
import { type BybitContext, idOf, instrumentOf } from './context.ts'
import { refuse } from './errors.ts'
import { limitOf, pageOf, spanOf, TRADED_MS, UNFILLED_MS } from './lists.ts'
import {
  type BybitOrder,
  type BybitParameters,
  ORDER_NAMES,
  oneOf,
  orderOf,
  required,
} from './requests.ts'
import { fillView, keyView, orderView, walletView } from './views.ts'

type SignedCall = Signed<BybitParameters>
type SignedRoute = Routed<BybitParameters, object>

export const NEW_BYBIT_ORDER = 'POST /v5/order/create'

const LIST = ['category', 'symbol', 'orderId', 'orderLinkId', 'limit', 'cursor']
const SPAN = ['startTime', 'endTime']
/** The kinds of orders that the sandbox knows. */
const FILTERS = ['Order', 'tpslOrder'] as const
/** So many that are over are shown with what is open, at most. */
const CLOSED_SHOWN = 500

export function accountRoutes(context: BybitContext): Readonly<Record<string, SignedRoute>> {
  const { now, lagMs } = context
  return {
    [NEW_BYBIT_ORDER]: {
      right: 'trade',
      names: ORDER_NAMES,
      answer: (call) => place(context, call),
    },
    'POST /v5/order/cancel': {
      right: 'trade',
      names: ['category', 'symbol', 'orderId', 'orderLinkId', 'orderFilter'],
      answer: (call) => cancel(context, call),
    },
    'GET /v5/order/realtime': reading([...LIST, 'openOnly'], (call) =>
      orders(call, realtime(context, call)),
    ),
    'GET /v5/order/history': reading([...LIST, ...SPAN], (call) =>
      orders(call, history(context, call)),
    ),
    'GET /v5/execution/list': reading([...LIST, ...SPAN], (call) => fills(context, call)),
    'GET /v5/account/wallet-balance': reading(['accountType'], ({ parameters, account }) => {
      oneOf(parameters, 'accountType', ['UNIFIED'])
      context.trading.advance()
      return walletView(balancesAt(context.trading.venue, account.name, now() - lagMs))
    }),
    'GET /v5/account/info': reading([], () => ({
      unifiedMarginStatus: 5,
      marginMode: 'REGULAR_MARGIN',
    })),
    'GET /v5/spot-margin-trade/state': reading([], ({ account: { rights } }) => ({
      spotLeverage: rights.enableMargin ? '3' : '',
      spotMarginMode: rights.enableMargin ? '1' : '0',
    })),
    'GET /v5/user/query-api': reading([], ({ account }) => keyView(account)),
  }
}

function reading(names: readonly string[], answer: SignedRoute['answer']): SignedRoute {
  return { right: 'read', names, answer }
}

/** A name is used once, and never again: also after its order is over. */
function place(context: BybitContext, { parameters, account, effects }: SignedCall): object {
  oneOf(parameters, 'category', ['spot'])
  const instrument = instrumentOf(context, required(parameters, 'symbol'), 'bad_symbol')
  if (!context.listings.isTraded(instrument.symbol)) throw refuse('closed')
  const { bids } = context.book.at(instrument, tickAt(context.now()))
  const basePrice = bids[0]?.price ?? new Big(0)
  const request = orderOf(parameters, { account: account.name, instrument, basePrice })
  const { trading } = context
  if (trading.venue.find(account.name, request.clientOrderId) !== undefined)
    throw refuse('duplicate_order')
  const order = trading.place(request, effects)
  return { orderId: String(order.id), orderLinkId: request.clientOrderId }
}

/** Its receipt says no more than that it was heard. A stop is one until it triggers, and an order from then on. */
function cancel(context: BybitContext, call: SignedCall): object {
  const { parameters } = call
  oneOf(parameters, 'category', ['spot'])
  const { symbol } = instrumentOf(context, required(parameters, 'symbol'), 'bad_symbol')
  if (!namesOne(parameters)) throw refuse('bad_parameter', 'orderId')
  const orderFilter = oneOf({ orderFilter: 'Order', ...parameters }, 'orderFilter', FILTERS)
  const found = visible(context, call, context.now())
    .filter(({ order }) => order.request.market === symbol)
    .filter(({ view }) => (view.status === 'waiting' ? 'tpslOrder' : 'Order') === orderFilter)
    .find(({ order }) => isNamed(order, parameters))
  if (found === undefined) throw refuse('no_order')
  if (!isOpen(found.order)) throw refuse(found.order.status === 'filled' ? 'filled' : 'canceled')
  context.trading.cancel(found.order)
  const { id, request } = found.order
  return { orderId: String(id), orderLinkId: request.clientOrderId }
}

interface Seen {
  readonly order: BybitOrder
  readonly view: OrderView<Big>
}

function visible({ trading }: BybitContext, { account }: SignedCall, asOf: number): Seen[] {
  trading.advance()
  return trading.venue.orders.flatMap((order) => {
    const view = order.request.account === account.name ? viewAt(trading.venue, order, asOf) : null
    return view === null ? [] : [{ order, view }]
  })
}

/** What is open; and for a while what is over, which is asked for apart unless it is named. */
function realtime(context: BybitContext, call: SignedCall): readonly Seen[] {
  const { now, lagMs, closedMs } = context
  const openOnly = oneOf({ openOnly: '0', ...texts(call.parameters) }, 'openOnly', ['0', '1'])
  const all = visible(context, call, now() - lagMs)
  const open = all.filter(({ view }) => isOpen(view))
  const closed = all
    .filter(({ order, view }) => !isOpen(view) && now() - (order.closedAt ?? 0) < closedMs)
    .slice(-CLOSED_SHOWN)
  if (namesOne(call.parameters)) return [...open, ...closed]
  return openOnly === '0' ? open : closed
}

/**
 * What is over: later, and for a day alone where nothing was filled. The venue does not say which of an order's times counts:
 * here it has to be both placed and over in the span that is asked for.
 */
function history(context: BybitContext, call: SignedCall): readonly Seen[] {
  const { now, lagMs } = context
  const { since, until } = spanOf(call.parameters, now())
  const keptSince = (view: OrderView<Big>) =>
    now() - (view.fills.length > 0 ? TRADED_MS : UNFILLED_MS)
  return visible(context, call, now() - 2 * lagMs).filter(({ order, view }) => {
    const { createdAt, closedAt } = order
    if (isOpen(view) || closedAt === null) return false
    return createdAt >= since && closedAt <= until && closedAt > keptSince(view)
  })
}

function orders({ parameters }: SignedCall, rows: readonly Seen[]): object {
  const category = oneOf(parameters, 'category', ['spot'])
  const named = rows.filter(({ order }) => isNamed(order, parameters))
  const limit = limitOf(parameters, { usual: 20, most: 50 })
  const { page, nextPageCursor } = pageOf(parameters, named, {
    limit,
    idOf: ({ order }) => order.id,
  })
  return { category, nextPageCursor, list: page.map(({ order, view }) => orderView(order, view)) }
}

/** Of an order that is named, other parameters are passed over: then it is the last week. */
function fills({ trading, now, lagMs }: BybitContext, { account, parameters }: SignedCall): object {
  trading.advance()
  const category = oneOf(parameters, 'category', ['spot'])
  const limit = limitOf(parameters, { usual: 50, most: 100 })
  const span = spanOf(parameters, now())
  const { since, until } = namesOne(parameters) ? spanOf({}, now()) : span
  const rows = tradesAt(trading.venue, account.name, now() - lagMs)
    .filter(({ order }) => isNamed(order, parameters))
    .filter(({ fill }) => fill.at >= Math.max(since, now() - TRADED_MS) && fill.at <= until)
  const { page, nextPageCursor } = pageOf(parameters, rows, { limit, idOf: ({ fill }) => fill.id })
  return { category, nextPageCursor, list: page.map(({ order, fill }) => fillView(order, fill)) }
}

function namesOne({ orderId, orderLinkId }: BybitParameters): boolean {
  return orderId !== undefined || orderLinkId !== undefined
}

/** An order id takes precedence over a client id, and both over a market. */
function isNamed({ id, request }: BybitOrder, parameters: BybitParameters): boolean {
  const { orderId, orderLinkId, symbol } = parameters
  if (orderId !== undefined) return String(id) === orderId
  if (orderLinkId !== undefined) return request.clientOrderId === orderLinkId
  return symbol === undefined || idOf(request.instrument) === symbol
}

/** In a question every value comes as text. */
function texts(parameters: BybitParameters): BybitParameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
  )
}
