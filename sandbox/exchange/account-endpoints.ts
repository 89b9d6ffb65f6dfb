// The signed side of the REST API: orders, trades, balances, and what a key may do.
import { isOpen, isVisible, type Wallet } from '@keyside/venue'
import type Big from 'big.js'
import type { Account } from './account.ts'
import {
  type Endpoint,
  type Endpoints,
  type ExchangeContext,
  instrumentOf,
  type SignedCall,
} from './context.ts'
import { refuse } from './errors.ts'
import type { Order } from './order-request.ts'
import { ORDER_PARAMETERS, readOrder, type SpotRequest } from './order-request.ts'
import {
  accountView,
  amount,
  canceledView,
  orderView,
  placedView,
  tradeView,
} from './order-views.ts'
import type { Parameters } from './parameters.ts'

const ORDER_NAME = {
  symbol: 'required',
  orderId: 'optional',
  origClientOrderId: 'optional',
} as const

const HISTORY = {
  symbol: 'required',
  orderId: 'optional',
  startTime: 'optional',
  endTime: 'optional',
  limit: 'optional',
} as const

export function accountEndpoints(context: ExchangeContext): Endpoints {
  return {
    'POST /api/v3/order': placing(context),
    'POST /api/v3/order/test': {
      access: 'trade',
      weight: 1,
      rules: ORDER_PARAMETERS,
      answer: (call) => {
        readChecked(context, call)
        return {}
      },
    },
    'GET /api/v3/order': {
      access: 'read',
      weight: 4,
      rules: ORDER_NAME,
      answer: (call) => {
        const order = findNamed(context, call)
        if (order === undefined) throw refuse('no_such_order')
        if (isArchived(order, context.now())) throw refuse('archived')
        return orderView(order)
      },
    },
    'DELETE /api/v3/order': canceling(context),
    'GET /api/v3/openOrders': {
      access: 'read',
      weight: (parameters) => (parameters.has('symbol') ? 6 : 80),
      rules: { symbol: 'optional' },
      answer: (call) => visible(context, call).filter(isOpen).map(orderView),
    },
    'DELETE /api/v3/openOrders': cancelingAll(context),
    'GET /api/v3/allOrders': {
      access: 'read',
      weight: 20,
      rules: HISTORY,
      answer: (call) => orderHistory(context, call).map(orderView),
    },
    'GET /api/v3/myTrades': {
      access: 'read',
      weight: (parameters) => (parameters.has('orderId') ? 5 : 20),
      rules: { ...HISTORY, fromId: 'optional' },
      answer: (call) => tradeHistory(context, call),
    },
    ...walletEndpoints(context),
  }
}

function walletEndpoints(context: ExchangeContext): Endpoints {
  return {
    'GET /api/v3/account': {
      access: 'read',
      weight: 20,
      rules: { omitZeroBalances: 'optional' },
      answer: ({ account }) => accountView(account, walletOf(context, account), context.now()),
    },
    'GET /sapi/v1/account/apiRestrictions': {
      access: 'read',
      weight: 1,
      rules: {},
      answer: ({ account }) => account.rights,
    },
    'GET /sapi/v1/capital/config/getall': {
      access: 'read',
      weight: 10,
      rules: {},
      answer: ({ account }) => {
        const wallet = walletOf(context, account)
        return wallet.currencies.map((asset) => coinView(wallet, asset))
      },
    },
    // An unmodified ccxt asks what can be traded on margin: nothing here.
    'GET /sapi/v1/margin/allPairs': nothing(),
    'GET /sapi/v1/margin/isolated/allPairs': nothing(),
  }
}

function walletOf({ trading }: ExchangeContext, { name }: Account): Wallet<Big> {
  return trading.venue.wallet(name)
}

function nothing(): Endpoint {
  return { access: 'read', weight: 1, rules: {}, answer: () => [] }
}

function placing(context: ExchangeContext): Endpoint {
  return {
    access: 'trade',
    weight: 1,
    rules: ORDER_PARAMETERS,
    answer: (call) => {
      const request = readChecked(context, call)
      if (!context.listings.isTraded(request.instrument.symbol)) throw refuse('market_closed')
      context.countOrder()
      return placedView(context.trading.place(request, call.effects))
    },
  }
}

function canceling(context: ExchangeContext): Endpoint {
  return {
    access: 'trade',
    weight: 1,
    rules: { ...ORDER_NAME, newClientOrderId: 'optional' },
    answer: (call) => {
      const order = findNamed(context, call)
      if (order === undefined) throw refuse('cancel_rejected')
      const cancelId = call.parameters.clientOrderId('newClientOrderId') ?? context.ownId()
      context.trading.cancel(order, cancelId)
      return canceledView(order, cancelId)
    },
  }
}

