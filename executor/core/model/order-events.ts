// What happens to one order, in the words of the journal.
import type { Decimal } from '@keyside/protocol'
import type { Fill } from './exchange.ts'
import type { AskedBefore, NewOrder, OrderIntent, PlannedOrder, SizeLimit } from './order.ts'
import type { OrderEvent } from './order-table.ts'

interface Ordered {
  readonly type: 'ordered'
  readonly order: NewOrder
}

/** The signal's prices and amounts of quote are one's own market's from here on. */
interface Mapped {
  readonly type: 'mapped'
  readonly clientOrderId: string
  readonly ratio: Decimal
  readonly intent: OrderIntent
}

interface Planned {
  readonly type: 'planned'
  readonly clientOrderId: string
  readonly plan: PlannedOrder
}

/** One move of `order-table.ts`. */
export interface Step {
  readonly type: 'step'
  readonly clientOrderId: string
  readonly event: OrderEvent
  readonly code?: string
  readonly message?: string
  /** With `approve`. */
  readonly by?: 'tap' | 'code'
  /** With `reduce`. */
  readonly most?: SizeLimit
  /** With `prompt`. */
  readonly approval?: {
    readonly tag: string
    readonly reason: string
    readonly expires: number
    /** Of the market, quote per base. */
    readonly price: Decimal
    readonly before: AskedBefore | null
  }
  /** With `accept`. */
  readonly exchangeId?: string
  /** With `accept`: the exchange's time, Unix ms. */
  readonly seen?: number
  /** With `end`: what the exchange says was filled. */
  readonly filled?: Decimal
}

/** An order that the exchange has, or is said not to have any more. */
interface OrderSeen {
  readonly type: 'order_seen'
  readonly clientOrderId: string
  readonly is: 'there' | 'missing'
  /** By the exchange's clock, Unix ms. */
  readonly time: number
}

/** A code came for an order. Never the code itself: `step` is the half minute that a true one belongs to. */
interface CodeGiven {
  readonly type: 'code'
  readonly clientOrderId: string
  readonly step: number | 'wrong'
}

interface CardSent {
  readonly type: 'card'
  readonly clientOrderId: string
}

interface Filled {
  readonly type: 'fill'
  readonly clientOrderId: string
  readonly market: string
  readonly trade: Fill
}

/** What a fee in a third currency is reckoned with. */
interface FeePriced {
  readonly type: 'fee_priced'
  /** The fee's currency in that of the market it was taken on, such as `BNB/USDT`. */
  readonly market: string
  /** Of the fills, Unix ms of its start by the exchange's clock. */
  readonly minute: number
  /** With which that minute began; null where nobody knows it, or it cannot be true. */
  readonly price: Decimal | null
}

export type OrderJournalEvent =
  | Ordered
  | Mapped
  | Planned
  | Step
  | OrderSeen
  | CodeGiven
  | CardSent
  | Filled
  | FeePriced
