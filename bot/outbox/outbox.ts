// Sends the messages that wait in the store: in order, each once, with retries until Telegram answers.
import {
  type Cancel,
  type Clock,
  commandsFor,
  describeError,
  type Logger,
  type Trace,
  whileBusy,
} from '@keyside/runtime'
import { loudness } from '../settings/loudness.ts'
import { styled } from '../settings/styled.ts'
import { warnBusy } from '../store/busy.ts'
import { readDevice } from '../store/device.ts'
import { keepForDigest } from '../store/digest.ts'
import {
  forgetAttempt,
  isNumberKnown,
  type Message,
  markAttempt,
  markGone,
  markPinned,
  markSent,
  nextUnsent,
  type Shown,
} from '../store/messages.ts'
import type { Store } from '../store/open.ts'
import { headingOf } from '../texts/chat.ts'
import { type DeliverDeps, deliver } from './deliver.ts'
import { pinIfWanted } from './pins.ts'
import { classifySendError, type SendFailure, TELEGRAM_SENTENCES } from './telegram-errors.ts'

type Next = 'go_on' | 'pause'

/** How long a store that is busy is left alone, ms. */
const STORE_MS = 1000

export interface OutboxDeps extends Pick<DeliverDeps, 'api' | 'draw'> {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly trace: Trace
  /** A message says which device it is about only where there are several. */
  readonly devices: () => 'one' | 'several'
  /** How the device is named in a command there; null where its home has no other. */
  readonly account: (device: string) => string | null
}

export class Outbox {
  #state: 'idle' | 'sending' | 'pausing' | 'stopping' | 'stopped' = 'idle'
  #cancelPause: Cancel = () => {}
  #failures = 0
  #problem: string | null = null
  #work: Promise<void> = Promise.resolve()
  readonly #pace = new RateLimit()
  readonly #deps: OutboxDeps

  constructor(deps: OutboxDeps) {
    this.#deps = deps
  }

