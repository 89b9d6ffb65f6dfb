// The engine's answers to what is asked of it, signed; and how often one may ask.
import { type ProviderResponse, responseTopic, seconds, sign } from '@keyside/protocol'
import { newJti } from '@keyside/runtime'
import type { Message } from '../publish/retained-messages.ts'
import type { Signer } from '../publish/signer.ts'

/** Requests of one client in a minute: so many are answered, and twice as many looked at. */
export const MAX_A_MINUTE = 30
/** Seconds. */
const RESPONSE_LIFE = 60

export const TOO_OFTEN = {
  do: 'refused',
  code: 'request_quota',
  message: 'asked too often: ask again in a minute',
} as const satisfies ProviderResponse['answer']

/** `to`: `jti` of the request; `now` in Unix ms. */
export function responseMessage(
  { issuer, key, randomBytes }: Signer,
  { client, to, answer }: { client: string; to: string; answer: ProviderResponse['answer'] },
  now: number,
): Message {
  const iat = seconds(now)
  const times = { iat, exp: iat + RESPONSE_LIFE, jti: newJti(randomBytes) }
  const token = sign('response', { iss: issuer, aud: client, ...times, to, answer }, key)
  return { topic: responseTopic(issuer, client), token }
}
