// For tests: a proxy before the exchange that writes down what went over the wire, and may answer in its place.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Heard {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Query and body to the character. */
  readonly raw: string
  readonly apiKey: string
  readonly headers: IncomingMessage['headers']
}

type Intruder = (heard: Heard, response: ServerResponse) => 'answered' | 'pass'

export interface Wiretap {
  readonly address: string
  readonly heard: Heard[]
  /** Asked about every request before it is passed on. */
  intrude(intruder: Intruder): void
  stop(): Promise<void>
}

export async function openWiretap(target: string): Promise<Wiretap> {
  const heard: Heard[] = []
  let intruder: Intruder = () => 'pass'
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const one = listen(request, body)
    heard.push(one)
    if (intruder(one, response) === 'answered') return
    await pass(target, request, body, response).catch(() => response.socket?.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    intrude: (next) => {
      intruder = next
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(request: IncomingMessage, body: string): Heard {
  const url = new URL(request.url ?? '/', 'http://wire')
  const raw = `${url.search.slice(1)}${body}`
  const { method = '', headers } = request
  const apiKey = String(
    headers['x-mbx-apikey'] ?? headers['ok-access-key'] ?? headers['x-bapi-api-key'] ?? '',
  )
  const query = new URLSearchParams(raw)
  return { method, path: url.pathname, query, raw, apiKey, headers }
}

const KEPT = ['content-type', 'retry-after', 'x-mbx-used-weight-1m']

/** Of this connection, and not of what is asked over it. */
const HOP = /^(host|connection|content-length|transfer-encoding|accept-encoding)$/

function header({ headers }: Response, name: string): [string, string][] {
  const value = headers.get(name)
  return value === null ? [] : [[name, value]]
}

async function pass(
  target: string,
  { url, method = 'GET', headers }: IncomingMessage,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const passed = Object.entries(headers).filter(([name]) => !HOP.test(name))
  const answer = await fetch(`${target}${url}`, {
    method,
    headers: Object.fromEntries(passed.map(([name, value]) => [name, String(value)])),
    ...(body === '' ? {} : { body }),
  })
  const text = await answer.text()
  response.writeHead(
    answer.status,
    Object.fromEntries(KEPT.flatMap((name) => header(answer, name))),
  )
  response.end(text)
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
