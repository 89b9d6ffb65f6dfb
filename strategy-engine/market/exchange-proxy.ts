// Sends all that a ccxt exchange asks and follows through a proxy. Its own settings would do half of it: with an agent for
// SOCKS its requests, and with `ws:` its streams too, would go straight.
import { HttpClient, type HttpRequest, type MakeAgent } from '@keyside/runtime/web'
import type { Exchange } from 'ccxt'

/** Call before the first request. */
export function sendThrough(exchange: Exchange, makeAgent: MakeAgent): void {
  const http = new HttpClient(makeAgent)
  Object.assign(exchange, {
    fetchImplementation: async (url: string, request: HttpRequest) => {
      const { body, headers, ...answer } = await http.send(url, request)
      return { ...answer, headers: new Headers(textsOf(headers)), text: async () => body }
    },
    // Of wss: and of ws: streams.
    agent: makeAgent('https:', {}),
    httpAgent: makeAgent('http:', {}),
  })
}

function textsOf(headers: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  )
}
