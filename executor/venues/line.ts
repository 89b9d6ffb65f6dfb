// One line to the exchange: asks through ccxt and says what came back, or how far the question got.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, rebaseUrls } from '@keyside/runtime'
import type { Allowance } from './allowance.ts'
import type { ApiKeys } from './keys.ts'
import { type BinanceApi, loadBinance } from './load-ccxt.ts'
import { Pacer } from './pacer.ts'
import { readJson } from './read-json.ts'
import { judge, PausedError, type Reply, type Trip } from './reply.ts'
import { Wire, type WireRequest } from './wire.ts'

/** Binance checks it on arrival and again before the matching engine, ms. */
export const RECEIVE_WINDOW_MS = 5_000

/** "Timestamp for this request is outside of the recvWindow.", or too far ahead. */
const UNTIMELY = -1021

export interface LineOptions {
  readonly keys: ApiKeys
  /** Where the exchange is instead of its usual place, such as http://127.0.0.1:1234. */
  readonly address?: string
  /** From the request's first byte to the answer's last, ms. */
  readonly timeoutMs: number
  /** For one unit of ccxt's weights, ms. */
  readonly requestMs: number
  readonly allowance: Allowance
  /** The time that signed requests say: the exchange's as far as it is known, Unix ms. */
  readonly exchangeTime: () => number
  /** That time was refused: one of the clocks has been set since it was measured. */
  readonly onUntimely: () => void
  /** Whether it goes slowly when the allowance runs low; what has to be quick does not. */
  readonly thrift: 'slows_down' | 'never_slow'
  readonly log: Pick<Logger, 'info' | 'warn'>
}

export class Line {
  readonly #options: LineOptions
  readonly #trips = new AsyncLocalStorage<Trip>()
  readonly #closing = new AbortController()
  readonly #wire = new Wire()
  readonly #pacer: Pacer
  #api: Promise<BinanceApi> | undefined
  #reachable: 'unknown' | 'yes' | 'no' = 'unknown'

  constructor(options: LineOptions) {
    this.#options = options
    this.#pacer = new Pacer(options.requestMs)
  }

  /**
   * Asks once, with one request, and reads the answer itself: ccxt only signs and sends. Never throws for what the exchange or the network does. `weight` in ccxt's units, where
   * ccxt does not know it.
   */
  async ask(question: (api: BinanceApi) => Promise<unknown>, weight?: number): Promise<Reply> {
    const trip: Trip = { stage: 'not sent', ...(weight !== undefined && { weight }) }
    const reply = await this.api()
      .then((api) => this.#trips.run(trip, () => question(api)))
      .then((): Reply => ({ got: 'answer', body: readJson(trip.body ?? '') }))
      .catch((error: unknown) => judge(trip, error))
    if (trip.stage !== 'not sent') this.#note(reply)
    if (reply.got === 'refusal' && reply.code === UNTIMELY) this.#options.onUntimely()
    return reply
  }

  get reachable(): boolean {
    return this.#reachable === 'yes'
  }

  /** Ends every open request. One that carried an order is then unknown. */
  close(): void {
    this.#closing.abort()
    this.#wire.close()
  }

  api(): Promise<BinanceApi> {
    this.#api ??= this.#open()
    return this.#api
  }

  async #open(): Promise<BinanceApi> {
    const { keys, address, timeoutMs } = this.#options
    const api = new (await loadBinance())({
      ...keys,
      timeout: timeoutMs,
      enableRateLimit: true,
      enableLastHttpResponse: false,
      enableLastResponseHeaders: false,
      has: { fetchCurrencies: false },
      options: {
        recvWindow: RECEIVE_WINDOW_MS,
        maxRetriesOnFailure: 0,
        adjustForTimeDifference: false,
        fetchMarkets: { types: ['spot'] },
        fetchMargins: false,
      },
      fetchImplementation: (url: string, request: WireRequest) => this.#fetch(url, request),
    })
    // With this device's own time the exchange would refuse exits and stops too while the clocks disagree.
    api.nonce = this.#options.exchangeTime
    api.throttle = (weight: number) => this.#wait(weight)
    // ccxt would keep the last signed URL and the API key.
    api.setLastRequest = () => undefined
    if (address !== undefined)
      api.urls = {
        ...api.urls,
        api: rebaseUrls(api.urls['api'] as Parameters<typeof rebaseUrls>[0], address),
      }
    return api
  }

  async #wait(weight: number): Promise<void> {
    const { weight: known = weight } = this.#trips.getStore() ?? {}
    const now = performance.now()
    const { allowance, thrift } = this.#options
    const slowness = thrift === 'slows_down' ? allowance.slowness(now) : 1
    const ms = this.#pacer.reserve(known * slowness, now)
    if (ms > 0) await sleep(ms, undefined, { signal: this.#closing.signal })
  }

  /** Reads the whole answer inside ccxt's timeout, which by itself ends with the answer's headers. */
  async #fetch(url: string, request: WireRequest): Promise<unknown> {
    const trip = this.#trips.getStore() ?? { stage: 'not sent' }
    this.#closing.signal.throwIfAborted()
    if (this.#options.allowance.pause(performance.now()) !== null) throw new PausedError()
    trip.stage = 'sent'
    const { status, statusText, headers, body } = await this.#wire.send(url, request)
    Object.assign(trip, { stage: 'answered', status, body })
    this.#heed(status, headers)
    return { status, statusText, headers, text: async () => body }
  }

  #heed(status: number, headers: IncomingHttpHeaders): void {
    const { allowance, log } = this.#options
    const now = performance.now()
    if (allowance.note(status, headers, now) === 'pause')
      log.warn(
        { status, seconds: (allowance.pause(now)?.ms ?? 0) / 1_000 },
        'exchange wants a pause',
      )
  }

  #note(reply: Reply): void {
    const now = reply.got === 'no proof' ? 'no' : 'yes'
    if (now === this.#reachable) return
    this.#reachable = now
    if (reply.got === 'no proof') this.#options.log.warn({ reason: reply.message }, 'exchange lost')
    else this.#options.log.info('exchange reached')
  }
}
