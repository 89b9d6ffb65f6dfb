// What happened with providers and their streams, in the words of the journal.
import type { ProviderStatus } from './provider.ts'

/** A provider is followed, or how it stands has changed. */
interface ProviderStands {
  readonly type: 'provider'
  readonly provider: string
  /** Fingerprint of the root that was pinned. */
  readonly root: string
  readonly status: ProviderStatus
  /** Which terms the trader has accepted; absent where that is as before. */
  readonly terms?: string
}

/** A newer keyset counts. What a revoked key has left in the streams is forgotten. `iat` in seconds. */
interface KeysetTaken {
  readonly type: 'keyset'
  readonly provider: string
  readonly version: number
  readonly hash: string
  /** Fingerprint of the root in force in it: the next one is verified by that. */
  readonly root: string
  readonly iat: number
  /** Thumbprints. */
  readonly revoked: readonly string[]
}

/** Two signals of a stream with one number: the provider is stopped. `signers`: thumbprints of their keys. */
interface Equivocated {
  readonly type: 'equivocated'
  readonly stream: string
  readonly seq: number
  readonly signers: readonly string[]
}

/** The trader lets a provider that equivocated go on. */
interface EquivocationCleared {
  readonly type: 'equivocation_cleared'
  readonly provider: string
  readonly by: string
}

/** A stream's numbers were taken from a head, `missed` signals later than ours. */
interface Baselined {
  readonly type: 'baselined'
  readonly stream: string
  readonly kid: string
  readonly seq: number
  readonly hash: string
  readonly iat: number
  readonly missed: number
}

/** A signal was accepted as the stream's next; `after` a gap when some before it are missing. */
interface SignalTaken {
  readonly type: 'signal'
  readonly stream: string
  /** How often the stream had begun anew. */
  readonly epoch: number
  /** Thumbprint of the key that signed it. */
  readonly kid: string
  readonly seq: number
  readonly hash: string
  readonly iat: number
  readonly kind: 'entry' | 'exit' | 'stop'
  readonly candle: number
  readonly jti: string
  readonly gap: 'none' | 'open'
}

/** Missed signals are made up for, or owe nothing any more. `seq`: up to where. */
interface GapClosed {
  readonly type: 'gap_closed'
  readonly stream: string
  readonly seq: number
  readonly why: 'replayed' | 'nothing_held'
}

export type ProviderEvent =
  | ProviderStands
  | KeysetTaken
  | Equivocated
  | EquivocationCleared
  | Baselined
  | SignalTaken
  | GapClosed
