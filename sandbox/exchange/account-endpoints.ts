// The signed side of the REST API: orders, trades, balances, and what a key may do.
import Big from 'big.js'
import type { Account } from './account.ts'
import { refuse } from './errors.ts'
import { checkFilters, type OpenCounts } from './filters.ts'
import { isOpen, isStop, type Order, type OrderRequest } from './order.ts'
import { ORDER_PARAMETERS, readOrder } from './order-request.ts'
import {
  accountView,
  amount,
  canceledView,
  orderView,
  placedView,
  tradeView,
} from './order-views.ts'
import type { Parameters } from './parameters.ts'
import {
  type Endpoint,
  type Endpoints,
  instrumentOf,
  isVisible,
  type SignedCall,
  type Venue,
} from './venue.ts'

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

export function accountEndpoints(venue: Venue): Endpoints {
  return {
    'POST /api/v3/order': placing(venue),
    'POST /api/v3/order/test': {
      access: 'trade',
      weight: 1,
      rules: ORDER_PARAMETERS,
      answer: (call) => {
        readChecked(venue, call)
        return {}
      },
    },
    'GET /api/v3/order': {
      access: 'read',
      weight: 4,
      rules: ORDER_NAME,
      answer: (call) => {
        const order = findNamed(venue, call)
        if (order === undefined) throw refuse('no_such_order')
        return orderView(order)
      },
    },
    'DELETE /api/v3/order': canceling(venue),
    'GET /api/v3/openOrders': {
      access: 'read',
      weight: (parameters) => (parameters.has('symbol') ? 6 : 80),
      rules: { symbol: 'optional' },
      answer: (call) => visible(venue, call).filter(isOpen).map(orderView),
    },
    'DELETE /api/v3/openOrders': cancelingAll(venue),
    'GET /api/v3/allOrders': {
      access: 'read',
      weight: 20,
      rules: HISTORY,
      answer: (call) => orderHistory(venue, call).map(orderView),
    },
    'GET /api/v3/myTrades': {
      access: 'read',
      weight: (parameters) => (parameters.has('orderId') ? 5 : 20),
      rules: { ...HISTORY, fromId: 'optional' },
      answer: (call) => tradeHistory(venue, call),
    },
    ...walletEndpoints(venue),
  }
}

function walletEndpoints(venue: Venue): Endpoints {
  return {
    'GET /api/v3/account': {
      access: 'read',
      weight: 20,
      rules: { omitZeroBalances: 'optional' },
      answer: ({ account }) => accountView(account, venue.now()),
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
      answer: ({ account }) => account.wallet.assets.map((asset) => coinView(account, asset)),
    },
    // An unmodified ccxt asks what can be traded on margin: nothing here.
    'GET /sapi/v1/margin/allPairs': nothing(),
    'GET /sapi/v1/margin/isolated/allPairs': nothing(),
    'GET /sapi/v1/asset/tradeFee': {
      access: 'read',
      weight: 1,
      rules: { symbol: 'optional' },
      answer: () =>
        venue.market.instruments.map(({ id }) => ({
          symbol: id,
          makerCommission: '0.001',
          takerCommission: '0.001',
        })),
    },
  }
}

function nothing(): Endpoint {
  return { access: 'read', weight: 1, rules: {}, answer: () => [] }
}

function placing(venue: Venue): Endpoint {
  return {
    access: 'trade',
    weight: 1,
    rules: ORDER_PARAMETERS,
    answer: (call) => {
      const request = readChecked(venue, call)
      if (venue.listings.of(request.instrument.symbol) !== 'TRADING') throw refuse('market_closed')
      venue.countOrder()
      return placedView(venue.matching.place(call.account, request, call.marks))
    },
  }
}

function canceling(venue: Venue): Endpoint {
  return {
    access: 'trade',
    weight: 1,
    rules: { ...ORDER_NAME, newClientOrderId: 'optional' },
    answer: (call) => {
      const order = findNamed(venue, call)
      if (order === undefined) throw refuse('cancel_rejected')
      const cancelId = call.parameters.clientOrderId('newClientOrderId') ?? venue.ownId()
      venue.matching.cancel(order, cancelId)
      return canceledView(order, cancelId)
    },
  }
}

