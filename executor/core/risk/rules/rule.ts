// What a rule is given, what it may answer, and how. Rules are pure: time, prices and counters are all in the question.
import type { Decimal } from '@keyside/protocol'
import type Big from 'big.js'
import type { DecidedEntry, Losses } from '../../model/counters.ts'
import { withoutZeros } from '../../model/decimals.ts'
import type { Liquidity, MarketRules, OrderRequest, Quote } from '../../model/exchange.ts'
import type { Comparison } from '../../model/observation.ts'
import type { Pause } from '../../model/pauses.ts'
import type { ProviderStatus } from '../../model/provider.ts'
import type { Policy } from '../policy/schema.ts'

/** How the provider stands to whom the entry's signature belongs: anything but `followed` stops its entries. */
export type Standing = ProviderStatus | 'unknown' | 'keyset_missing' | 'key_revoked'

export interface RiskInput {
  /** Unix ms, read once. */
  readonly now: number
  readonly order: OrderRequest
  readonly kind: 'entry' | 'exit' | 'stop'
  readonly stream: string
  /** `jti` of the signal behind it. */
  readonly signal: string
  /** When the signal was signed, Unix ms. */
  readonly signedAt: number
  /** When the signal's idea ends, Unix ms. */
  readonly validUntil: number
  /** Whether and how the trader has approved this very order. */
  readonly approved: 'no' | 'tapped' | 'coded'
  /** Where the entry wants its stop; null without one. */
  readonly stop: Decimal | null
  /** Whether the exchange is a real one. */
  readonly realMoney: 'yes' | 'no'
  /** What the venue itself has not shown of what an entry relies on. */
  readonly unproved: { readonly venue: string; readonly claims: readonly string[] }
  readonly rules: MarketRules | null
  readonly quote: Quote | null
  /** Of the order's market; null when not known. */
  readonly liquidity: Liquidity | null
  /** Exchange's clock less this device's, ms. */
  readonly skewMs: number | null
  /** When a valid head of the stream last came, Unix ms; null for never. */
  readonly headAt: number | null
  readonly used: {
    /** Quote value of entries sent or reserved since 00:00 UTC, this order not included. */
    readonly today: Decimal
    /** The same for the last hour, and for the stream ever. */
    readonly hour: Decimal
    readonly byStream: Decimal
    /** Number of entries sent or reserved since 00:00 UTC, this one not included. */
    readonly entriesToday: number
    /** Moments of orders sent in the last minute, Unix ms. */
    readonly sentLastMinute: readonly number[]
  }
  /** What the stream has in the market, this order not included. */
  readonly held: {
    /** On this order's market, base, after fees taken in base, as far as it is there. An exit may sell this much. */
    readonly amount: Decimal
    /** Of its stop on this order's market; null without one. */
    readonly stop: Decimal | null
    /** On all markets, quote: cost of what it holds, and its open or reserved entries at their limit price. */
    readonly cost: Decimal
    /** The same as `cost` on this order's market, for all streams. */
    readonly onMarket: Decimal
  }
  /** Quote values of the stream's last entries that the exchange took. */
  readonly typicalSizes: readonly Decimal[]
  /** Entries decided in the last minute. */
  readonly recent: readonly DecidedEntry[]
  /** When something was last sold on this market, Unix ms; 0 for never. */
  readonly soldAt: number
  /** On this market since 00:00 UTC: how often a sale followed a purchase. */
  readonly roundTrips: number
  /** Prices of this device's own sales that rest on this market; stops wait below it and are not among them. */
  readonly ownSales: readonly Decimal[]
  /** Positions of other streams on this market that have or want a stop, and entries of others that will. */
  readonly otherStops: number
  readonly losses: Losses
  /** Orders whose outcome is unknown, on this market. */
  readonly unknownOnMarket: number
  /** Whether the exchange agrees with the portfolio on this market. */
  readonly comparison: Comparison
  /** Of the entry's stream or market; null for none. */
  readonly pause: Pause | null
  readonly trading: 'running' | 'paused' | 'halted'
  readonly provider: Standing
  /** Of a signal of another market; null for one of the order's own. `last`: of the stream's last entry, null for none. */
  readonly mapping: {
    readonly market: string
    readonly ratio: Decimal
    readonly last: Decimal | null
  } | null
}

/** A rule has no opinion (null), asks for the trader, or denies. */
export type RuleResult = null | {
  readonly verdict: 'confirm' | 'deny'
  /** The rule's tag, a code of docs/policy.md. */
  readonly tag: string
  /** One sentence: what was expected, what came, what to do. */
  readonly reason: string
}

export interface Rule {
  readonly tag: string
  readonly check: (question: RiskInput, policy: Policy) => RuleResult
  /** How much of its limit is used with the order; null without a limit, and where a value is missing. */
  readonly uses?: (question: RiskInput, policy: Policy) => Use | null
}

export interface Use {
  readonly used: Big
  readonly limit: Big
  readonly unit: 'money' | 'percent' | 'count'
}

export type Verdict =
  | { readonly verdict: 'allow' }
  | { readonly verdict: 'confirm'; readonly tag: string; readonly reason: string }
  | { readonly verdict: 'deny'; readonly tag: string; readonly reason: string }

export function deny({ tag }: Pick<Rule, 'tag'>, reason: string): RuleResult {
  return { verdict: 'deny', tag, reason: withoutZeros(reason) }
}

export function confirm({ tag }: Pick<Rule, 'tag'>, reason: string): RuleResult {
  return { verdict: 'confirm', tag, reason: withoutZeros(reason) }
}
