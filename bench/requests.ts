// When this process has read an HTTP request to its last byte, whichever server of it took the request.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { instant } from '@keyside/runtime'

const CHANNEL = 'http.server.request.start'

export interface ReadRequest {
  readonly request: IncomingMessage
  /** Unix ms with a fraction. */
  readonly at: number
}

/** Returns how to stop. `onRead` runs between Node's parser and the server's own code, and must be quick. */
export function watchRequests(onRead: (read: ReadRequest) => void): () => void {
  const watch = (message: unknown) => {
    const { request } = message as { request: IncomingMessage }
    request.once('end', () => onRead({ request, at: instant() }))
  }
  subscribe(CHANNEL, watch)
  return () => unsubscribe(CHANNEL, watch)
}

const ORDER_PATH = '/api/v3/order'

export interface SentOrder {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function isOrder({ method, url }: IncomingMessage): boolean {
  return method === 'POST' && url === ORDER_PATH
}

/** The next order, as it is sent, without taking it from its reader. */
export function nextOrder(): Promise<SentOrder> {
  return new Promise((resolve) => {
    const watch = (message: unknown) => {
      const { request } = message as { request: IncomingMessage }
      if (!isOrder(request)) return
      unsubscribe(CHANNEL, watch)
      const parts: Buffer[] = []
      const push = request.push.bind(request)
      request.push = (part: Buffer | null) => {
        if (part !== null) parts.push(part)
        return push(part)
      }
      request.once('end', () => {
        const named = Object.entries(request.headers)
        const headers = Object.fromEntries(named.map(([name, value]) => [name, String(value)]))
        resolve({ path: ORDER_PATH, headers, body: Buffer.concat(parts).toString() })
      })
    }
    subscribe(CHANNEL, watch)
  })
}