function cancelingAll(venue: Venue): Endpoint {
  return {
    access: 'trade',
    weight: 1,
    rules: { symbol: 'required' },
    answer: (call) => {
      const open = visible(venue, call).filter(isOpen)
      if (open.length === 0) throw refuse('cancel_rejected')
      return open.map((order) => {
        const cancelId = venue.ownId()
        venue.matching.cancel(order, cancelId)
        return canceledView(order, cancelId)
      })
    },
  }
}

function readChecked(venue: Venue, call: SignedCall): OrderRequest {
  const instrument = instrumentOf(venue, call.parameters.symbolId('symbol'))
  const request = readOrder(call.parameters, instrument, venue.ownId)
  const price = new Big(venue.market.price(instrument.symbol, venue.now()))
  checkFilters(request, price, countOpen(venue, call.account, request))
  return request
}

function countOpen(venue: Venue, account: Account, request: OrderRequest): OpenCounts {
  const open = [...venue.matching.open].filter(
    (order) => order.account === account && order.request.instrument === request.instrument,
  )
  return {
    orders: open.length,
    stops: open.filter((order) => isStop(order.request.type)).length,
  }
}

/** By its number, or by the newest order with that client id: ids are unique among open orders only. */
function findNamed(venue: Venue, call: SignedCall): Order | undefined {
  const { parameters } = call
  const id = parameters.id('orderId')
  const clientId = parameters.clientOrderId('origClientOrderId')
  if (id === undefined && clientId === undefined)
    throw refuse('missing_either', 'origClientOrderId', 'orderId')
  return visible(venue, call).findLast(
    (order) =>
      (id === undefined || order.id === id) &&
      (clientId === undefined || order.request.clientOrderId === clientId),
  )
}

function visible(venue: Venue, { account, parameters }: SignedCall): Order[] {
  venue.matching.advance()
  const id = parameters.symbolId('symbol')
  const instrument = id === undefined ? undefined : instrumentOf(venue, id)
  const now = venue.now()
  return venue.matching.orders.filter(
    (order) =>
      order.account === account &&
      (instrument === undefined || order.request.instrument === instrument) &&
      isVisible(order, now),
  )
}

function orderHistory(venue: Venue, call: SignedCall): Order[] {
  const least = call.parameters.id('orderId') ?? 0n
  const found = visible(venue, call).filter(
    (order) => order.id >= least && during(call.parameters, order.createdAt),
  )
  return page(call.parameters, found)
}

function tradeHistory(venue: Venue, call: SignedCall): object[] {
  const { parameters } = call
  const orderId = parameters.id('orderId')
  const least = parameters.id('fromId') ?? 0n
  const found = visible(venue, call)
    .filter((order) => orderId === undefined || order.id === orderId)
    .flatMap((order) => order.fills.map((fill) => ({ order, fill })))
    .filter(({ fill }) => fill.id >= least && during(parameters, fill.time))
    .sort((a, b) => (a.fill.id < b.fill.id ? -1 : 1))
  return page(parameters, found).map(({ order, fill }) => tradeView(order, fill))
}

function during(parameters: Parameters, time: number): boolean {
  const start = parameters.whole('startTime') ?? 0
  return time >= start && time <= (parameters.whole('endTime') ?? Number.POSITIVE_INFINITY)
}

/** From a starting point on the oldest are given, otherwise the newest. */
function page<T>(parameters: Parameters, rows: T[]): T[] {
  const limit = Math.min(1000, Math.max(1, parameters.whole('limit') ?? 500))
  const fromStart = parameters.has('startTime') || parameters.has('fromId')
  return fromStart ? rows.slice(0, limit) : rows.slice(-limit)
}

function coinView(account: Account, asset: string): object {
  return {
    coin: asset,
    name: asset,
    depositAllEnable: true,
    withdrawAllEnable: true,
    free: amount(account.wallet.free(asset)),
    locked: amount(account.wallet.locked(asset)),
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
