// One order, from what it is made of to where it stands.
import type { Decimal, Signal } from '@keyside/protocol'
import type { Fee, MarketRules, OrderRequest, StopRules } from './exchange.ts'
import type { OrderState } from './order-table.ts'

/** What a signal wants: its claims without those of its delivery. */
export type OrderIntent = { readonly kind: 'entry' | 'exit' } & Pick<
  Signal,
  | 'market'
  | 'side'
  | 'size'
  | 'type'
  | 'limitPrice'
  | 'stopPrice'
  | 'takeProfits'
  | 'trailingStop'
  | 'breakEven'
  | 'maxHold'
>

/** What a signal of another market says, where it is followed on one's own. */
interface Mapping {
  /** The signal's market. */
  readonly market: string
  /** The price that the engine saw there. */
  readonly referencePrice: Decimal
  /** Own price for one of the signal's, taken once; null before. */
  readonly ratio: Decimal | null
}

export type OrderKind = 'entry' | 'exit' | 'stop'

/** What an order is made from. Times in Unix ms. */
export interface NewOrder {
  readonly clientOrderId: string
  readonly stream: string
  readonly kind: OrderKind
  /** `jti` of the signal (or head) behind it. */
  readonly signal: string
  /** Thumbprint of the key that signed it; absent with what the device orders by itself. */
  readonly kid?: string
  /** The signal's number; -1 once its key is revoked. */
  readonly seq: number
  readonly signedAt: number
  readonly validUntil: number
  readonly reason: string
  readonly timeframe: string
  /** Prices and amounts of quote are the signal's until `mapping` has its ratio. */
  readonly intent: OrderIntent
  readonly mapping?: Mapping
  /** With a take-profit: which of the position's levels it sells, from 0. */
  readonly takeProfitLevels?: readonly number[]
  /** An exit that the trader asked for. */
  readonly cause?: 'trader'
  /** An exit that was refused for want of coins, once more. */
  readonly again?: true
}

/** What was paid for what an order has sold: the oldest of it first. */
export interface CostBasis {
  /** Base: less than was sold where nobody knows what was paid for the rest. */
  readonly amount: Decimal
  /** Quote. */
  readonly cost: Decimal
  /** Of the purchases, besides those in coins, which have made the position smaller. */
  readonly fees: readonly Fee[]
  /** From the first purchase of what was sold, Unix ms. */
  readonly boughtAt?: number
  /** To its last sale, Unix ms. */
  readonly soldAt?: number
}

/** What the trader wants at most of what was asked about: quote, and base as it was in what was shown. */
export interface SizeLimit {
  readonly value: Decimal
  readonly amount: Decimal
}

/** An order as it was asked about before. */
export interface AskedBefore {
  /** `price`: it left what was approved. `less`: the trader wanted less. */
  readonly why: 'price' | 'less'
  /** Of the market, quote per base. */
  readonly price: Decimal
  /** Quote, both. */
  readonly value: Decimal
  readonly risk: Decimal
}

/** With what the market's rules said when it was planned. */
export interface PlannedOrder extends Pick<MarketRules, 'takerFee'>, Pick<StopRules, 'holds'> {
  /** Hash of the exact order and its end of time: what an approval names. */
  readonly id: string
  readonly request: OrderRequest
  /** Quote. */
  readonly value: Decimal
  /** Quote. */
  readonly risk: Decimal
  /** The bound that the trader has set to it. */
  readonly most?: SizeLimit
}

/** At the exchange, by its clock, Unix ms; 0 for never. */
interface Sightings {
  readonly first: number
  /** Noted now and then while it is there: see `core/execution/order-end.ts`. */
  readonly last: number
  /** Since when no answer shows it, although it was taken. */
  readonly missing: number
}

export interface Order extends NewOrder {
  readonly state: OrderState
  /** When it was received, Unix ms. */
  readonly at: number
  readonly planned: PlannedOrder | null
  readonly approval: {
    /** Who has approved this very plan: a tap alone, or one with the trader's code. */
    readonly by: 'nobody' | 'tap' | 'code'
    /** How often the trader was asked: a price that runs away does not ask for ever. */
    readonly prompts: number
    readonly tag: string
    readonly reason: string
    readonly expires: number
    /** Of the market when it was asked about, quote per base. */
    readonly price: Decimal
    /** Null for the first question. */
    readonly before: AskedBefore | null
    readonly card: 'owed' | 'sent'
  }
  /** While it is made smaller: what the trader wants at most. */
  readonly wanted: SizeLimit | null
  /** Unix ms; 0 before. */
  readonly sentAt: number
  readonly exchangeId: string
  readonly seen: Sightings
  readonly filled: Decimal
  /** Quote. */
  readonly cost: Decimal
  readonly fees: readonly Fee[]
  readonly costBasis: CostBasis
  readonly trades: readonly string[]
  /** Whether the trader takes it back. */
  readonly cancel: 'none' | 'asked'
  /** What the exchange says of an order that is over. */
  readonly end: { readonly filled: Decimal } | null
}
