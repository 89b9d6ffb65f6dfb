// What happened, in the words of the journal. The book is their fold; nothing else changes it.
import type { Decimal, TradingState } from '@keyside/protocol'
import type { AccountEvent } from './account.ts'
import type { HealthEvent } from './conditions.ts'
import type { Fill } from './exchange.ts'
import type { AskedBefore, Most, NewOrder, OrderIntent, PlannedOrder } from './order.ts'
import type { OrderEvent } from './order-table.ts'
import type { Pause } from './pauses.ts'
import type { CloseReason } from './position.ts'
import type { PriceAlertEvent } from './price-alerts.ts'
import type { ProviderEvent } from './provider-events.ts'

/** Something that came in was refused and changed nothing. */
interface InputRefused {
  readonly type: 'refused'
  readonly code: string
  readonly message: string
  readonly topic?: string
  readonly jti?: string
}

/** A provider fell silent (`since` Unix ms), or is heard again (0). */
interface Silence {
  readonly type: 'silence'
  readonly stream: string
  readonly since: number
}

/** All of it is to be sold, however often that has to be tried. */
interface Closing {
  readonly type: 'closing'
  readonly position: string
  readonly why: CloseReason
}

/** What moved a stop. */
type StopMove = 'trailing_stop' | 'break_even' | 'trader' | 'signal'

interface StopMoved {
  readonly type: 'stop_moved'
  readonly position: string
  readonly stop: Decimal
  readonly why: StopMove
}

/** The trader takes an entry back: what of it is at the exchange is canceled, however often that has to be tried. */
interface CancelAsked {
  readonly type: 'cancel_asked'
  readonly clientOrderId: string
  readonly by: string
}

/** Too little for any order: it stays the trader's and is nobody's position any more. */
interface WrittenOff {
  readonly type: 'written_off'
  readonly position: string
  readonly amount: Decimal
  /** Quote paid for it. */
  readonly cost: Decimal
}

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
  readonly most?: Most
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
interface Sighted {
  readonly type: 'sighted'
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
  /** With `halted`: what happens to what is held. Kept where it does not say. */
  readonly positions?: 'sell'
  /** With `paused`: when it ends by itself, Unix ms. */
  readonly until?: number
}

/** A stream or a market takes no entries. */
interface Paused extends Pause {
  readonly type: 'paused'
  readonly by: string
}

interface Resumed extends Pick<Pause, 'of' | 'name'> {
  readonly type: 'resumed'
  readonly by: string
}

/** The chat has tightened a setting of the policy: `to` as policy.yaml would write it, `number` from 1. */
interface PolicyTightened {
  readonly type: 'tightened'
  readonly setting: string
  readonly to: string
  readonly by: string
  readonly number: number
}

/** The chat would have the policy allow more: it waits for somebody at the device. */
interface Wished extends Omit<PolicyTightened, 'type'> {
  readonly type: 'wished'
}

interface WishAnswered {
  readonly type: 'wish_ended'
  readonly number: number
  readonly how: 'accepted' | 'dropped'
}

/** A command or an approval was taken. `exp` in seconds. */
interface Commanded {
  readonly type: 'commanded'
  readonly jti: string
  readonly exp: number
  readonly by: string
  readonly what: string
}

/** The exchange has less of the base currency than the positions say. */
interface Drifted {
  readonly type: 'drifted'
  readonly market: string
  readonly held: Decimal
  readonly there: Decimal
}

/** How much of each position in one coin is not there, or may not be sold, by `positionKey`. */
interface Missing {
  readonly type: 'missing'
  readonly market: string
  readonly positions: Readonly<Record<string, Decimal>>
}

/** The portfolio up to here was kept, for a quicker start. */
interface SnapshotTaken {
  readonly type: 'snapshot'
  /** SHA-256 of its version and its text, base64url. */
  readonly digest: string
}

/** What was missing is there again. */
interface Agreed {
  readonly type: 'agreed'
  readonly market: string
}

/** The first look at prices on a new day (UTC): what is held counts as bought at these bids, by market. */
interface DayOpened {
  readonly type: 'day_opened'
  readonly bids: Readonly<Record<string, Decimal>>
}

/** So much was lost that the day has no more entries. */
interface DayLost {
  readonly type: 'day_lost'
  readonly lost: Decimal
}

/** The result was never better; `worth` of all that is held. */
interface Best {
  readonly type: 'best'
  readonly worth: Decimal
}

/** The trader has set the positions to what is really there, by `positionKey`. */
interface Adjusted {
  readonly type: 'adjusted'
  readonly positions: Readonly<Record<string, Decimal>>
  readonly by: string
}

export type NewEvent =
  | ProviderEvent
  | PriceAlertEvent
  | HealthEvent
  | AccountEvent
  | InputRefused
  | Silence
  | Closing
  | StopMoved
  | WrittenOff
  | CancelAsked
  | Ordered
  | Mapped
  | Planned
  | Step
  | Sighted
  | CodeGiven
  | CardSent
  | Filled
  | FeePriced
  | ProtectionFailed
  | TradingSet
  | Paused
  | Resumed
  | PolicyTightened
  | Wished
  | WishAnswered
  | Commanded
  | Drifted
  | Missing
  | Agreed
  | Adjusted
  | DayOpened
  | DayLost
  | Best
  | SnapshotTaken

/** `at` is Unix ms. */
export type JournalEvent = NewEvent & { readonly at: number }

export type FactOf<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>

/** The order an event is about, for the journal's column; null for none. */
export function orderOf(event: JournalEvent): string | null {
  if (event.type === 'ordered') return event.order.clientOrderId
  return 'clientOrderId' in event ? event.clientOrderId : null
}
