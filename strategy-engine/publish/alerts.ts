// Alerts on their way: signed when the signals are out, kept while the broker is away, dropped when their time is over.
import {
  type Alert,
  type SigningKey,
  seconds,
  sign,
  signalTopic,
  toDecimal,
} from '@keyside/protocol'
import type { Cancel, Clock, Link, Logger } from '@keyside/runtime'
import { type Candle, TIMEFRAMES } from '../market/candle.ts'
import type { Strategy } from '../strategies/file/strategy.ts'
import type { SaidAlert } from '../strategies/runner.ts'
import { alertId } from './signal-claims.ts'

/** Seconds. */
const LIFE = 600
/** How often it is looked whether they can be sent, ms. */
const LOOK_MS = 250
/** A turn of the event loop gives alerts no longer than this, ms. */
const SLICE_MS = 5
/** That wait; beyond this the oldest are left out. */
const MAX_WAITING = 10_000

/** What one strategy says at one candle. */
export interface AlertInput {
  readonly strategy: Pick<Strategy, 'name' | 'market' | 'timeframe'>
  readonly plan: string
  readonly candle: Pick<Candle, 'start' | 'close'>
  readonly alert: SaidAlert
}

export interface AlertsOptions {
  readonly signer: { readonly issuer: string; readonly key: SigningKey }
  readonly link: Pick<Link, 'connected' | 'publish'>
  /** Decisions are still being made, or signals sent: those go first. */
  readonly isBusy: () => boolean
  readonly clock: Clock
  readonly log: Logger
}

export class Alerts {
  readonly #options: AlertsOptions
  #waiting: AlertInput[] = []
  readonly #cancel: Cancel
  #next: NodeJS.Immediate | undefined

  constructor(options: AlertsOptions) {
    this.#options = options
    this.#cancel = options.clock.every(LOOK_MS, () => this.#work())
  }

  add(alerts: readonly AlertInput[]): void {
    if (alerts.length === 0) return
    this.#waiting.push(...alerts)
    const tooMany = this.#waiting.length - MAX_WAITING
    if (tooMany > 0) {
      this.#waiting.splice(0, tooMany)
      this.#options.log.warn({ alerts: tooMany }, 'more alerts wait than can be kept: not sent')
    }
    this.#soon()
  }

  stop(): void {
    this.#cancel()
    clearImmediate(this.#next)
    this.#waiting = []
  }

  #soon(): void {
    clearImmediate(this.#next)
    this.#next = setImmediate(() => this.#work())
  }

  #work(): void {
    const { link, isBusy } = this.#options
    if (this.#waiting.length === 0 || !link.connected() || isBusy()) return
    const end = performance.now() + SLICE_MS
    let at = 0
    while (at < this.#waiting.length && performance.now() < end) {
      const input = this.#waiting[at++]
      if (input !== undefined) this.#send(input)
    }
    this.#waiting = this.#waiting.slice(at)
    if (this.#waiting.length > 0) this.#soon()
  }

  #send(input: AlertInput): void {
    const { signer, link, clock, log } = this.#options
    const { strategy, plan, alert } = input
    try {
      const claims = alertClaims(signer.issuer, input)
      if (claims.exp <= seconds(clock.now())) {
        log.warn({ stream: strategy.name, alert }, 'alert expired before it could be sent')
        return
      }
      const token = sign('alert', claims, signer.key)
      // The same token again if it is sent twice: whoever has it already takes it once.
      link.publish(signalTopic(signer.issuer, plan), token).catch(() => this.#waiting.push(input))
    } catch (error) {
      log.error({ stream: strategy.name, err: error }, 'an alert could not be signed')
    }
  }
}

/** Dated at the candle's close, as a signal is: the same rule at the same candle gives the same claims. */
function alertClaims(
  issuer: string,
  { strategy, plan, candle: { start, close }, alert: { name, text } }: AlertInput,
): Alert {
  const { name: stream, market, timeframe } = strategy
  const iat = start + TIMEFRAMES[timeframe]
  return {
    iss: issuer,
    aud: 'executors',
    iat,
    exp: iat + LIFE,
    jti: alertId(strategy, start, name),
    plan,
    sub: stream,
    market,
    ...(name !== null && { name }),
    price: toDecimal(close),
    candle: { timeframe, start },
    text,
  }
}
