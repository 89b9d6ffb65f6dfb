// Orders, trades and balances in the words the venue answers with.
import { type Fill, isTriggered, type Wallet } from '@keyside/venue'
import type Big from 'big.js'
import type { Account } from './account.ts'
import type { Order, SpotRequest } from './order-request.ts'
import type { TradingEvent } from './trading.ts'

export function amount(value: Big | undefined): string {
  return value === undefined ? '0.00000000' : value.toFixed(8)
}

/** As GET /api/v3/order and the lists of orders show it. */
export function orderView(order: Order): Record<string, unknown> {
  return {
    ...names(order),
    ...figures(order),
    icebergQty: '0.00000000',
    time: order.createdAt,
    updateTime: order.updatedAt,
    isWorking: order.workingAt !== null,
    workingTime: order.workingAt ?? -1,
    origQuoteOrderQty: amount(order.request.value),
  }
}

/** As the answer to a new order, as long as it asked for. */
export function placedView(order: Order): Record<string, unknown> {
  const ack = { ...names(order), transactTime: order.createdAt }
  if (order.request.responseType === 'ACK') return ack
  const result = {
    ...ack,
    ...figures(order),
    workingTime: order.workingAt ?? -1,
    origQuoteOrderQty: amount(order.request.value),
  }
  if (order.request.responseType === 'RESULT') return result
  return { ...result, fills: order.fills.map((fill) => fillView(order, fill)) }
}

export function canceledView(order: Order, cancelId: string): Record<string, unknown> {
  return {
    ...names(order),
    ...figures(order),
    origClientOrderId: order.request.clientOrderId,
    clientOrderId: cancelId,
    transactTime: order.updatedAt,
  }
}

/** As GET /api/v3/myTrades shows one fill. */
export function tradeView(order: Order, fill: Fill<Big>): Record<string, unknown> {
  return {
    symbol: order.request.instrument.id,
    id: fill.id,
    orderId: order.id,
    orderListId: -1,
    price: amount(fill.price),
    qty: amount(fill.amount),
    quoteQty: amount(fill.value),
    ...commission(order, fill),
    time: fill.at,
    isBuyer: order.request.side === 'buy',
    isMaker: fill.liquidity === 'maker',
    isBestMatch: true,
  }
}

export function accountView(
  account: Account,
  wallet: Wallet<Big>,
  now: number,
): Record<string, unknown> {
  return {
    makerCommission: 10,
    takerCommission: 10,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: {
      maker: '0.00100000',
      taker: '0.00100000',
      buyer: '0.00000000',
      seller: '0.00000000',
    },
    canTrade: account.rights.enableSpotAndMarginTrading,
    canWithdraw: account.rights.enableWithdrawals,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: now,
    accountType: 'SPOT',
    balances: wallet.currencies.map((asset) => ({
      asset,
      free: amount(wallet.free(asset)),
      locked: amount(wallet.held(asset)),
    })),
    permissions: ['SPOT'],
    uid: 1,
  }
}

/** What the user data stream calls each event; a trigger it does not tell. */
const EXECUTIONS = {
  accepted: 'NEW',
  triggered: 'NEW',
  filled: 'TRADE',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
  rejected: 'REJECTED',
} as const

/** The user data stream's executionReport. */
export function executionReport(event: TradingEvent<SpotRequest>): Record<string, unknown> {
  const { order, fill, cancelId, type, at: time } = event
  const { request } = order
  return {
    e: 'executionReport',
    E: time,
    s: request.instrument.id,
    c: cancelId ?? request.clientOrderId,
    S: sideOf(order),
    o: request.spotType,
    f: request.timeInForce,
    q: amount(order.amount),
    p: amount(request.price),
    P: amount(request.triggerPrice),
    F: '0.00000000',
    g: -1,
    C: cancelId === undefined ? '' : request.clientOrderId,
    x: EXECUTIONS[type],
    X: statusOf(order),
    r: 'NONE',
    i: order.id,
    l: amount(fill?.amount),
    z: amount(order.filled),
    L: amount(fill?.price),
    n: fill?.fee == null ? '0' : amount(fill.fee.amount),
    N: fill?.fee?.currency ?? null,
    T: time,
    t: fill?.id ?? -1,
    I: order.id,
    w: order.status === 'open',
    m: fill?.liquidity === 'maker',
    M: false,
    O: order.createdAt,
    Z: amount(order.filledValue),
    Y: amount(fill?.value),
    Q: amount(request.value),
    W: order.workingAt ?? -1,
    V: request.selfTradePrevention,
  }
}

/** The user data stream's outboundAccountPosition for the assets an order touches. */
export function positionReport(
  order: Order,
  wallet: Wallet<Big>,
  time: number,
): Record<string, unknown> {
  const { base, quote } = order.request.instrument
  return {
    e: 'outboundAccountPosition',
    E: time,
    u: time,
    B: [base, quote].map((asset) => ({
      a: asset,
      f: amount(wallet.free(asset)),
      l: amount(wallet.held(asset)),
    })),
  }
}

function names(order: Order): Record<string, unknown> {
  return {
    symbol: order.request.instrument.id,
    orderId: order.id,
    orderListId: -1,
    clientOrderId: order.request.clientOrderId,
  }
}

function figures(order: Order): Record<string, unknown> {
  const { request } = order
  return {
    price: amount(request.price),
    origQty: amount(order.amount),
    executedQty: amount(order.filled),
    cummulativeQuoteQty: amount(order.filledValue),
    status: statusOf(order),
    timeInForce: request.timeInForce,
    type: request.spotType,
    side: sideOf(order),
    ...(isTriggered(request.type) ? { stopPrice: amount(request.triggerPrice) } : {}),
    selfTradePreventionMode: request.selfTradePrevention,
  }
}

function fillView(order: Order, fill: Fill<Big>): object {
  return {
    price: amount(fill.price),
    qty: amount(fill.amount),
    ...commission(order, fill),
    tradeId: fill.id,
  }
}

function commission({ request }: Order, { fee }: Fill<Big>): object {
  const { base, quote } = request.instrument
  const received = request.side === 'buy' ? base : quote
  return { commission: amount(fee?.amount), commissionAsset: fee?.currency ?? received }
}

/** The venue's word for what became of an order. */
export function statusOf({ status, fills }: Pick<Order, 'status' | 'fills'>): string {
  if (status === 'filled') return 'FILLED'
  if (status === 'waiting' || status === 'open')
    return fills.length > 0 ? 'PARTIALLY_FILLED' : 'NEW'
  return status === 'triggered' ? 'FILLED' : status.toUpperCase()
}

function sideOf({ request }: Order): string {
  return request.side === 'buy' ? 'BUY' : 'SELL'
}
