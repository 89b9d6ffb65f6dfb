// HTTP over kept connections. `fetch` would do, and takes a third of a millisecond longer for each order.
import type { IncomingMessage } from 'node:http'
import { urlToHttpOptions } from 'node:url'
import { http, https } from '../http.ts'
import { direct, type MakeAgent } from './proxy.ts'

/** What ccxt gives to its `fetchImplementation`. */
export interface HttpRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** From the request's first byte to the answer's last, ms. */
  readonly timeout: number
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

class TimeoutError extends Error {
  override name = 'TimeoutError'
  override message = 'the answer took too long'
}

class TooLongError extends TypeError {
  override name = 'TooLongError'
  override message = 'the answer is too long'
}

/** Of an answer, bytes: ten times the longest that an exchange gives, all of its markets. */
const MAX_BYTES = 32 * 2 ** 20

/** Idle connections end at our side first: after this, or a second before the server's own `Keep-Alive: timeout`. An order
 *  that meets a server's end of an idle connection is lost on the way, and unknown. Servers commonly wait a minute. */
const IDLE_MS = 30_000
const KEPT = { keepAlive: true, timeout: IDLE_MS }

export class HttpClient {
  readonly #makeAgent: MakeAgent
  readonly #agents: Partial<Record<'http:' | 'https:', ReturnType<MakeAgent>>> = {}
  /** Of addresses without a query, which are few: to read one is a tenth of an order's way. */
  readonly #targets = new Map<string, ReturnType<typeof urlToHttpOptions>>()

  constructor(makeAgent: MakeAgent = direct) {
    this.#makeAgent = makeAgent
  }

  /**
   * Resolves when the answer's last byte is there. Rejects for a redirect: an order goes where it was sent, or nowhere;
   * and for an answer without an end. The request is on its way before this returns its promise.
   */
  async send(url: string, { method, headers, body, timeout }: HttpRequest): Promise<HttpAnswer> {
    const protocol = url.startsWith('https:') ? 'https:' : 'http:'
    const { request } = protocol === 'https:' ? https() : http
    this.#agents[protocol] ??= this.#makeAgent(protocol, KEPT)
    const agent = this.#agents[protocol]
    const sent = request({ ...this.#target(url), method, headers, agent })
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve).once('error', reject)
    })
    sent.end(body)
    let response: IncomingMessage | undefined
    const timer = setTimeout(() => (response ?? sent).destroy(new TimeoutError()), timeout)
    try {
      response = await answered
      const { statusCode: status = 0, statusMessage: statusText = '' } = response
      const answer = { status, statusText, headers: response.headers, body: await textOf(response) }
      if (status >= 300 && status < 400) throw new RedirectedError()
      return answer
    } finally {
      clearTimeout(timer)
    }
  }

  #target(url: string): ReturnType<typeof urlToHttpOptions> {
    const known = this.#targets.get(url)
    if (known !== undefined) return known
    const target = urlToHttpOptions(new URL(url))
    if (!url.includes('?')) this.#targets.set(url, target)
    return target
  }

  /** Ends every open request. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response) {
    bytes += part.length
    // To leave the loop ends the connection.
    if (bytes > MAX_BYTES) throw new TooLongError()
    parts.push(part)
  }
  return new TextDecoder().decode(Buffer.concat(parts))
}
