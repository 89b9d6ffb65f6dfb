// What came back from the venue, judged by the raw answer: ccxt's error classes do not tell "not placed" from "unknown".
import { isTlsReason, KeysideError } from '@keyside/runtime'
import type { Refusal, Refusals } from './dialect.ts'
import { readJson } from './json.ts'

/** How far one request got. `sent` is set before the first byte leaves. */
export interface RequestTrace {
  stage: 'not sent' | 'sent' | 'answered'
  status?: number
  body?: string
}

export type Reply<T> =
  | { readonly got: 'answer'; readonly value: T }
  | { readonly got: 'refusal'; readonly refusal: Refusal }
  /** Failed on this device, before anything left it. */
  | { readonly got: 'not sent'; readonly message: string }
  /** Too much was asked: the venue did not act on it, or wants a back-off in which nothing is sent. */
  | { readonly got: 'limited'; readonly message: string }
  /** An answer, and not one to this question. Whether the venue acted on it cannot be told. */
  | { readonly got: 'unreadable'; readonly message: string }
  /** Whether the venue got it, or acted on it, cannot be told. */
  | { readonly got: 'ambiguous'; readonly message: string }

export type NoAnswer = Exclude<Reply<never>, { got: 'answer' }>

export const BACKED_OFF: NoAnswer = {
  got: 'limited',
  message: 'the exchange wants a pause because too much was asked: nothing was sent',
}

export const UNREADABLE: NoAnswer = {
  got: 'unreadable',
  message: "the exchange's answer cannot be read",
}

/** "Unavailable For Legal Reasons" (RFC 7725): with it exchanges turn away whole countries. */
const ELSEWHERE = 451

export class BackedOffError extends Error {
  override name = 'BackedOffError'
}

/** `thrown`: what kept the request from its answer, undefined when nothing did. Sentences are ours: others hold the signed URL. */
export function judge(trace: RequestTrace, refusals: Refusals, thrown?: unknown): Reply<unknown> {
  if (trace.stage === 'not sent' && thrown instanceof BackedOffError) return BACKED_OFF
  if (trace.stage === 'not sent')
    return { got: 'not sent', message: `the request could not be made (${nameOf(thrown)})` }
  if (trace.stage === 'sent') return { got: 'ambiguous', message: noAnswer(thrown) }
  const { status = 0 } = trace
  // Whatever it says besides: it is no word about what was asked, and nothing is answered from there.
  if (status === ELSEWHERE)
    return {
      got: 'ambiguous',
      message:
        'the exchange does not serve the place that this device asks from (HTTP 451): look at the address that it leaves with, a VPN or a server abroad',
    }
  const body = readJson(trace.body ?? '')
  const refusal = refusals.read(status, body)
  if (refusal?.why === 'limited')
    return { got: 'limited', message: `too much was asked of the exchange (${refusal.code})` }
  if (refusal !== null) return { got: 'refusal', refusal }
  // Nor is a page about maintenance the word of the interface: who sends it does not answer.
  if (body === undefined && status >= 200 && status < 300)
    return {
      got: 'ambiguous',
      message: 'what came is no answer of the exchange, as a page about maintenance is none',
    }
  if (thrown === undefined && status >= 200 && status < 300) return { got: 'answer', value: body }
  return { got: 'ambiguous', message: `the exchange answered HTTP ${status} without a reason` }
}

export function sentence(reply: NoAnswer): string {
  return reply.got === 'refusal'
    ? `the exchange says: ${reply.refusal.text} (${reply.refusal.code})`
    : reply.message
}

export function unreachable(what: string): KeysideError {
  return new KeysideError(
    'exchange_unreachable',
    `${what}: it may be down, or cut off from here; try again in some minutes`,
  )
}

/** The system's own word for it is no secret, and says more than any error's name: ENOTFOUND, ECONNREFUSED. */
export function noAnswer(error: unknown): string {
  const { code } = Object(error) as { code?: unknown }
  const reason = typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,63}$/.test(code) ? code : null
  return reason !== null && isTlsReason(reason)
    ? `no answer that is certainly from the exchange (${reason}: look at this device's clock, and for a proxy or a virus scanner in between)`
    : `no answer from the exchange (${reason ?? nameOf(error)})`
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

/** The account is the first thing asked for with the key: a refusal is about the key. */
export function orThrow(reply: Reply<unknown>): void {
  switch (reply.got) {
    case 'answer':
      return
    case 'refusal':
    case 'not sent':
      throw new KeysideError(
        'exchange_key_refused',
        `${sentence(reply)}: look at the key and its IP list at the exchange, then run "keyside keys check"`,
      )
    case 'limited':
    case 'unreadable':
    case 'ambiguous':
      throw unreachable(sentence(reply))
  }
}
