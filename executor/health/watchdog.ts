// Tells an address of the trader's own that this executor is well, so that somebody notices when it is told nothing any more:
// a laptop that sleeps cannot say so itself. Nothing is said but that.
import { type Cancel, type Clock, http, https, type Logger } from '@keyside/runtime'
import { z } from 'zod'
import type { Journal } from '../journal/journal.ts'
import type { Exchange } from '../venues/port.ts'
import { ownUrl } from './own-url.ts'

/** From the request's first byte to the answer's headers, ms. */
const TIMEOUT_MS = 10_000
/** A price that is older says that the exchange is asked and does not answer. */
const PRICE_LIFE_MS = 60_000

export const watchdogSetting = z.strictObject({
  url: ownUrl,
  /** Seconds between two pings. */
  every: z.int().min(10).max(3_600).default(60),
})

type WatchdogSetting = z.infer<typeof watchdogSetting>

/** Each answers whether that part works now; none of them may throw. */
export interface HealthChecks {
  readonly exchange: () => boolean
  readonly broker: () => boolean
  readonly journal: () => boolean
}

/** Of an executor: a halt or a pause is healthy. */
export function healthChecksOf({
  exchange,
  journal,
  broker,
  markets,
  clock,
}: {
  readonly exchange: Pick<Exchange, 'reachable' | 'backoff' | 'quote'>
  readonly journal: Pick<Journal, 'answers'>
  /** Whether the home broker is connected. */
  readonly broker: () => boolean
  /** Those that policy allows. */
  readonly markets: () => readonly string[]
  readonly clock: Pick<Clock, 'now'>
}): HealthChecks {
  const isPriced = (market: string) => {
    const at = exchange.quote(market)?.at
    return at !== undefined && Math.abs(clock.now() - at) <= PRICE_LIFE_MS
  }
  return {
    exchange: () =>
      exchange.reachable() && exchange.backoff()?.why !== 'banned' && markets().some(isPriced),
    broker,
    journal: () => journal.answers(),
  }
}

export interface WatchdogOptions {
  readonly setting: WatchdogSetting
  readonly checks: HealthChecks
  readonly clock: Pick<Clock, 'every'>
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** The first ping is sent at once. Nothing of the address is ever logged. */
export function pingWatchdog({ setting, checks, clock, log }: WatchdogOptions): Cancel {
  const closing = new AbortController()
  let told = 'well'
  /** Each state once. */
  const tell = (state: string, words: string) => {
    if (state === told) return
    told = state
    if (state === 'well') log.info(words)
    else log.warn({ code: 'watchdog_stopped' }, words)
  }
  const look = async () => {
    const failing = Object.entries(checks).flatMap(([part, isWell]) => (isWell() ? [] : [part]))
    if (failing.length > 0) {
      const parts = failing.join(', ')
      return tell(parts, `the watchdog is not pinged: not well is ${parts}`)
    }
    const outcome = await ping(setting.url, closing.signal)
    if (closing.signal.aborted) return
    if (outcome === 'taken') tell('well', 'the watchdog is pinged')
    else tell(outcome, `the watchdog did not take the ping: ${outcome}`)
  }
  void look()
  const cancel = clock.every(setting.every * 1_000, () => void look())
  return () => {
    cancel()
    closing.abort()
  }
}

/** `taken`, or why not: a number of HTTP, or the system's code of an error, which name no address. */
async function ping(url: string, closing: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)])
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const request = url.startsWith('https:') ? https().request : http.request
      const options = { method: 'GET', signal, agent: false } as const
      request(url, options, (response) => {
        resolve(response.statusCode ?? 0)
        // Whatever it says is not read; a redirect is not followed.
        response.destroy()
      })
        .once('error', reject)
        .end()
    })
    return status >= 200 && status < 300 ? 'taken' : `status ${status}`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : 'no answer'
  }
}
