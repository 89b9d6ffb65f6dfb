// Orders, stops, fills, balances and the market in the words of OKX: every number is text.
import { type BalanceView, type Fill, isOpen, type OrderView } from '@keyside/venue'
import type Big from 'big.js'
import type { Account } from '../exchange/account.ts'
import type { Candle } from '../market/candle.ts'
import type { OkxOrder } from './requests.ts'

/** Of an order that waits for no trigger; the child of a stop has no name of its own. */
export function orderView(order: OkxOrder, seen: OrderView<Big>): object {
  const { request } = order
  return {
    instType: 'SPOT',
    instId: idOf(order),
    ordId: String(order.id),
    clOrdId: request.clientOrderId,
    ...(order.parent === null ? { algoId: '' } : { algoId: String(order.parent) }),
    px: text(request.price),
    sz: text(order.amount),
    side: request.side,
    ordType: order.parent === null ? request.ordType : 'limit',
    tdMode: 'cash',
    accFillSz: text(seen.filled),
    avgPx: order.filled.eq(0) ? '' : text(order.filledValue.div(order.filled)),
    state: stateOf(seen),
    cTime: String(order.createdAt),
    uTime: String(order.updatedAt),
  }
}

function stateOf({ status, fills }: OrderView<Big>): string {
  if (status === 'filled') return 'filled'
  if (!isOpen({ status })) return 'canceled'
  return fills.length > 0 ? 'partially_filled' : 'live'
}

export function stopView(order: OkxOrder, seen: OrderView<Big>): object {
  const { request } = order
  const state = stopState(seen)
  const child = state === 'effective' && order.child !== null ? [String(order.child)] : []
  return {
    instType: 'SPOT',
    instId: idOf(order),
    algoId: String(order.id),
    algoClOrdId: request.clientOrderId,
    clOrdId: '',
    ordType: request.ordType,
    side: request.side,
    sz: text(order.amount),
    slTriggerPx: text(request.triggerPrice),
    slOrdPx: text(request.price),
    state,
    ordId: child[0] ?? '',
    ordIdList: child,
    cTime: String(order.createdAt),
  }
}

export function stopState({ status }: OrderView<Big>): string {
  if (status === 'triggered') return 'effective'
  if (isOpen({ status })) return 'live'
  return status === 'rejected' ? 'order_failed' : 'canceled'
}

/** What was taken is below nothing. */
export function fillView(order: OkxOrder, fill: Fill<Big>): object {
  const { fee } = fill
  return {
    instType: 'SPOT',
    instId: idOf(order),
    tradeId: String(fill.id),
    billId: String(fill.id),
    ordId: String(order.id),
    clOrdId: order.request.clientOrderId,
    side: order.request.side,
    fillPx: text(fill.price),
    fillSz: text(fill.amount),
    execType: fill.liquidity === 'maker' ? 'M' : 'T',
    fee: fee === null ? '' : text(fee.amount.times(-1)),
    feeCcy: fee?.currency ?? '',
    ts: String(fill.at),
  }
}

export function balanceView(rows: readonly BalanceView<Big>[], now: number): object {
  const details = rows.map(({ currency, free, held }) => ({
    ccy: currency,
    cashBal: text(free.plus(held)),
    availBal: text(free),
    frozenBal: text(held),
  }))
  return { uTime: String(now), totalEq: '', details }
}

/** Spot mode is 1; 3 is an account that may borrow over all its coins. */
export function configView({ rights }: Account): object {
  const perm = [
    'read_only',
    ...(rights.enableSpotAndMarginTrading ? ['trade'] : []),
    ...(rights.enableWithdrawals ? ['withdraw'] : []),
  ]
  return {
    uid: '1',
    acctLv: rights.enableMargin ? '3' : '1',
    autoLoan: rights.enableMargin,
    enableSpotBorrow: rights.enableMargin,
    perm: perm.join(','),
    ip: rights.ipRestrict ? '203.0.113.7' : '',
  }
}

export function candleView(candle: Candle): readonly string[] {
  const { openTime, open, high, low, close, volume, quoteVolume, closed } = candle
  return [
    String(openTime),
    open,
    high,
    low,
    close,
    volume,
    quoteVolume,
    quoteVolume,
    closed ? '1' : '0',
  ]
}

export function idOf({ request }: OkxOrder): string {
  return `${request.instrument.base}-${request.instrument.quote}`
}

export function text(value: Big | undefined): string {
  return value === undefined ? '' : value.toFixed()
}
