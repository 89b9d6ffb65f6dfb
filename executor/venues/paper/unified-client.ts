// A client of any exchange that ccxt knows, for what anybody may ask. It has no key, and whatever could carry one is not sent.
import type { Logger } from '@keyside/runtime'
import { HttpClient, type HttpRequest, type MakeAgent } from '@keyside/runtime/web'
import { z } from 'zod'
import type { Question } from '../adapter/dialect.ts'
import { type CcxtExchange, loadCcxt, moveTo } from '../adapter/load-ccxt.ts'
import type { MarketClient } from '../adapter/market-client.ts'
import { RateLimitBudget } from '../adapter/rate-limit.ts'
import { BACKED_OFF, type NoAnswer, noAnswer, type Reply, UNREADABLE } from '../adapter/reply.ts'
import { limits, type UnifiedDialect, unifiedDialect } from './unified-dialect.ts'

export interface UnifiedClientOptions {
  /** ccxt's name of the exchange. */
  readonly id: string
  /** Where it is instead of its usual place. */
  readonly address?: string | undefined
  /** For one request, ms. */
  readonly timeoutMs: number
  /** For connections through a proxy. */
  readonly makeAgent?: MakeAgent | undefined
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Of a request, in lower case. Any other header could say who asks. */
const HEADERS = new Set(['accept', 'content-type', 'user-agent'])

export class UnifiedClient implements MarketClient {
  readonly dialect: UnifiedDialect = unifiedDialect
  readonly #options: UnifiedClientOptions
  readonly #http: HttpClient
  readonly #budget = new RateLimitBudget(limits)
  #ccxt: Promise<CcxtExchange> | undefined
  #reachable: 'unknown' | 'yes' | 'no' = 'unknown'
  #needsKey: 'yes' | 'not_seen' = 'not_seen'
  /** Of the last request that got no answer: of its error ccxt keeps no code. */
  #why: unknown

  constructor(options: UnifiedClientOptions) {
    this.#options = options
    this.#http = new HttpClient(options.makeAgent)
  }

  async ask<T>({ method, params, read }: Question<T>): Promise<Reply<T>> {
    if (this.backoff() !== null) return BACKED_OFF
    let sent: 'yes' | 'no' = 'no'
    try {
      const ccxt = await this.#open()
      sent = 'yes'
      const value = read(await call(ccxt, method, params))
      this.#observe('yes')
      return value === null ? UNREADABLE : { got: 'answer', value }
    } catch (error) {
      return this.#failed(error, sent)
    }
  }

  get reachable(): boolean {
    return this.#reachable === 'yes'
  }

  backoff(): ReturnType<RateLimitBudget['backoff']> {
    return this.#budget.backoff(performance.now())
  }

  /** Why paper cannot be traded on this exchange; null as far as it can. Asks nothing, and knows more afterwards. */
  async unfit(): Promise<string | null> {
    const ccxt = await this.#open().catch(() => null)
    if (ccxt === null) return 'ccxt knows no exchange of that name'
    const lacking = NEEDED.filter((names) => !names.some((name) => hasMethod(ccxt, name)))
    if (lacking.length > 0) return `it has no public ${lacking.map(([name]) => name).join(', ')}`
    if (this.#needsKey === 'yes') return 'it tells of its market only with a key'
    return ccxt.precisionMode === TICK_SIZE ? null : 'its prices have no fixed step'
  }

  /** Whether it tells its time; false before anything was asked. */
  async tellsTime(): Promise<boolean> {
    return hasMethod(await this.#open(), 'fetchTime')
  }

  close(): void {
    this.#http.close()
  }

  #open(): Promise<CcxtExchange> {
    this.#ccxt ??= this.#load()
    return this.#ccxt
  }

  async #load(): Promise<CcxtExchange> {
    const { id, address, timeoutMs } = this.#options
    const ccxt = new (await loadCcxt(id))({
      timeout: timeoutMs,
      enableRateLimit: true,
      // Texts: a price has more digits than a double keeps.
      number: String,
      has: { fetchCurrencies: false },
      options: { fetchMarkets: { types: ['spot'] }, fetchMargins: false, maxRetriesOnFailure: 0 },
      fetchImplementation: (url: string, request: HttpRequest) => this.#fetch(url, request),
    })
    if (address !== undefined) moveTo(ccxt, address)
    return ccxt
  }

  async #fetch(url: string, request: HttpRequest): Promise<unknown> {
    const named = Object.entries(request.headers)
    const headers = Object.fromEntries(named.filter(([name]) => HEADERS.has(name.toLowerCase())))
    const answer = await this.#http.send(url, { ...request, headers }).catch((error: unknown) => {
      this.#why = error
      throw error
    })
    this.#budget.observe(answer.status, answer.headers, performance.now())
    return { ...answer, text: async () => answer.body }
  }

  #failed(error: unknown, sent: 'yes' | 'no'): NoAnswer {
    const name = error instanceof Error ? error.name : typeof error
    if (name === 'BadSymbol')
      return { got: 'refusal', refusal: { code: name, text: 'no such market', why: 'refused' } }
    if (name === 'AuthenticationError') this.#needsKey = 'yes'
    if (sent === 'no' || name === 'AuthenticationError' || name === 'NotSupported')
      return { got: 'not sent', message: `the request could not be made (${name})` }
    if (this.backoff() !== null) return BACKED_OFF
    this.#observe('no')
    return { got: 'ambiguous', message: noAnswer(name === 'NetworkError' ? this.#why : error) }
  }

  #observe(now: 'yes' | 'no'): void {
    if (now === this.#reachable) return
    const before = this.#reachable
    this.#reachable = now
    if (now === 'no') this.#options.log.warn('the exchange does not answer')
    else if (before === 'no') this.#options.log.info('the exchange answers again')
  }
}

/** ccxt's word for precisions that are steps. */
const TICK_SIZE = 4

/** One of each. */
const NEEDED = [
  ['fetchMarkets'],
  ['fetchOrderBook'],
  ['fetchTrades'],
  ['fetchOHLCV'],
  ['fetchTickers'],
] as const

/** The first one that the exchange has. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  fetchBidsAsks: ['fetchBidsAsks', 'fetchTickers'],
}

const has = z.record(z.string(), z.unknown())

function hasMethod(ccxt: CcxtExchange, method: string): boolean {
  return has.safeParse(ccxt.has).data?.[method] === true
}

async function call(ccxt: CcxtExchange, method: string, params: Question<unknown>['params']) {
  const name = (INSTEAD[method] ?? []).find((one) => hasMethod(ccxt, one)) ?? method
  const unified: unknown = Reflect.get(ccxt, name)
  if (typeof unified !== 'function' || !Array.isArray(params))
    throw new RangeError(`ccxt has no ${name}`)
  return (await unified.apply(ccxt, params)) as unknown
}
