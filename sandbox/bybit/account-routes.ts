// What an account may ask: orders as two views of them show them, fills, coins, and what its key may do.
import { balancesAt, isOpen, type OrderView, tradesAt, viewAt } from '@keyside/venue'
import Big from 'big.js'
import type { SignedRoute as Routed, SignedCall as Signed } from '../exchange/routes.ts'
import { tickAt } from '../market/market.ts'
import { type BybitContext, idOf, instrumentOf } from './context.ts'
import { refuse } from './errors.ts'
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
const DAY_MS = 86_400_000

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
    'GET /v5/order/history': reading(LIST, (call) => orders(call, history(context, call))),
    'GET /v5/execution/list': reading(LIST, (call) => fills(context, call)),
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
  const { orderFilter = 'Order' } = parameters
  const found = visible(context, call, context.now())
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
  const { openOnly = 0 } = call.parameters
  const isNamedOne = namesOne(call.parameters)
  return visible(context, call, now() - lagMs)
    .filter(({ view }) => isNamedOne || isOpen(view) === (Number(openOnly) === 0))
    .filter(({ order, view }) => isOpen(view) || now() - (order.closedAt ?? 0) < closedMs)
}

/** What is over: later, and for a day alone where nothing was filled. */
function history(context: BybitContext, call: SignedCall): readonly Seen[] {
  const { now, lagMs } = context
  return visible(context, call, now() - 2 * lagMs).filter(
    ({ order, view }) =>
      !isOpen(view) && (view.fills.length > 0 || now() - (order.closedAt ?? 0) < DAY_MS),
  )
}

function orders({ parameters }: SignedCall, rows: readonly Seen[]): object {
  const category = oneOf(parameters, 'category', ['spot'])
  const list = rows
    .filter(({ order }) => isNamed(order, parameters))
    .toReversed()
    .slice(0, limitOf(parameters, 50))
    .map(({ order, view }) => orderView(order, view))
  return { category, nextPageCursor: '', list }
}

/** Its cursor is the last row that was given. */
function fills({ trading, now, lagMs }: BybitContext, { account, parameters }: SignedCall): object {
  trading.advance()
  const { cursor } = parameters
  const most = limitOf(parameters, 100)
  const rows = tradesAt(trading.venue, account.name, now() - lagMs)
    .filter(({ order }) => isNamed(order, parameters))
    .filter(({ fill }) => cursor === undefined || fill.id < BigInt(cursor))
    .toReversed()
  const list = rows.slice(0, most).map(({ order, fill }) => fillView(order, fill))
  const nextPageCursor = rows.length > most ? (list.at(-1)?.execId ?? '') : ''
  return { category: oneOf(parameters, 'category', ['spot']), nextPageCursor, list }
}

function namesOne({ orderId, orderLinkId }: BybitParameters): boolean {
  return orderId !== undefined || orderLinkId !== undefined
}

/** A number counts before a name, and both before a market. */
function isNamed({ id, request }: BybitOrder, parameters: BybitParameters): boolean {
  const { orderId, orderLinkId, symbol } = parameters
  if (orderId !== undefined) return String(id) === orderId
  if (orderLinkId !== undefined) return request.clientOrderId === orderLinkId
  return symbol === undefined || idOf(request.instrument) === symbol
}

function limitOf({ limit = 20 }: BybitParameters, most: number): number {
  return Math.min(most, Math.max(1, Number(limit)))
}
