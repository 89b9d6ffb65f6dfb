// Who sent a request, and whether it was signed by that key and in time.
import { createHmac, timingSafeEqual, verify } from 'node:crypto'
import type { Account } from './account.ts'
import { refuse } from './errors.ts'
import type { Parameters } from './parameters.ts'

const KEY_FORMAT = /^[A-Za-z0-9]{16,128}$/
const DEFAULT_WINDOW_MS = 5_000
const MAX_WINDOW_MS = 60_000
const AHEAD_MS = 1_000

/** Throws an ExchangeError for a key that is malformed or unknown. */
export function findAccount(accounts: readonly Account[], apiKey: string | undefined): Account {
  const account = accounts.find((candidate) => candidate.apiKey === apiKey)
  if (account !== undefined) return account
  throw refuse(apiKey !== undefined && KEY_FORMAT.test(apiKey) ? 'key_refused' : 'bad_key_format')
}

/** `payload` is exactly what was signed: the query or body as sent, without its signature. */
export function checkSignature(account: Account, payload: string, signature: string): void {
  if (!isSignedBy(account, payload, signature)) throw refuse('bad_signature')
}

/** The text before it was signed: the venue does not read it in any other form. */
export function withoutSignature(text: string): string {
  return text.replace(/(^|&)signature=[^&]*/, '')
}

/** Called on arrival and again right before matching, as the venue does. */
export function checkTime(parameters: Parameters, now: number): void {
  const window = parameters.whole('recvWindow') ?? DEFAULT_WINDOW_MS
  if (window > MAX_WINDOW_MS) throw refuse('window_too_long')
  const timestamp = parameters.whole('timestamp')
  if (timestamp === undefined) throw refuse('missing_parameter', 'timestamp')
  if (timestamp >= now + AHEAD_MS) throw refuse('timestamp_early')
  if (now - timestamp > window) throw refuse('timestamp_late')
}

function isSignedBy(account: Account, payload: string, signature: string): boolean {
  const { credential } = account
  if ('publicKey' in credential)
    return verify(
      null,
      Buffer.from(payload),
      credential.publicKey,
      Buffer.from(signature, 'base64'),
    )
  return isHmac(credential.secret, payload, Buffer.from(signature, 'hex'))
}

export function isHmac(secret: string, payload: string, given: Uint8Array): boolean {
  const expected = createHmac('sha256', secret).update(payload).digest()
  return given.length === expected.length && timingSafeEqual(given, expected)
}
