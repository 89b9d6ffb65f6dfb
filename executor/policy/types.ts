// What a rule is given and what it may answer. Rules are pure: time, prices and counters are all in the question.
import type { Decimal } from '@keyside/protocol'
import type { MarketRules, Quote, WireOrder } from '../exchange/port.ts'
import type { Policy } from './schema.ts'

export interface Question {
  /** Unix ms, read once. */
  readonly now: number
  readonly order: WireOrder
  readonly kind: 'entry' | 'exit' | 'stop'
  readonly stream: string
  /** When the signal was signed, Unix ms. */
  readonly signedAt: number
  /** When the signal's idea ends, Unix ms. */
  readonly until: number
  /** True when the trader has approved this very order. */
  readonly approved: boolean
  readonly rules: MarketRules | null
  readonly quote: Quote | null
  /** Exchange's clock less this device's, ms. */
  readonly skewMs: number | null
  /** When a valid head of the stream last came, Unix ms; null for never. */
  readonly headAt: number | null
  readonly used: {
    /** Quote value of entries sent or reserved since 00:00 UTC, this order not included. */
    readonly today: Decimal
    /** Moments of orders sent in the last minute, Unix ms. */
    readonly sentLastMinute: readonly number[]
  }
  /** What the stream has in the market, this order not included. */
  readonly held: {
    /** On this order's market, base, after fees taken in base. An exit may sell this much. */
    readonly amount: Decimal
    /** On all markets, quote: cost of what it holds, and its open or reserved entries at their limit price. */
    readonly cost: Decimal
  }
  /** Orders whose outcome is unknown, on this market. */
  readonly unknownOnMarket: number
  readonly trading: 'running' | 'paused' | 'halted'
}

/** A rule has no opinion (null), asks for the trader, or denies. */
export type Opinion = null | {
  readonly verdict: 'confirm' | 'deny'
  /** The rule's tag, a code of docs/policy.md. */
  readonly tag: string
  /** One sentence: what was expected, what came, what to do. */
  readonly reason: string
}

export interface Rule {
  readonly tag: string
  readonly check: (question: Question, policy: Policy) => Opinion
}

export type Verdict =
  | { readonly verdict: 'allow' }
  | { readonly verdict: 'confirm'; readonly tag: string; readonly reason: string }
  | { readonly verdict: 'deny'; readonly tag: string; readonly reason: string }
