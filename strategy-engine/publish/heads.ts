// The heads of all plans: of one that changed soon, of each every 15 s, spread over that time and after the signals.
import { seconds } from '@keyside/protocol'
import type { Cancel, Clock } from '@keyside/runtime'
import type { StreamRow } from './outbox.ts'
import { Plans } from './plans.ts'
import { HEAD_PERIOD, headMessage, type Message } from './retained-messages.ts'
import type { Signer } from './signer.ts'

/** Before the head of a plan that changed is sent, so that the signal itself gets network, disk and CPU first, ms. */
const SOON_MS = 50
/** How often it is looked which heads are due, ms. */
const LOOK_MS = 250
/** A turn of the event loop gives heads no longer than this, ms. */
const SLICE_MS = 5
/** Signals go first, but a head waits no longer than this: it lives three periods, ms. */
const MAX_WAIT_MS = 5_000

export interface HeadsOptions {
  readonly signer: Signer
  /** Where a stream stands, as it is committed. */
  readonly row: (stream: string) => StreamRow | null
  /** Decisions are still being made, or signals sent. */
  readonly isBusy: () => boolean
  readonly send: (message: Message) => void
  readonly clock: Clock
}

export class Heads {
  readonly #options: HeadsOptions
  readonly #plans = new Plans()
  /** When each plan's head is due, Unix ms; the earliest first. */
  readonly #due = new Map<string, number>()
  /** Plans that changed, since when. */
  readonly #changed = new Map<string, number>()
  /** How many heads were due at one time, and how many of those are sent. */
  #spread = { of: 0, done: 0 }
  readonly #cancel: Cancel
  #cancelSoon: Cancel | undefined
  #next: NodeJS.Immediate | undefined

  constructor(options: HeadsOptions) {
    this.#options = options
    this.#cancel = options.clock.every(LOOK_MS, () => this.#work())
  }

  /** From now on the heads of its plan name this stream. */
  follow(stream: string, plan: string): void {
    this.#plans.add(stream, plan)
    this.changed(plan)
  }

  /** The last head that named it expires by itself. */
  unfollow(stream: string): void {
    this.#plans.remove(stream)
  }

  changed(plan: string): void {
    if (!this.#changed.has(plan)) this.#changed.set(plan, this.#options.clock.now())
    this.#soon()
  }

  /** All of them now, and the next ones spread over the period. */
  all(): void {
    const { clock } = this.#options
    const now = clock.now()
    this.#due.clear()
    for (const plan of this.#plans.names()) this.#due.set(plan, now)
    this.#spread = { of: this.#due.size, done: 0 }
    this.#work()
  }

  /** What changed is said at once. */
  stop(): void {
    this.#cancel()
    this.#cancelSoon?.()
    clearImmediate(this.#next)
    for (const plan of this.#changed.keys()) this.#head(plan)
  }

  #work(): void {
    this.#cancelSoon?.()
    this.#cancelSoon = undefined
    clearImmediate(this.#next)
    const { clock, isBusy } = this.#options
    const end = performance.now() + SLICE_MS
    while (performance.now() < end) {
      const plan = this.#first(clock.now() - (isBusy() ? MAX_WAIT_MS : 0))
      if (plan !== undefined) this.#head(plan)
      else {
        if (this.#first(clock.now())) this.#soon()
        return
      }
    }
    this.#next = setImmediate(() => this.#work())
  }

  #soon(): void {
    this.#cancelSoon ??= this.#options.clock.after(SOON_MS, () => this.#work())
  }

  /** A plan whose head has waited since `latest`, Unix ms. */
  #first(latest: number): string | undefined {
    for (const waiting of [this.#changed, this.#due])
      for (const [plan, since] of waiting) {
        if (since <= latest) return plan
        break
      }
    return undefined
  }

  #head(plan: string): void {
    const { signer, row, send, clock } = this.#options
    const now = clock.now()
    this.#changed.delete(plan)
    this.#due.delete(plan)
    const streams = this.#plans.streams(plan)
    if (streams.length === 0) return
    this.#due.set(plan, now + this.#period())
    const rows = streams.flatMap((name) => row(name) ?? [])
    if (rows.length > 0) send(headMessage(signer, plan, rows, seconds(now)))
  }

  /** Until the next head of this plan, ms: heads that were due at one time must not be so again. */
  #period(): number {
    const { of, done } = this.#spread
    if (done >= of) return HEAD_PERIOD * 1000
    this.#spread.done += 1
    return (HEAD_PERIOD * 1000 * (done + 1)) / of
  }
}
