// One client of a venue's REST interface: asks through ccxt, one request a question, and reads the raw answer itself.
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@keyside/runtime'
import { HttpClient, type HttpRequest, type MakeAgent } from '@keyside/runtime/web'
import type { Answered } from '../../core/model/exchange.ts'
import { type ApiKeys, credentialsOf } from './api-keys.ts'
import type { Dialect, Headers, Question } from './dialect.ts'
import { type CcxtExchange, loadCcxt, moveTo } from './load-ccxt.ts'
import { type RateLimitBudget, Throttle } from './rate-limit.ts'
import {
  BackedOffError,
  judge,
  type Reply,
  type RequestTrace,
  sentence,
  UNREADABLE,
} from './reply.ts'

export type VenueNetwork = 'live' | 'testnet'

export interface RestClientOptions {
  readonly dialect: Dialect
  readonly keys: ApiKeys
  /** Where the venue is instead of its usual place, such as http://127.0.0.1:1234. */
  readonly address?: string
  /** The venue's own network for trials, whose money is worth nothing. */
  readonly network?: VenueNetwork
  /** Where it goes through a proxy. */
  readonly makeAgent?: MakeAgent | undefined
  /** From the request's first byte to the answer's last, ms. */
  readonly timeoutMs: number
  /** For one unit of ccxt's weights, ms. */
  readonly unitMs: number
  readonly budget: RateLimitBudget
  /** The time that signed requests say: the venue's as far as it is known, Unix ms. */
  readonly exchangeTime: () => number
  /** That time was refused: one of the clocks has been set since it was measured. */
  readonly onUntimely: () => void
  /** Whether it goes slowly when the budget runs low; what has to be quick does not. */
  readonly priority: 'normal' | 'urgent'
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** With which ccxt credits itself, or whoever it names, for a trader's orders. Lower case. */
const REFERRAL_HEADERS = new Set([
  'referer',
  'kc-api-partner',
  'kc-api-partner-sign',
  'kc-api-partner-verify',
  'x-channel-api-code',
])

export class RestClient {
  readonly #options: RestClientOptions
  readonly #traces = new AsyncLocalStorage<RequestTrace>()
  readonly #closing = new AbortController()
  readonly #http: HttpClient
  readonly #throttle: Throttle
  #ccxt: Promise<CcxtExchange> | undefined
  #keys: ApiKeys
  #reachable: 'unknown' | 'yes' | 'no' = 'unknown'

  constructor(options: RestClientOptions) {
    this.#options = options
    this.#keys = options.keys
    this.#http = new HttpClient(options.makeAgent)
    this.#throttle = new Throttle(options.unitMs)
  }

