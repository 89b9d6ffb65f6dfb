// The authority's own presence: online, and offline as its MQTT will.
import { presenceTopic, type SigningKey, sign, WIRE_VERSIONS } from '@keyside/protocol'
import { newJti, type RandomBytes } from '@keyside/runtime'
import type { Message } from './enrolment.ts'

/** The will is signed once, at the start, and must still be valid when it is needed, seconds. */
const LIFE = 31 * 86_400

/** `id` is its MQTT client id, `now` Unix seconds. */
export function presenceMessage(
  key: SigningKey,
  { provider, randomBytes }: { readonly provider: string; readonly randomBytes: RandomBytes },
  { id, state, now }: { readonly id: string; readonly state: 'online' | 'offline'; now: number },
): Message {
  const times = { iat: now, exp: now + LIFE, jti: newJti(randomBytes) }
  const claims = { iss: provider, aud: provider, sub: id, ...times, state }
  const token = sign('presence', { ...claims, versions: [...WIRE_VERSIONS] }, key)
  return { topic: presenceTopic(provider, id), token }
}
