// One client of a venue's REST interface: ccxt knows the endpoints and signs, one request a question is sent and read here.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@keyside/runtime'
import { HttpClient, type MakeAgent } from '@keyside/runtime/web'
import type { Answered } from '../../core/model/exchange.ts'
import { type ApiKeys, credentialsOf, withoutKeys } from './api-keys.ts'
import type { Dialect, Headers, Question } from './dialect.ts'
import { type CcxtExchange, loadCcxt, moveTo } from './load-ccxt.ts'
import type { OutageLog } from './outage-log.ts'
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
  /** Of all clients of the venue. */
  readonly outageLog: OutageLog
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

/** What ccxt makes of the name of an endpoint. */
class Endpoint {
  readonly path: string
  readonly api: string
  readonly method: string
  /** From which ccxt reckons its weight. */
  readonly config: object

  constructor(path: string, api: string, method: string, config: object) {
    this.path = path
    this.api = api
    this.method = method
    this.config = config
  }
}

export class RestClient {
  readonly #options: RestClientOptions
  readonly #closing = new AbortController()
  readonly #http: HttpClient
  readonly #throttle: Throttle
  readonly #endpoints = new Map<string, Endpoint>()
  #loading: Promise<CcxtExchange> | undefined
  #ccxt: CcxtExchange | undefined
  #keys: ApiKeys
  #reachable: 'unknown' | 'yes' | 'no' = 'unknown'

  constructor(options: RestClientOptions) {
    this.#options = options
    this.#keys = options.keys
    this.#http = new HttpClient(options.makeAgent)
    this.#throttle = new Throttle(options.unitMs)
  }

  /**
   * Asks once, with one request. Never throws for what the venue or the network does. Where nothing has to be waited for
   * it is sent before this returns its promise.
   */
  async ask<T>(question: Question<T>): Promise<Reply<T>> {
    const trace: RequestTrace = { stage: 'not sent' }
    const keys = this.#keys
    const reply = this.#judge(trace, await this.#send(question, trace), keys)
    if (trace.stage !== 'not sent') this.#observe(reply)
    if (reply.got !== 'answer') return reply
    const value = question.read(reply.value)
    return value === null ? UNREADABLE : { got: 'answer', value }
  }

  #judge(trace: RequestTrace, thrown: unknown, keys: ApiKeys): Reply<unknown> {
    const { refusals } = this.#options.dialect
    const reply = judge(trace, refusals, thrown)
    const { body = '' } = trace
    if (reply.got !== 'refusal') return reply
    return judge({ ...trace, body: withoutKeys(body, keys) }, refusals, thrown)
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
    if (this.#loading !== undefined) Object.assign(await this.#loading, credentialsOf(keys))
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
    this.#loading ??= this.#load()
    return this.#loading
  }

  async #load(): Promise<CcxtExchange> {
    const { dialect, address, network } = this.#options
    const Ccxt = await loadCcxt(dialect.ccxt.id)
    const ccxt = new Ccxt({ ...credentialsOf(this.#keys), options: dialect.ccxt.options })
    // With this device's own time the venue would refuse exits and stops too while the clocks disagree.
    ccxt.nonce = this.#options.exchangeTime
    // All that an endpoint's method does is to hand itself to `request`, which would throttle, send and try again.
    ccxt.request = async (path, api, method, _params, _headers, _body, config) =>
      new Endpoint(path, api, method ?? 'GET', config ?? {})
    if (network === 'testnet') ccxt.setSandboxMode(true)
    if (address !== undefined) moveTo(ccxt, address)
    this.#ccxt = ccxt
    return ccxt
  }

  /** Undefined once the answer is in the trace; otherwise what kept it from there. */
  async #send(
    { method, params, weight }: Question<unknown>,
    trace: RequestTrace,
  ): Promise<unknown> {
    try {
      const ccxt = this.#ccxt ?? (await this.#open())
      const endpoint = this.#endpoints.get(method) ?? (await this.#find(ccxt, method))
      const wait = this.#reserve(weight ?? weightOf(ccxt, endpoint, params))
      if (wait > 0) await sleep(wait, undefined, { signal: this.#closing.signal })
      this.#closing.signal.throwIfAborted()
      if (this.#options.budget.backoff(performance.now()) !== null) throw new BackedOffError()
      const { path, api } = endpoint
      const { url, headers: own, body: sent } = ccxt.sign(path, api, endpoint.method, params)
      trace.stage = 'sent'
      const { status, headers, body } = await this.#http.send(url, {
        method: endpoint.method,
        headers: headersOf(ccxt, own),
        body: sent,
        timeout: this.#options.timeoutMs,
      })
      Object.assign(trace, { stage: 'answered', status, body })
      this.#observeLimits(status, headers)
      return undefined
    } catch (error) {
      return error
    }
  }

  /** ccxt makes its endpoints' methods at run time; its methods of other kinds ask more than once. */
  async #find(ccxt: CcxtExchange, method: string): Promise<Endpoint> {
    const ask: unknown = Reflect.get(ccxt, method)
    const endpoint: unknown = typeof ask === 'function' ? await ask.call(ccxt) : undefined
    if (!(endpoint instanceof Endpoint)) throw new RangeError(`ccxt has no endpoint ${method}`)
    this.#endpoints.set(method, endpoint)
    return endpoint
  }

  /** How long it has to wait, ms. */
  #reserve(weight: number): number {
    const now = performance.now()
    const { budget, priority } = this.#options
    const slowness = priority === 'normal' ? budget.slowness(now) : 1
    return this.#throttle.reserve(weight * slowness, now)
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
    const { dialect, budget, onUntimely, outageLog, priority } = this.#options
    // Where the venue says so in the body of its answer alone.
    if (reply.got === 'limited') budget.backOff('too_many', performance.now())
    if (reply.got === 'refusal' && dialect.refusals.isUntimely(reply.refusal)) onUntimely()
    const now = reply.got === 'ambiguous' ? 'no' : 'yes'
    if (now === this.#reachable) return
    this.#reachable = now
    outageLog.observe(priority, now, reply.got === 'ambiguous' ? reply.message : '')
  }
}

function weightOf(
  ccxt: CcxtExchange,
  { path, api, method, config }: Endpoint,
  params: object,
): number {
  return ccxt.calculateRateLimiterCost(api, method, path, params, config)
}

/** With those that ccxt sends with every request. */
function headersOf(ccxt: CcxtExchange, signed: object | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    'User-Agent': String(ccxt.userAgents['chrome']),
    ...ccxt.headers,
    ...signed,
  }
  for (const name of Object.keys(headers))
    if (REFERRAL_HEADERS.has(name.toLowerCase())) delete headers[name]
  return headers
}
