// Answers one Bot API request: token, fault, parameters, method, envelope.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { decodeCall } from './decode-call.ts'
import type { Fault } from './faults.ts'
import { METHODS } from './methods.ts'
import { deviations } from './official/deviations.ts'
import { type RefusalAnswer, TelegramRefusal } from './refusals.ts'
import type { ApiCall, TelegramState } from './telegram-state.ts'

/** Enough for any test; an always running sandbox must not grow for ever. */
const CALLS_KEPT = 10_000

const METHOD_NAMES = new Map([...METHODS.keys()].map((name) => [name.toLowerCase(), name]))

type Answer = { ok: true; result: unknown } | RefusalAnswer

export async function answerBotApi(
  state: TelegramState,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const query = (request.url ?? '').split('?')[1] ?? ''
  const [, token = '', name = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? []
  // The names of methods are of any case.
  const method = METHOD_NAMES.get(name.toLowerCase()) ?? name
  const call = recordCall(state, method)
  const fault = token === state.token ? state.faults.take(method) : undefined
  const answer = await answerCall(state, call, { token, query, request, response, fault })
  if (fault) meet(fault, call, response)
  else send(response, answer.ok ? 200 : answer.error_code, answer)
}

/** Serves what getFile pointed at. */
export function serveFile(state: TelegramState, address: string, response: ServerResponse): void {
  const [, token, path = ''] = /^\/file\/bot([^/]+)\/(.+)$/.exec(address) ?? []
  const stored = token === state.token ? state.photos.findByPath(path) : undefined
  if (stored) response.writeHead(200, { 'content-type': 'image/png' }).end(stored.bytes)
  else send(response, 404, new TelegramRefusal('notFound').answer())
}

type Received = {
  token: string
  query: string
  request: IncomingMessage
  response: ServerResponse
  fault: Fault | undefined
}

async function answerCall(
  state: TelegramState,
  call: ApiCall,
  received: Received,
): Promise<Answer> {
  const gone = new AbortController()
  received.response.once('close', () => gone.abort())
  try {
    checkToken(state, received.token)
    const decoded = await decodeCall(received.request, received.query)
    call.payload = decoded.fields
    call.files = [...decoded.files.values()].map(({ name, bytes }) => ({
      name,
      size: bytes.length,
    }))
    const warnings = new Set(deviations(call.method, { ...decoded, files: decoded.files.keys() }))
    if (warnings.size > 0) call.warnings = [...warnings]
    const method = METHODS.get(call.method)
    if (!method) throw new TelegramRefusal('notFound')
    if (received.fault && received.fault.name !== 'lost-answer') return { ok: true, result: null }
    const warn = (warning: string) => {
      call.warnings = [...warnings.add(warning)]
    }
    const result = await method.answer(state, decoded, { signal: gone.signal, warn })
    call.outcome = gone.signal.aborted ? 'abandoned' : 'answered'
    return { ok: true, result }
  } catch (error) {
    if (!(error instanceof TelegramRefusal)) throw error
    call.outcome = 'refused'
    call.reason = error.message
    return error.answer()
  }
}

/** A token of the right shape that is not ours is unauthorized, any other is not found. */
function checkToken(state: TelegramState, token: string): void {
  if (token === state.token) return
  throw new TelegramRefusal(/^\d+:[\w-]+$/.test(token) ? 'unauthorized' : 'notFound')
}

function recordCall({ calls, clock }: TelegramState, method: string): ApiCall {
  const call: ApiCall = { at: clock.now(), method, payload: {}, files: [], outcome: 'pending' }
  calls.push(call)
  if (calls.length > CALLS_KEPT) calls.shift()
  return call
}

function meet(fault: Fault, call: ApiCall, response: ServerResponse): void {
  call.outcome = 'fault'
  call.reason = fault.name
  const refusal = refusalOf(fault)
  if (refusal) send(response, refusal.error_code, refusal)
  else if (fault.name === 'html-502') sendHtml(response)
  else if (fault.name !== 'hang') response.socket?.resetAndDestroy()
}

function refusalOf({ name, retryAfter = 1 }: Fault): RefusalAnswer | undefined {
  if (name === '401') return new TelegramRefusal('unauthorized').answer()
  if (name === '409') return new TelegramRefusal('conflict').answer()
  if (name === '429') return new TelegramRefusal('tooManyRequests', String(retryAfter)).answer()
  if (name === '500') return new TelegramRefusal('serverError').answer()
  return undefined
}

/** What a proxy in front of a broken Bot API says: no JSON at all. */
function sendHtml(response: ServerResponse): void {
  response.writeHead(502, { 'content-type': 'text/html' })
  response.end('<html><body><h1>502 Bad Gateway</h1></body></html>')
}

function send(response: ServerResponse, status: number, body: Answer): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
