// Whoever signs, and the numbers of the streams that they sign.
import type { Decimal, Signal } from '@keyside/protocol'

/**
 * `followed`: all is well. `unverified`: no keyset that counts. `equivocated`: two keysets of one version. Where it is not
 * `followed` there are no entries; what is held is managed all the same.
 */
export type ProviderStatus =
  | 'followed'
  | 'unverified'
  | 'unreachable'
  | 'ended'
  | 'equivocated'
  | 'removed'

/** Whoever signs the streams `<name>/…`; the name is the device's own. */
export interface Provider {
  /** Fingerprint of the root that was pinned: it is the provider, and never changes. */
  readonly root: string
  readonly status: ProviderStatus
  /** Plans and versions of the terms that the trader has accepted. */
  readonly terms: string
  /** Null while there was none, and for an engine of one's own. */
  readonly keyset: TakenKeyset | null
  /** Thumbprints of keys whose word counts no longer. */
  readonly revoked: readonly string[]
  /** Signed two signals with one number: the thumbprints, for each such pair. */
  readonly equivocations: readonly (readonly string[])[]
}

interface TakenKeyset {
  readonly version: number
  readonly hash: string
  /** Fingerprint of the root in force in it, which may be another than the one that was pinned. */
  readonly root: string
  /** Seconds. */
  readonly iat: number
}

export interface Missed {
  /** Number and hash of the last signal before the first of them. */
  readonly after: number
  readonly hash: string
  /** First and last number of each row of them. */
  readonly ranges: readonly (readonly [number, number])[]
  /** Unix ms. */
  readonly since: number
}

/** Bounds of the numbers that keep a stream's signals in order and out of the past. */
export interface Stream {
  /** How often it began anew, because a key that had signed in it was revoked. */
  readonly epoch: number
  /** `awaited`: it begins with the next head, and no signal counts before. */
  readonly base: 'known' | 'awaited'
  /** What was signed before it counts no longer, seconds. */
  readonly floor: number
  /** Who signed its last signal or baseline, and all who did since it began. Thumbprints. */
  readonly kid: string
  readonly signers: readonly string[]
  readonly seq: number
  readonly hash: string
  /** When the last signal or baseline was signed, seconds. */
  readonly iat: number
  /** `open` while signals are missing that no head has bridged. */
  readonly gap: 'none' | 'open'
  /** Of the last entry that was sent, by `signal's market own market`. */
  readonly ratios: Readonly<Record<string, Decimal>>
  /** What was missed while something was held: exits among it are owed until a replay has shown them. */
  readonly missed: Missed | null
  /** Last candle decided on, seconds: two engines side by side decide once. */
  readonly candles: Readonly<Record<'entry' | 'exit' | 'stop', number>>
  /** The last signal, `at` in seconds; null where it was never received here: the number is then a head's. */
  readonly last: { readonly kind: Signal['kind']; readonly at: number } | null
  /** Since when its provider has been silent, Unix ms; 0 while it is heard. */
  readonly silentSince: number
}

/** Name of a ratio. */
export function mapKey(signalMarket: string, market: string): string {
  return `${signalMarket} ${market}`
}

/** The device's own name of whoever signs a stream; ids have no "/". */
export function providerOf(stream: string): string {
  return stream.slice(0, stream.indexOf('/'))
}
