// What a ccxt exchange asks goes over our own connections: its own way loads two more libraries of HTTP, and settles half of a
// proxy: with an agent for SOCKS its requests, and with `ws:` its streams too, would go straight.
import { HttpClient, type HttpRequest, type MakeAgent } from '@keyside/runtime/web'
import type { Exchange } from 'ccxt'

/** Call before the first request. `makeAgent`: of the proxy, if it goes through one. */
export function sendThrough(exchange: Exchange, makeAgent: MakeAgent | undefined): void {
  const http = new HttpClient(makeAgent)
  Object.assign(exchange, {
    fetchImplementation: async (url: string, request: HttpRequest) => {
      const { body, ...answer } = await http.send(url, request)
      return { ...answer, text: async () => body }
    },
    // Of wss: and of ws: streams.
    ...(makeAgent && { agent: makeAgent('https:', {}), httpAgent: makeAgent('http:', {}) }),
  })
}
