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

/** The body of the next request with this method and path, without taking it from its reader. */
export function nextBody(
  method: string,
  path: string,
): Promise<{ request: IncomingMessage; body: string }> {
  return new Promise((resolve) => {
    const watch = (message: unknown) => {
      const { request } = message as { request: IncomingMessage }
      if (request.method !== method || request.url !== path) return
      unsubscribe(CHANNEL, watch)
      const parts: Buffer[] = []
      const push = request.push.bind(request)
      request.push = (part: Buffer | null) => {
        if (part !== null) parts.push(part)
        return push(part)
      }
      request.once('end', () => resolve({ request, body: Buffer.concat(parts).toString() }))
    }
    subscribe(CHANNEL, watch)
  })
}
