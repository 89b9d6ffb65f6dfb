// What the alerts of trials say: the bot hears them from the engine of its own home, as no device does.
import {
  HOME,
  keyring,
  seconds,
  signalTopic,
  streamName,
  TRIAL_PLAN,
  verify,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { type Clock, type Logger, Quota, type RandomBytes } from '@keyside/runtime'
import { notifyRepeated } from '../reports/repeated.ts'
import { type Store, transact } from '../store/open.ts'
import { findOwner } from '../store/owner.ts'
import { changeSettings, readSettings } from '../store/settings.ts'
import { alertText } from '../texts/events.ts'
import { lines } from '../texts/html.ts'
import { endsText, toldOnceText } from '../texts/trials.ts'
import type { EngineClient } from './engine-client.ts'

export interface TrialAlertsOptions {
  /** Of the device that shares the home, by the bot's name. */
  readonly device: string
  /** Public key of the engine. */
  readonly engine: string
  readonly ask: EngineClient['ask']
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
  /** Something to send was written. */
  readonly wake: () => void
}

/** Of all trials: more would fill the chat. */
const MAX_TOLD = { most: 30, spanMs: 60_000 }

export class TrialAlerts {
  readonly topic = signalTopic(HOME, TRIAL_PLAN)
  readonly #options: TrialAlertsOptions
  readonly #told = new Quota(MAX_TOLD)
  /** `jti` of those that were taken, until they expire, Unix seconds. */
  readonly #seen = new Map<string, number>()

  constructor(options: TrialAlertsOptions) {
    this.#options = options
  }

  receive(token: string): void {
    const { engine, clock, log } = this.#options
    const now = seconds(clock.now())
    const kinds = ['alert', 'signal'] as const
    const pins = keyring([{ key: publicKey(engine), issuer: HOME, kinds: [...kinds] }])
    const expected = { kinds, audience: 'executors', now, topic: this.topic }
    const verified = verify(token, pins, expected)
    if (!verified.ok)
      log.warn({ code: 'report_refused', why: verified.code, topic: this.topic }, verified.message)
    else if (verified.kind === 'alert') this.#take(verified.claims, now)
  }

  #take({ jti, exp, sub, market, name, text, price, candle, iat }: Alert, now: number): void {
    const { store, device, clock, randomBytes, wake, log } = this.#options
    for (const [seen, end] of this.#seen) if (end <= now) this.#seen.delete(seen)
    if (this.#seen.has(jti)) return
    this.#seen.set(jti, exp)
    if (!this.#told.allows(sub, clock.now())) {
      log.warn({ code: 'alerts_many', stream: sub }, 'more alerts of a trial than the chat is told')
      return
    }
    const stream = streamName(HOME, sub)
    const shown = { stream, market, text, price, timeframe: candle.timeframe, closed: iat }
    const event = { type: 'alert' as const, ...shown, ...(name !== undefined && { name }) }
    const isOnce = readSettings(store).tellOnce.includes(sub)
    transact(store, () => {
      const owner = findOwner(store)
      if (owner === null) return
      const context = { store, randomBytes, device, owner, now: clock.now() }
      const key = ['alert', stream, market, name].join(':')
      const about = { key, at: iat * 1000, isQuiet: false, kind: 'alert' as const }
      notifyRepeated(context, about, (repeats) =>
        lines(alertText(event, repeats), isOnce ? toldOnceText : endsText(sub)),
      )
    })
    wake()
    if (isOnce) this.#end(sub)
  }

  /** Until the engine has ended it, it is ended at each alert. */
  #end(trial: string): void {
    const { ask, store, log } = this.#options
    ask({ do: 'drop', name: trial })
      .then((answer) => {
        if (answer?.do === 'dropped' || answer?.do === 'refused') tellOnce(store, trial, 'no')
      })
      .catch((error: unknown) => log.error({ err: error }, 'a trial was not ended'))
  }
}

type Alert = Extract<ReturnType<typeof verify<'alert'>>, { ok: true }>['claims']

/** Whether a trial ends with its first alert. */
export function tellOnce(store: Store, trial: string, once: 'yes' | 'no'): void {
  const others = readSettings(store).tellOnce.filter((name) => name !== trial)
  changeSettings(store, { tellOnce: once === 'yes' ? [...others, trial] : others })
}
