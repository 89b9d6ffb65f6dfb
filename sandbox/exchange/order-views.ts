// Orders, trades and balances in the words the venue answers with.
import type Big from 'big.js'
import type { Account } from './account.ts'
import { type Fill, isOpen, isStop, type Order, type OrderEvent } from './order.ts'

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
    isWorking: order.workingAt !== undefined,
    workingTime: order.workingAt ?? -1,
    origQuoteOrderQty: amount(order.request.quoteQuantity),
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
    origQuoteOrderQty: amount(order.request.quoteQuantity),
  }
  if (order.request.responseType === 'RESULT') return result
  return { ...result, fills: order.fills.map(fillView) }
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
export function tradeView(order: Order, fill: Fill): Record<string, unknown> {
  return {
    symbol: order.request.instrument.id,
    id: fill.id,
    orderId: order.id,
    orderListId: -1,
    price: amount(fill.price),
    qty: amount(fill.quantity),
    quoteQty: amount(fill.price.times(fill.quantity)),
    commission: amount(fill.commission),
    commissionAsset: fill.commissionAsset,
    time: fill.time,
    isBuyer: order.request.side === 'BUY',
    isMaker: fill.role === 'maker',
    isBestMatch: true,
  }
}

export function accountView(account: Account, now: number): Record<string, unknown> {
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
    balances: account.wallet.assets.map((asset) => ({
      asset,
      free: amount(account.wallet.free(asset)),
      locked: amount(account.wallet.locked(asset)),
    })),
    permissions: ['SPOT'],
    uid: 1,
  }
}

/** The user data stream's executionReport. */
export function executionReport(event: OrderEvent): Record<string, unknown> {
  const { order, fill, cancelId, execution, time } = event
  const { request } = order
  return {
    e: 'executionReport',
    E: time,
    s: request.instrument.id,
    c: cancelId ?? request.clientOrderId,
    S: request.side,
    o: request.type,
    f: request.timeInForce,
    q: amount(order.quantity),
    p: amount(request.price),
    P: amount(request.stopPrice),
    F: '0.00000000',
    g: -1,
    C: cancelId === undefined ? '' : request.clientOrderId,
    x: execution,
    X: order.status,
    r: 'NONE',
    i: order.id,
    l: amount(fill?.quantity),
    z: amount(order.executed),
    L: amount(fill?.price),
    n: fill === undefined ? '0' : amount(fill.commission),
    N: fill?.commissionAsset ?? null,
    T: time,
    t: fill?.id ?? -1,
    I: order.id,
    w: isOpen(order) && order.workingAt !== undefined,
    m: fill?.role === 'maker',
    M: false,
    O: order.createdAt,
    Z: amount(order.executedQuote),
    Y: amount(fill?.price.times(fill.quantity)),
    Q: amount(request.quoteQuantity),
    W: order.workingAt ?? -1,
    V: request.selfTradePrevention,
  }
}

/** The user data stream's outboundAccountPosition for the assets an order touches. */
export function positionReport(order: Order, time: number): Record<string, unknown> {
  const { base, quote } = order.request.instrument
  const { wallet } = order.account
  return {
    e: 'outboundAccountPosition',
    E: time,
    u: time,
    B: [base, quote].map((asset) => ({
      a: asset,
      f: amount(wallet.free(asset)),
      l: amount(wallet.locked(asset)),
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
    origQty: amount(order.quantity),
    executedQty: amount(order.executed),
    cummulativeQuoteQty: amount(order.executedQuote),
    status: order.status,
    timeInForce: request.timeInForce,
    type: request.type,
    side: request.side,
    ...(isStop(request.type) ? { stopPrice: amount(request.stopPrice) } : {}),
    selfTradePreventionMode: request.selfTradePrevention,
  }
}

function fillView(fill: Fill): Record<string, unknown> {
  return {
    price: amount(fill.price),
    qty: amount(fill.quantity),
    commission: amount(fill.commission),
    commissionAsset: fill.commissionAsset,
    tradeId: fill.id,
  }
}
