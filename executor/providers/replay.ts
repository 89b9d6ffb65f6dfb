// Signals that a provider's engine sends once more: each is verified as the token that it was, and makes no order by itself.
import { type Keyring, signalTopic, verify } from '@keyside/protocol'
import type { Effect, SignedSignal } from '../core/execution/inputs.ts'

export type AskReplay = Extract<Effect, { type: 'ask_replay' }>

export interface Opening {
  readonly keyring: Keyring
  readonly issuer: string
  readonly plan: string
  /** As the provider calls it. */
  readonly stream: string
  /** Seconds since 1970. */
  readonly now: number
}

/** What does not verify is left out: the chain of hashes shows where. */
export function openReplayed(
  tokens: readonly string[],
  { keyring, issuer, plan, stream, now }: Opening,
): readonly SignedSignal[] {
  return tokens.flatMap((token) => {
    const verified = verify(token, keyring, {
      kinds: ['signal'],
      audience: 'executors',
      now,
      topic: signalTopic(issuer, plan),
      history: true,
    })
    if (!verified.ok || verified.claims.sub !== stream) return []
    const { kid, claims, hash } = verified
    return [{ kid, claims, hash }]
  })
}
