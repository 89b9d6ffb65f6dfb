// What happened, in the words of the journal. The book is their fold; nothing else changes it.
import type { Decimal, TradingState } from '@keyside/protocol'
import type { Fill } from '../exchange/port.ts'
import type { OrderEvent } from '../orders/table.ts'
import type { OrderSeed, Plan } from './state.ts'

/** A stream's numbers were taken from a head, `missed` signals later than ours. */
interface Baselined {
  readonly type: 'baselined'
  readonly stream: string
  readonly seq: number
  readonly hash: string
  readonly iat: number
  readonly missed: number
}

/** A signal was accepted as the stream's next; `after` a gap when some before it are missing. */
interface SignalTaken {
  readonly type: 'signal'
  readonly stream: string
  readonly seq: number
  readonly hash: string
  readonly iat: number
  readonly kind: 'entry' | 'exit'
  readonly bar: number
  readonly jti: string
  readonly gap: 'none' | 'open'
}

/** Something that came in was refused and changed nothing. */
interface InputRefused {
  readonly type: 'refused'
  readonly code: string
  readonly message: string
  readonly topic?: string
  readonly jti?: string
}

interface HeadExit {
  readonly type: 'head_exit'
  readonly stream: string
  readonly since: number
  readonly attempts: number
}

interface Ordered {
  readonly type: 'ordered'
  readonly order: OrderSeed
}

interface Planned {
  readonly type: 'planned'
  readonly clientOrderId: string
  readonly plan: Plan
}

/** One move of `orders/table.ts`. */
export interface Step {
  readonly type: 'step'
  readonly clientOrderId: string
  readonly event: OrderEvent
  readonly code?: string
  readonly message?: string
  /** With `ask`. */
  readonly approval?: { readonly tag: string; readonly reason: string; readonly expires: number }
  /** With `accept`. */
  readonly exchangeId?: string
  /** With `end`: what the exchange says was filled. */
  readonly filled?: Decimal
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

interface ProtectionFailed {
  readonly type: 'unprotected'
  readonly position: string
  readonly code: string
  readonly message: string
}

interface TradingSet {
  readonly type: 'trading'
  readonly state: TradingState
  readonly by: string
}

/** A command or an approval was taken. `exp` in seconds. */
interface Asked {
  readonly type: 'asked'
  readonly jti: string
  readonly exp: number
  readonly by: string
  readonly what: string
}

export type Happening =
  | Baselined
  | SignalTaken
  | InputRefused
  | HeadExit
  | Ordered
  | Planned
  | Step
  | CardSent
  | Filled
  | ProtectionFailed
  | TradingSet
  | Asked

/** `at` is Unix ms. */
export type Fact = Happening & { readonly at: number }

/** The order a fact is about, for the journal's column; null for none. */
export function orderOf(fact: Fact): string | null {
  if (fact.type === 'ordered') return fact.order.clientOrderId
  return 'clientOrderId' in fact ? fact.clientOrderId : null
}
