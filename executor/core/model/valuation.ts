// What the coins of an account are worth to the trader.
import type { Decimal } from '@keyside/protocol'

/** What a coin of the account matters to the trader. */
export interface Valuation {
  /** The policy's: what the rest is worth is told in it. */
  readonly currency: string
  /** Coins of open positions. */
  readonly held: readonly string[]
  /** Quote for one coin, where the device knows it. */
  readonly prices: Readonly<Record<string, Decimal>>
  /** The least that an order for it may be worth: what is worth less is dust. */
  readonly least: Readonly<Record<string, Decimal>>
  /** Of what the policy allots to its streams, in its currency. */
  readonly allocated: { readonly used: Decimal; readonly limit: Decimal }
}