  /** Call after each write. Returns at once. */
  wake(): void {
    if (this.#state !== 'idle') return
    this.#state = 'sending'
    this.#work = this.#run()
  }

  /** Telegram has just answered: retry now what was waiting for it. A delay that Telegram asked for is kept. */
  retry(): void {
    this.#failures = 0
    if (this.#state !== 'pausing' || this.#problem === null) return
    if (this.#problem === 'telegram_limited') return
    this.#cancelPause()
    this.#pause(0)
  }

  /** Waits up to `ms` for the call in progress: forgetting it would show its message twice. */
  async stop(ms: number): Promise<void> {
    this.#state = 'stopping'
    this.#cancelPause()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    await Promise.race([this.#work, promise])
    clearTimeout(timer)
    this.#state = 'stopped'
  }

  async #run(): Promise<void> {
    try {
      while (this.#isSending()) {
        const message = nextUnsent(this.#deps.store)
        if (message === null) {
          // Cleared first, so that a wake-up from now on starts a new loop.
          this.#state = 'idle'
          return
        }
        if ((await this.#next(message)) === 'pause') return
      }
    } catch (error) {
      if (!this.#isSending()) return
      const err = describeError(error)
      this.#deps.log.error(
        { code: 'handler_failed', err },
        'the store cannot be used; trying again',
      )
      this.#pause(STORE_MS)
    }
  }

  async #next(message: Message): Promise<Next> {
    const heard = this.#hear(message)
    if (heard === null) return 'go_on'
    const wait = this.#pace.take(this.#deps.clock.now())
    return wait > 0 ? this.#pause(wait) : this.#send(heard)
  }

  /** As the trader has chosen for its kind, which counts when it is sent; null when it is not to be sent. */
  #hear(message: Message): Message | null {
    const { store, clock, account } = this.#deps
    // An edit makes no sound.
    if (message.kind === null || message.telegram !== null) return message
    const chosen = loudness(store, message.kind, clock.now())
    if (chosen === 'on') return message
    if (chosen === 'silent') return { ...message, content: { ...message.content, quiet: true } }
    if (chosen === 'digest') {
      const { device, content } = message
      const html = device === null ? content.html : commandsFor(account(device), content.html)
      keepForDigest(store, { device, html, at: clock.now() })
    }
    markSent(store, message, message)
    return null
  }

  /** Says which device it is about, in its commands too. */
  #headed(message: Message): Message {
    const { device, content } = message
    if (device === null) return message
    const { store, devices, account } = this.#deps
    const html = commandsFor(account(device), content.html)
    const heading = headingOf({
      device: devices() === 'several' ? device : null,
      money: readDevice(store, device).money,
    })
    const headed = heading === null ? html : `${heading.text}\n${html}`
    return { ...message, content: { ...content, html: headed } }
  }

  async #send(message: Message): Promise<Next> {
    const { store, clock } = this.#deps
    const began = clock.now()
    const deps = {
      ...this.#deps,
      isKnown: (chat: number, telegram: number) => isNumberKnown(store, chat, telegram),
      onAttempt: () => markAttempt(store, message),
      onRefused: () => forgetAttempt(store, message),
    }
    let next: Next = 'go_on'
    const shown = await styled(store, () => deliver(deps, this.#headed(message))).catch(
      async (error: unknown) => {
        await this.#note(() => {
          next = this.#failed(message, error, clock.now() - began)
        })
        return null
      },
    )
    if (shown === null) return next
    await this.#note(() => this.#accepted(message, shown))
    // What is sent can be answered while it is being pinned.
    if (await pinIfWanted(this.#deps.api, message, shown))
      await this.#note(() => markPinned(store, message))
    return next
  }

  /** What Telegram has taken must not be sent again because another program holds the store. */
  #note(write: () => void): Promise<void> {
    const { clock, log } = this.#deps
    const unlessStopped = () => {
      if (this.#state !== 'stopped') write()
    }
    return whileBusy(unlessStopped, clock, warnBusy(log))
  }

  #accepted(message: Message, shown: Shown): void {
    const { store, log, trace } = this.#deps
    markSent(store, message, shown)
    if (message.trace !== null) trace('notified', message.trace)
    if (this.#problem !== null) log.info('Telegram takes messages again')
    this.#failures = 0
    this.#problem = null
  }

  /** `took`: how long the call was under way, ms. */
  #failed(message: Message, error: unknown, took: number): Next {
    const { store, log } = this.#deps
    const verdict = classifySendError(error, this.#failures + 1)
    if (!this.#isSending()) return 'pause'
    if (verdict.outcome === 'wait') {
      this.#failures += 1
      this.#warnOnce(verdict.code, verdict.ms)
      const isAsked = verdict.code === 'telegram_limited'
      return this.#pause(isAsked ? verdict.ms : Math.max(0, verdict.ms - took))
    }
    this.#failures = 0
    if (verdict.outcome === 'drop')
      log.error({ code: verdict.code, why: verdict.why }, 'Telegram does not take a message')
    if (verdict.outcome === 'gone') markGone(store, message)
    else markSent(store, message, message)
    return 'go_on'
  }

  #warnOnce(code: Extract<SendFailure, { outcome: 'wait' }>['code'], ms: number): void {
    if (this.#problem === code) return
    this.#problem = code
    this.#deps.log.warn({ code, pauseMs: ms }, TELEGRAM_SENTENCES.get(code) ?? code)
  }

  #pause(ms: number): 'pause' {
    this.#state = 'pausing'
    this.#cancelPause = this.#deps.clock.after(ms, () => {
      this.#state = 'idle'
      this.wake()
    })
    return 'pause'
  }

  #isSending(): boolean {
    return this.#state === 'sending'
  }
}

// How fast one chat may be written to: Telegram asks for one message a second, short bursts aside.
const BURST = 10
const REFILL_MS = 1000

class RateLimit {
  #tokens = BURST
  #at = 0

  /** Takes the right to one call, or returns how many ms to wait for it. `now` in Unix ms. */
  take(now: number): number {
    const earned = Math.max(0, now - this.#at) / REFILL_MS
    this.#tokens = Math.min(BURST, this.#tokens + earned)
    this.#at = now
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) * REFILL_MS)
    this.#tokens -= 1
    return 0
  }
}
