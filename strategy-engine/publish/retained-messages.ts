// Retained messages: each stream's head, and the engine's presence.
import { headTopic, presenceTopic, type SigningKey, seal } from '@keyside/protocol'
import { newJti, type RandomBytes } from '@keyside/runtime'
import type { StreamRow } from './outbox.ts'

/** Heads are republished at this interval and valid for three of them, seconds. */
export const HEAD_PERIOD = 15
const HEAD_LIFE = 45
/** The will is signed once, at the start, and must still be valid when it is needed. */
const PRESENCE_LIFE = 31 * 86_400

export interface Message {
  readonly topic: string
  readonly token: string
}

export interface Signer {
  readonly issuer: string
  readonly key: SigningKey
  readonly randomBytes: RandomBytes
}

/** `now` is Unix seconds. */
export function headMessage(
  { issuer, key, randomBytes }: Signer,
  row: StreamRow,
  now: number,
): Message {
  const token = seal(
    'head',
    {
      iss: issuer,
      aud: 'executors',
      sub: row.name,
      iat: now,
      exp: now + HEAD_LIFE,
      jti: newJti(randomBytes),
      seq: row.seq,
      hash: row.hash,
      target: { market: row.market, position: row.position, since: row.since },
      keyset: 0,
      candle: row.lastCandle ?? 0,
    },
    key,
  )
  return { topic: headTopic(row.name), token }
}

/** `now` is Unix seconds. */
export function presenceMessage(
  { issuer, key, randomBytes }: Signer,
  state: 'online' | 'offline',
  now: number,
): Message {
  const token = seal(
    'presence',
    {
      iss: issuer,
      aud: 'everyone',
      sub: issuer,
      iat: now,
      exp: now + PRESENCE_LIFE,
      jti: newJti(randomBytes),
      state,
    },
    key,
  )
  return { topic: presenceTopic(issuer), token }
}