  /** Asks once, with one request: ccxt only signs and sends. Never throws for what the venue or the network does. */
  async ask<T>({ method, params, weight, read }: Question<T>): Promise<Reply<T>> {
    const { refusals } = this.#options.dialect
    const trace: RequestTrace = { stage: 'not sent', ...(weight !== undefined && { weight }) }
    const reply = await this.#open()
      .then((ccxt) => this.#traces.run(trace, () => call(ccxt, method, params)))
      .then(() => judge(trace, refusals))
      .catch((error: unknown) => judge(trace, refusals, error))
    if (trace.stage !== 'not sent') this.#observe(reply)
    if (reply.got !== 'answer') return reply
    const value = read(reply.value)
    return value === null ? UNREADABLE : { got: 'answer', value }
  }

  /** The same, with a sentence where there is no answer. */
  async answer<T>(question: Question<T>): Promise<Answered<T>> {
    const reply = await this.ask(question)
    if (reply.got === 'answer') return { ok: true, value: reply.value }
    return { ok: false, message: sentence(reply) }
  }

  /** The same way to the venue with another key. */
  with(keys: ApiKeys): RestClient {
    return new RestClient({ ...this.#options, keys })
  }

  /** From the next request on. */
  async useKeys(keys: ApiKeys): Promise<void> {
    this.#keys = keys
    if (this.#ccxt !== undefined) Object.assign(await this.#ccxt, credentialsOf(keys))
  }

  get dialect(): Dialect {
    return this.#options.dialect
  }

  get reachable(): boolean {
    return this.#reachable === 'yes'
  }

  /** Ends every open request. One that carried an order is then unknown. */
  close(): void {
    this.#closing.abort()
    this.#http.close()
  }

  #open(): Promise<CcxtExchange> {
    this.#ccxt ??= this.#load()
    return this.#ccxt
  }

  async #load(): Promise<CcxtExchange> {
    const { dialect, address, network, timeoutMs } = this.#options
    const Ccxt = await loadCcxt(dialect.ccxt.id)
    const ccxt = new Ccxt({
      ...credentialsOf(this.#keys),
      timeout: timeoutMs,
      enableRateLimit: true,
      enableLastHttpResponse: false,
      enableLastResponseHeaders: false,
      has: { fetchCurrencies: false },
      options: { ...dialect.ccxt.options, maxRetriesOnFailure: 0 },
      fetchImplementation: (url: string, request: HttpRequest) => this.#fetch(url, request),
    })
    // With this device's own time the venue would refuse exits and stops too while the clocks disagree.
    ccxt.nonce = this.#options.exchangeTime
    ccxt.throttle = (weight: number) => this.#wait(weight)
    // ccxt would keep the last signed URL and the API key.
    ccxt.setLastRequest = () => undefined
    if (network === 'testnet') ccxt.setSandboxMode(true)
    if (address !== undefined) moveTo(ccxt, address)
    return ccxt
  }

  async #wait(weight: number): Promise<void> {
    const { weight: known = weight } = this.#traces.getStore() ?? {}
    const now = performance.now()
    const { budget, priority } = this.#options
    const slowness = priority === 'normal' ? budget.slowness(now) : 1
    const ms = this.#throttle.reserve(known * slowness, now)
    if (ms > 0) await sleep(ms, undefined, { signal: this.#closing.signal })
  }

  /** Reads the whole answer inside ccxt's timeout, which by itself ends with the answer's headers. */
  async #fetch(url: string, request: HttpRequest): Promise<unknown> {
    const trace = this.#traces.getStore() ?? { stage: 'not sent' }
    this.#closing.signal.throwIfAborted()
    if (trace.stage !== 'not sent') throw new Error('one question, one request')
    if (this.#options.budget.backoff(performance.now()) !== null) throw new BackedOffError()
    trace.stage = 'sent'
    const { status, statusText, headers, body } = await this.#http.send(url, {
      ...request,
      headers: withoutReferrals(request.headers),
    })
    Object.assign(trace, { stage: 'answered', status, body })
    this.#observeLimits(status, headers)
    return { status, statusText, headers, text: async () => body }
  }

  #observeLimits(status: number, headers: Headers): void {
    const { budget, log } = this.#options
    const now = performance.now()
    if (budget.observe(status, headers, now) === 'back_off')
      log.warn(
        { status, seconds: (budget.backoff(now)?.ms ?? 0) / 1_000 },
        'the exchange wants a pause',
      )
  }

  #observe(reply: Reply<unknown>): void {
    const { dialect, budget, onUntimely, log } = this.#options
    // Where the venue says so in the body of its answer alone.
    if (reply.got === 'limited') budget.backOff('too_many', performance.now())
    if (reply.got === 'refusal' && dialect.refusals.isUntimely(reply.refusal)) onUntimely()
    const now = reply.got === 'ambiguous' ? 'no' : 'yes'
    if (now === this.#reachable) return
    this.#reachable = now
    if (reply.got === 'ambiguous')
      log.warn({ reason: reply.message }, 'the exchange does not answer')
    else log.info('the exchange answers again')
  }
}

/** ccxt makes its endpoints' methods at run time. */
async function call(ccxt: CcxtExchange, method: string, params: object): Promise<void> {
  const endpoint: unknown = Reflect.get(ccxt, method)
  if (typeof endpoint !== 'function') throw new RangeError(`ccxt has no ${method}`)
  await endpoint.call(ccxt, params)
}

function withoutReferrals(headers: HttpRequest['headers']): HttpRequest['headers'] {
  const kept = Object.entries(headers).filter(([name]) => !REFERRAL_HEADERS.has(name.toLowerCase()))
  return Object.fromEntries(kept)
}
