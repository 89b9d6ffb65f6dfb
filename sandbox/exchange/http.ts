// The HTTP of the sandbox exchange: reads a request, applies the faults that are armed, writes what the client gets.
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from 'node:http'
import type { Clock } from '@keyside/runtime'
import type { OrderEffects, RequestFate } from '@keyside/venue'
import type { Answer, Control } from './control.ts'
import type { BadReply, Faults, SaidWrong } from './faults.ts'
import { toJson } from './to-json.ts'

const MAX_BODY_BYTES = 65_536

export interface RestRequest {
  /** Method and path. */
  readonly route: string
  readonly query: string
  readonly body: string
  readonly headers: IncomingHttpHeaders
}

/** How one venue speaks: its endpoints, its refusals, its words. */
export interface VenueApi {
  knows(route: string): boolean
  isNewOrder(route: string): boolean
  /** Throws what `refused` can tell. What it gives is answered after any delay, when time is looked at again. */
  admit(request: RestRequest): (effects: OrderEffects) => unknown
  /** Null for what is no refusal of the venue's. */
  refused(error: unknown): Answer | null
  /** `answer`: what it would have said otherwise. */
  wrong(what: SaidWrong, answer: unknown): Answer
  /** With every answer. */
  readonly headers: Readonly<Record<string, string>>
}

export interface HttpParts {
  readonly clock: Clock
  readonly api: VenueApi
  readonly faults: Faults
  readonly control: Control
}

export function createListener(parts: HttpParts): RequestListener {
  return (request, response) => {
    handle(parts, request, response).catch(() => response.destroy())
  }
}

async function handle(
  parts: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request)
  const url = new URL(request.url ?? '/', 'http://sandbox')
  const route = `${request.method} ${url.pathname}`
  if (parts.control.knows(url.pathname)) {
    const port = request.socket.localPort ?? 0
    const visit = { method: request.method ?? '', url, headers: request.headers, port, body }
    return write(response, parts.control.answer(visit), {})
  }
  const { headers } = request
  await serve(parts, { route, query: url.search.slice(1), body, headers }, response)
}

async function serve(
  parts: HttpParts,
  request: RestRequest,
  response: ServerResponse,
): Promise<void> {
  const { api, faults } = parts
  if (!api.knows(request.route)) return writeText(response, 404, 'html', '<html>404</html>')
  const kind = api.isNewOrder(request.route) ? 'order' : 'query'
  const fate = faults.fate({ kind, about: request.route })
  const answer = fate.arrivesAfter === null ? undefined : await reach(parts, request, fate)
  if (fate.answersAfter === null) return
  if (fate.answer !== null) return misreply(parts, response, fate.answer, answer?.body)
  if (answer !== undefined) write(response, answer, api.headers)
}

async function reach(
  { api, clock }: HttpParts,
  request: RestRequest,
  { arrivesAfter, effects }: RequestFate<BadReply>,
): Promise<Answer> {
  try {
    const answer = api.admit(request)
    if (arrivesAfter !== null && arrivesAfter > 0) await wait(clock, arrivesAfter)
    return { status: 200, body: answer(effects) }
  } catch (error) {
    const refused = api.refused(error)
    if (refused === null) throw error
    return refused
  }
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve)
  })
}

function misreply(
  { api }: HttpParts,
  response: ServerResponse,
  reply: BadReply,
  answer: unknown,
): void {
  if (reply.how === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  if (reply.how === 'answer') writeText(response, reply.status, reply.type, reply.body)
  else write(response, { ...api.wrong(reply.what, answer), retryAfter: reply.retryAfter }, {})
}

function write(
  response: ServerResponse,
  answer: Answer,
  headers: Readonly<Record<string, string>>,
): void {
  writeText(response, answer.status, 'json', toJson(answer.body), {
    ...headers,
    ...retryHeader(answer.retryAfter),
  })
}

function retryHeader(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) }
}

function writeText(
  response: ServerResponse,
  status: number,
  type: 'json' | 'html',
  body: string,
  headers: Record<string, string> = {},
): void {
  const contentType = type === 'json' ? 'application/json;charset=UTF-8' : 'text/html'
  response.writeHead(status, { 'Content-Type': contentType, ...headers })
  response.end(body)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > MAX_BODY_BYTES) throw new RangeError('the body is too long')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
