// Reports as a device would write them.
import type { ApprovalNeeded, OrderView, ReportEvent } from '@keyside/protocol'
import { encodeBase64url } from '@keyside/protocol'

export type OrderStep = Extract<ReportEvent, { type: 'order' }>

export function digestOf(number: number): string {
  return encodeBase64url(new Uint8Array(32).fill(number))
}

function jtiOf(number: number): string {
  return encodeBase64url(new Uint8Array(16).fill(number))
}

export function orderOf(number: number, change: Partial<OrderView> = {}): OrderView {
  return {
    id: digestOf(number),
    signal: jtiOf(number),
    stream: 'home/ema-cross',
    kind: 'entry',
    market: 'BTC/USDT',
    side: 'buy',
    amount: '0.05000',
    price: '64100.50',
    value: '3205.025',
    clientOrderId: number.toString(16).padStart(32, '0'),
    ...change,
  }
}

/** `expires` in seconds. */
export function approvalOf(
  order: OrderView,
  expires: number,
  change: Partial<ApprovalNeeded> = {},
): ApprovalNeeded {
  return {
    type: 'approval',
    order,
    market: '64050.00',
    stop: '63000',
    risk: '55.025',
    reason: 'ema(12) crossed above ema(26), rsi(14) 58',
    expires,
    timeframe: '1m',
    candles: candles(),
    ...change,
  }
}

/** Each `length` seconds long, from `start` on (Unix seconds). */
export function candles(count = 60, length = 60, start = 1_764_000_000): ApprovalNeeded['candles'] {
  return Array.from({ length: count }, (_, at) => {
    const price = 63_900 + 200 * Math.sin(at / 6) + at * 2
    const close = 63_900 + 200 * Math.sin((at + 1) / 6) + at * 2
    const high = Math.max(price, close) + 15
    const low = Math.min(price, close) - 15
    return [start + at * length, text(price), text(high), text(low), text(close)]
  })
}

function text(price: number): string {
  return price.toFixed(2)
}

export function stepOf(
  order: OrderView,
  status: OrderStep['status'],
  change: Partial<OrderStep> = {},
): OrderStep {
  return { type: 'order', status, order, filled: '0', ...change }
}