function cancelingAll(context: ExchangeContext): Endpoint {
  return {
    access: 'trade',
    weight: 1,
    rules: { symbol: 'required' },
    answer: (call) => {
      const open = visible(context, call).filter(isOpen)
      if (open.length === 0) throw refuse('cancel_rejected')
      return open.map((order) => {
        const cancelId = context.ownId()
        context.trading.cancel(order, cancelId)
        return canceledView(order, cancelId)
      })
    },
  }
}

function readChecked(context: ExchangeContext, call: SignedCall): SpotRequest {
  const instrument = instrumentOf(context, call.parameters.symbolId('symbol'))
  const { ownId } = context
  const request = readOrder(call.parameters, { account: call.account.name, instrument, ownId })
  context.trading.check(request)
  return request
}

/** By its number, or by the newest order with that client id: ids are unique among open orders only. */
function findNamed(context: ExchangeContext, call: SignedCall): Order | undefined {
  const { parameters } = call
  const id = parameters.id('orderId')
  const clientId = parameters.clientOrderId('origClientOrderId')
  if (id === undefined && clientId === undefined)
    throw refuse('missing_either', 'origClientOrderId', 'orderId')
  return visible(context, call).findLast(
    (order) =>
      (id === undefined || order.id === id) &&
      (clientId === undefined || order.request.clientOrderId === clientId),
  )
}

function visible(context: ExchangeContext, { account, parameters }: SignedCall): Order[] {
  context.trading.advance()
  const id = parameters.symbolId('symbol')
  const instrument = id === undefined ? undefined : instrumentOf(context, id)
  const now = context.now()
  return context.trading.venue.orders.filter(
    (order) =>
      order.request.account === account.name &&
      (instrument === undefined || order.request.instrument === instrument) &&
      isVisible(order, now),
  )
}

/** From an order's number on the oldest are given, as from a time on. */
function orderHistory(context: ExchangeContext, call: SignedCall): Order[] {
  const { parameters } = call
  const { start, end } = spanOf(parameters)
  const least = parameters.id('orderId')
  const found = visible(context, call)
    .filter((order) => !isArchived(order, context.now()))
    .filter(({ id, createdAt }) => id >= (least ?? 0n) && createdAt >= start && createdAt <= end)
  const isFromStart = least !== undefined || parameters.has('startTime')
  return page(parameters, found, isFromStart ? 'oldest' : 'newest')
}

/** Of what a question for trades may name, so much together. */
const TRADE_QUESTIONS = [
  '',
  'orderId',
  'startTime',
  'endTime',
  'fromId',
  'startTime endTime',
  'orderId fromId',
]

function tradeHistory(context: ExchangeContext, call: SignedCall): object[] {
  const { parameters } = call
  const named = ['orderId', 'startTime', 'endTime', 'fromId'].filter((name) => parameters.has(name))
  if (!TRADE_QUESTIONS.includes(named.join(' '))) throw refuse('bad_combination')
  const { start, end } = spanOf(parameters)
  const orderId = parameters.id('orderId')
  const least = parameters.id('fromId') ?? 0n
  const found = visible(context, call)
    .filter((order) => orderId === undefined || order.id === orderId)
    .flatMap((order) => order.fills.map((fill) => ({ order, fill })))
    .filter(({ fill }) => fill.id >= least && fill.at >= start && fill.at <= end)
    .sort((a, b) => (a.fill.id < b.fill.id ? -1 : 1))
  const isFromStart = parameters.has('startTime') || parameters.has('fromId')
  const shown = page(parameters, found, isFromStart ? 'oldest' : 'newest')
  return shown.map(({ order, fill }) => tradeView(order, fill))
}

const DAY_MS = 86_400_000
/** So long it shows an order that ended without a fill, ms. */
const UNFILLED_MS = 90 * DAY_MS

function isArchived({ closedAt, fills }: Order, now: number): boolean {
  return closedAt !== null && fills.length === 0 && now - closedAt >= UNFILLED_MS
}

/** Unix ms, both included. Throws an ExchangeError for more than a day. */
function spanOf(parameters: Parameters): { readonly start: number; readonly end: number } {
  const start = parameters.whole('startTime')
  const end = parameters.whole('endTime')
  if (start !== undefined && end !== undefined && end - start > DAY_MS)
    throw refuse('span_too_long')
  return { start: start ?? 0, end: end ?? Number.POSITIVE_INFINITY }
}

function page<T>(parameters: Parameters, rows: T[], which: 'oldest' | 'newest'): T[] {
  const limit = Math.min(1000, Math.max(1, parameters.whole('limit') ?? 500))
  return which === 'oldest' ? rows.slice(0, limit) : rows.slice(-limit)
}

function coinView(wallet: Wallet<Big>, asset: string): object {
  return {
    coin: asset,
    name: asset,
    depositAllEnable: true,
    withdrawAllEnable: true,
    free: amount(wallet.free(asset)),
    locked: amount(wallet.held(asset)),
    freeze: '0',
    withdrawing: '0',
    ipoing: '0',
    ipoable: '0',
    storage: '0',
    isLegalMoney: false,
    trading: true,
    networkList: [],
  }
}
