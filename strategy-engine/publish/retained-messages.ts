// Retained messages: each plan's head, and the engine's presence.
import { headTopic, presenceTopic, sign, WIRE_VERSIONS } from '@keyside/protocol'
import { newJti } from '@keyside/runtime'
import type { StreamRow } from './outbox.ts'
import type { Signer } from './signer.ts'

/** Heads are republished at this interval and valid for three of them, seconds. */
export const HEAD_PERIOD = 15
const HEAD_LIFE = 45
/** The will is signed once, at the start, and must still be valid when it is needed. */
const PRESENCE_LIFE = 31 * 86_400

export interface Message {
  readonly topic: string
  readonly token: string
}

/** `now` is Unix seconds. */
export function headMessage(
  { issuer, key, keyset, randomBytes }: Signer,
  plan: string,
  rows: readonly StreamRow[],
  now: number,
): Message {
  const token = sign(
    'head',
    {
      iss: issuer,
      aud: 'executors',
      sub: plan,
      iat: now,
      exp: now + HEAD_LIFE,
      jti: newJti(randomBytes),
      streams: rows.map(({ name, seq, hash, position, since, lastCandle }) => [
        name,
        seq,
        hash,
        position,
        since,
        lastCandle ?? 0,
      ]),
      keyset,
    },
    key,
  )
  return { topic: headTopic(issuer, plan), token }
}

/** `now` is Unix seconds. */
export function presenceMessage(
  { issuer, client, key, randomBytes }: Signer,
  state: 'online' | 'offline',
  now: number,
): Message {
  const token = sign(
    'presence',
    {
      iss: issuer,
      aud: issuer,
      sub: client,
      iat: now,
      exp: now + PRESENCE_LIFE,
      jti: newJti(randomBytes),
      state,
      versions: [...WIRE_VERSIONS],
    },
    key,
  )
  return { topic: presenceTopic(issuer, client), token }
}
