// HTTP to the exchange over kept connections. `fetch` would do, and takes a third of a millisecond longer for each order.
import { Agent, type IncomingMessage, request } from 'node:http'
import { request as requestSecure, Agent as SecureAgent } from 'node:https'
import { text } from 'node:stream/consumers'

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

export class Http {
  readonly #plain = new Agent({ keepAlive: true })
  readonly #secure = new SecureAgent({ keepAlive: true })

  /** Resolves when the answer's last byte is there. Rejects for a redirect: an order goes where it was sent, or nowhere. */
  async send(url: string, { method, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method, headers, signal }
      const sent = url.startsWith('https:')
        ? requestSecure(url, { ...options, agent: this.#secure }, resolve)
        : request(url, { ...options, agent: this.#plain }, resolve)
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
