// HTTP over kept connections. `fetch` would do, and takes a third of a millisecond longer for each order.
import type { IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import { text } from 'node:stream/consumers'
import { http } from '../http.ts'
import { type MakeAgent, straight } from './proxy.ts'

/** What ccxt gives to its `fetchImplementation`. */
export interface HttpRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export class RedirectedError extends TypeError {
  override name = 'RedirectedError'
  override message = 'redirected'
}

/** Idle connections end at our side first: after this, or a second before the server's own `Keep-Alive: timeout`. An order
 *  that meets a server's end of an idle connection is lost on the way, and unknown. Servers commonly wait a minute. */
const IDLE_MS = 30_000
const KEPT = { keepAlive: true, timeout: IDLE_MS }

export class HttpClient {
  readonly #plain: ReturnType<MakeAgent>
  readonly #secure: ReturnType<MakeAgent>

  constructor(makeAgent: MakeAgent = straight) {
    this.#plain = makeAgent('http:', KEPT)
    this.#secure = makeAgent('https:', KEPT)
  }

  /** Resolves when the answer's last byte is there. Rejects for a redirect: an order goes where it was sent, or nowhere. */
  async send(url: string, { method, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method, headers, signal }
      const sent = url.startsWith('https:')
        ? requestSecure(url, { ...options, agent: this.#secure }, resolve)
        : http.request(url, { ...options, agent: this.#plain }, resolve)
      sent.once('error', reject).end(body)
    })
    const { statusCode: status = 0, statusMessage: statusText = '' } = response
    const answer = { status, statusText, headers: response.headers, body: await text(response) }
    if (status >= 300 && status < 400) throw new RedirectedError()
    return answer
  }

  /** Ends every open request. */
  close(): void {
    this.#plain.destroy()
    this.#secure.destroy()
  }
}
