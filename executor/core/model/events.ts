// What happened, in the words of the journal. The portfolio is their fold; nothing else changes it.
import type { Decimal, TradingState } from '@keyside/protocol'
import type { AccountEvent } from './account.ts'
import type { HealthEvent } from './conditions.ts'
import type { OrderJournalEvent } from './order-events.ts'
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
interface LooseningRequested extends Omit<PolicyTightened, 'type'> {
  readonly type: 'loosening_requested'
}

interface LooseningEnded {
  readonly type: 'loosening_ended'
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
interface PositionDrift {
  readonly type: 'position_drift'
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
interface DriftOver {
  readonly type: 'drift_over'
  readonly market: string
}

/** The first look at prices on a new day: what is held counts as bought at these bids, by market. */
interface DayOpened {
  readonly type: 'day_opened'
  /** UTC days since 1970. */
  readonly number: number
  readonly bids: Readonly<Record<string, Decimal>>
}

/** So much was lost that the day has no more entries. */
interface DayLost {
  readonly type: 'day_lost'
  readonly lost: Decimal
}

/** The result was never better; `worth` of all that is held. */
interface HighWaterMark {
  readonly type: 'high_water_mark'
  readonly worth: Decimal
}

/**
 * The trader has set the positions to what is really there, by `positionKey`. `proceeds`: quote that sales which are not in the
 * journal have brought for what is gone.
 */
interface Adjusted {
  readonly type: 'adjusted'
  readonly positions: Readonly<Record<string, Decimal>>
  readonly proceeds: Readonly<Record<string, Decimal>>
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
  | OrderJournalEvent
  | ProtectionFailed
  | TradingSet
  | Paused
  | Resumed
  | PolicyTightened
  | LooseningRequested
  | LooseningEnded
  | Commanded
  | PositionDrift
  | Missing
  | DriftOver
  | Adjusted
  | DayOpened
  | DayLost
  | HighWaterMark
  | SnapshotTaken

/** `at` is Unix ms. */
export type JournalEvent = NewEvent & { readonly at: number }

export type FactOf<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>

/** The order an event is about, for the journal's column; null for none. */
export function orderOf(event: JournalEvent): string | null {
  if (event.type === 'ordered') return event.order.clientOrderId
  return 'clientOrderId' in event ? event.clientOrderId : null
}
