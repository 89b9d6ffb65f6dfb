// What came back from the exchange, judged by the raw answer: ccxt's error classes do not tell "not placed" from "unknown".
import { KeysideError, scrub } from '@keyside/runtime'
import { z } from 'zod'
import { readJson } from './read-json.ts'

/** How far one request got. `sent` is set before the first byte leaves. */
export type Trip = {
  stage: 'not sent' | 'sent' | 'answered'
  status?: number
  body?: string
  readonly weight?: number
}

export type Reply =
  | { readonly got: 'answer'; readonly body: unknown }
  /** HTTP 4xx with the venue's own code. */
  | { readonly got: 'refusal'; readonly code: number; readonly text: string }
  /** Failed on this device, before anything left it. */
  | { readonly got: 'not sent'; readonly message: string }
  /** Too much was asked: the exchange did not take it, or wants a pause in which nothing is sent. */
  | { readonly got: 'limited'; readonly message: string }
  /** Whether the exchange acted on it cannot be told. */
  | { readonly got: 'no proof'; readonly message: string }

const refusal = z.object({ code: z.int(), msg: z.string() })

const PAUSED: Reply = {
  got: 'limited',
  message: 'the exchange wants a pause because too much was asked: nothing was sent',
}

export class PausedError extends Error {
  override name = 'PausedError'
}

/** Sentences are ours: ccxt's hold the signed URL. */
export function judge(trip: Trip, error: unknown): Reply {
  if (trip.stage === 'not sent' && error instanceof PausedError) return PAUSED
  if (trip.stage === 'not sent')
    return { got: 'not sent', message: `the request could not be made (${nameOf(error)})` }
  if (trip.stage === 'sent')
    return { got: 'no proof', message: `no answer from the exchange (${nameOf(error)})` }
  const { status = 0, body = '' } = trip
  const read = refusal.safeParse(readJson(body))
  if ((status === 429 || status === 418) && read.success)
    return { got: 'limited', message: `too much was asked of the exchange (${read.data.code})` }
  if (status >= 400 && status < 500 && read.success)
    return { got: 'refusal', code: read.data.code, text: scrub(read.data.msg).slice(0, 200) }
  return { got: 'no proof', message: `the exchange answered HTTP ${status} without a reason` }
}

export function sentence(reply: Exclude<Reply, { got: 'answer' }>): string {
  return reply.got === 'refusal'
    ? `the exchange says: ${reply.text} (${reply.code})`
    : reply.message
}

export function unreachable(what: string): KeysideError {
  return new KeysideError(
    'exchange_unreachable',
    `${what}: it may be down, or cut off from here; try again in some minutes`,
  )
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
