// The HTTP face of the sandbox exchange: reads a request, lets faults befall it, writes what the client gets.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Clock } from '@keyside/runtime'
import type { RequestFate } from '@keyside/venue'
import type { Answer, Control } from './control.ts'
import { ExchangeError } from './errors.ts'
import type { BadReply, Faults } from './faults.ts'
import type { Limits } from './limits.ts'
import type { Rest, RestRequest } from './rest.ts'
import { toJson } from './to-json.ts'

const MAX_BODY_BYTES = 65_536

export interface HttpParts {
  readonly clock: Clock
  readonly rest: Rest
  readonly faults: Faults
  readonly limits: Limits
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
  const key = request.headers['x-mbx-apikey']
  const rest = {
    route,
    query: url.search.slice(1),
    body,
    apiKey: typeof key === 'string' ? key : undefined,
  }
  await serve(parts, rest, response)
}

async function serve(
  parts: HttpParts,
  request: RestRequest,
  response: ServerResponse,
): Promise<void> {
  if (!parts.rest.knows(request.route)) return writeText(response, 404, 'html', '<html>404</html>')
  const kind = request.route === 'POST /api/v3/order' ? 'order' : 'query'
  const fate = parts.faults.fate({ kind, about: request.route })
  const answer = fate.arrivesAfter === null ? undefined : await reach(parts, request, fate)
  if (fate.answersAfter === null) return
  if (fate.answer !== null) return misreply(response, fate.answer, answer?.body)
  if (answer !== undefined) write(response, answer, parts.limits.headers)
}

async function reach(
  parts: HttpParts,
  request: RestRequest,
  { arrivesAfter, effects }: RequestFate<BadReply>,
): Promise<Answer> {
  try {
    const admitted = parts.rest.admit(request)
    if (arrivesAfter !== null && arrivesAfter > 0) await wait(parts.clock, arrivesAfter)
    return { status: 200, body: parts.rest.answer(admitted, effects) }
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error
    const { code, message, status, retryAfter } = error
    return { status, body: { code, msg: message }, retryAfter }
  }
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve)
  })
}

function misreply(response: ServerResponse, reply: BadReply, answer: unknown): void {
  if (reply.how === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  const body = typeof reply.body === 'string' ? reply.body : reply.body(answer)
  writeText(response, reply.status, reply.type, body, retryHeader(reply.retryAfter))
}

function write(response: ServerResponse, answer: Answer, headers: Record<string, string>): void {
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
