// What an order is to the sandbox exchange.
import type Big from 'big.js'
import type { Instrument } from '../market/instrument.ts'
import type { Account } from './account.ts'

export type Side = 'BUY' | 'SELL'
export type TimeInForce = 'GTC' | 'IOC' | 'FOK'
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED'
export type ResponseType = 'ACK' | 'RESULT' | 'FULL'

export const ORDER_TYPES = [
  'LIMIT',
  'MARKET',
  'LIMIT_MAKER',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
] as const

export const SELF_TRADE_PREVENTIONS = ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'] as const

export type SelfTradePrevention = (typeof SELF_TRADE_PREVENTIONS)[number]

export type OrderType = (typeof ORDER_TYPES)[number]

export interface OrderRequest {
  readonly instrument: Instrument
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly quantity: Big | undefined
  readonly quoteQuantity: Big | undefined
  readonly price: Big | undefined
  readonly stopPrice: Big | undefined
  readonly clientOrderId: string
  readonly selfTradePrevention: SelfTradePrevention
  readonly responseType: ResponseType
}

/** What an armed fault does to an order: see faults.ts. */
export interface OrderMarks {
  readonly hiddenMs?: number
  readonly events?: 'duplicate' | 'reverse'
  readonly fills?: 'half-then-cancel'
}

export interface Fill {
  readonly id: bigint
  readonly time: number
  readonly price: Big
  readonly quantity: Big
  readonly commission: Big
  readonly commissionAsset: string
  readonly role: 'maker' | 'taker'
}

export interface Order {
  readonly id: bigint
  readonly account: Account
  readonly request: OrderRequest
  readonly marks: OrderMarks
  readonly createdAt: number
  /** Wanted amount of the base asset; for an order in quote, what it came to. */
  quantity: Big
  updatedAt: number
  /** When it began to match; undefined while a stop waits for its trigger. */
  workingAt: number | undefined
  status: OrderStatus
  executed: Big
  executedQuote: Big
  /** Still locked for it: quote of a buy, base of a sell. */
  reserved: Big
  readonly fills: Fill[]
}

export type Execution = 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED'

export interface OrderEvent {
  readonly execution: Execution
  readonly order: Order
  readonly time: number
  readonly fill: Fill | undefined
  /** Of the cancel request, where there was one. */
  readonly cancelId: string | undefined
}

export function isOpen(order: Order): boolean {
  return order.status === 'NEW' || order.status === 'PARTIALLY_FILLED'
}

export function isStop(type: OrderType): boolean {
  return type.startsWith('STOP') || type.startsWith('TAKE')
}

/** True for the types that take any price once they work. */
export function isUnpriced(type: OrderType): boolean {
  return type === 'MARKET' || type === 'STOP_LOSS' || type === 'TAKE_PROFIT'
}
