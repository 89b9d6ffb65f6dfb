// Orders, fills, balances and keys in the words of Bybit.
import { type BalanceView, type Fill, isOpen, type OrderView } from '@keyside/venue'
import type Big from 'big.js'
import type { Account } from '../exchange/account.ts'
import type { Candle } from '../market/candle.ts'
import { idOf } from './context.ts'
import type { BybitOrder } from './requests.ts'

/** A stop keeps its number when it triggers. Of spot it shows no direction, and the price when it came. */
export function orderView(order: BybitOrder, seen: OrderView<Big>): object {
  const { request } = order
  return {
    symbol: idOf(request.instrument),
    orderId: String(order.id),
    orderLinkId: request.clientOrderId,
    orderStatus: statusOf(order, seen),
    side: sideOf(order),
    orderType: 'Limit',
    price: text(request.price),
    qty: text(order.amount),
    cumExecQty: text(seen.filled),
    avgPrice: order.filled.eq(0) ? '' : text(order.filledValue.div(order.filled)),
    timeInForce: request.timeInForce,
    isLeverage: '0',
    stopOrderType: request.orderFilter === 'Order' ? '' : request.orderFilter,
    triggerPrice: text(request.triggerPrice) || '0',
    triggerDirection: 0,
    basePrice: text(request.basePrice),
    createdTime: String(order.createdAt),
    updatedTime: String(order.updatedAt),
  }
}

function statusOf(order: BybitOrder, { status, fills }: OrderView<Big>): string {
  if (status === 'waiting') return 'Untriggered'
  if (isOpen({ status })) return fills.length > 0 ? 'PartiallyFilled' : 'New'
  if (status === 'filled') return 'Filled'
  if (status === 'rejected') return 'Rejected'
  if (fills.length > 0) return 'PartiallyFilledCanceled'
  return order.triggersOn !== null && order.workingAt === null ? 'Deactivated' : 'Cancelled'
}

function sideOf({ request }: BybitOrder): string {
  return request.side === 'buy' ? 'Buy' : 'Sell'
}

/** What was taken is above nothing. */
export function fillView(order: BybitOrder, { id, price, amount, fee, liquidity, at }: Fill<Big>) {
  return {
    symbol: idOf(order.request.instrument),
    orderId: String(order.id),
    orderLinkId: order.request.clientOrderId,
    side: sideOf(order),
    execId: String(id),
    execPrice: text(price),
    execQty: text(amount),
    execFee: text(fee?.amount),
    feeCurrency: fee?.currency ?? '',
    execType: 'Trade',
    isMaker: liquidity === 'maker',
    execTime: String(at),
  }
}

/** A coin of which there is none is left out. */
export function walletView(rows: readonly BalanceView<Big>[]): object {
  const coin = rows
    .map(({ currency, free, held }) => ({
      coin: currency,
      walletBalance: text(free.plus(held)),
      locked: text(held),
      spotBorrow: '0',
    }))
    .filter(({ walletBalance }) => walletBalance !== '0')
  return { list: [{ accountType: 'UNIFIED', coin }] }
}

export function keyView({ rights }: Account): object {
  return {
    readOnly: 0,
    permissions: {
      Spot: rights.enableSpotAndMarginTrading ? ['SpotTrade'] : [],
      Wallet: [
        ...(rights.enableInternalTransfer ? ['AccountTransfer'] : []),
        ...(rights.enableWithdrawals ? ['Withdraw'] : []),
      ],
    },
    ips: rights.ipRestrict ? ['203.0.113.7'] : ['*'],
    createdAt: instant(rights.createTime),
    expiredAt: instant(rights.tradingAuthorityExpirationTime ?? 0),
    uta: 1,
  }
}

function instant(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}/, '')
}

export function candleView(candle: Candle): readonly string[] {
  const { openTime, open, high, low, close, volume, quoteVolume } = candle
  return [String(openTime), open, high, low, close, volume, quoteVolume]
}

export function text(value: Big | undefined): string {
  return value === undefined ? '' : value.toFixed()
}
