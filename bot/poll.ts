// Reads updates by short polls, one after the other: a dead connection is noticed within seconds, so that /halt gets through.
import { type Cancel, type Clock, fileRefused, type Logger } from '@keyside/runtime'
import { type Bot, BotError } from 'grammy'
import { classifyPollError, TELEGRAM_SENTENCES } from './outbox/telegram-errors.ts'
import type { BotLogCode } from './texts/codes.ts'

/** The updates that Telegram is asked for. */
const UPDATES = ['message', 'edited_message', 'callback_query'] as const
/** How long Telegram holds a poll without updates, seconds. */
const HOLD_SECONDS = 2
/** Timeout of a poll, ms: the hold, and time for a slow network. */
const TIMEOUT_MS = 4000
/** With two readers conflicts alternate with successes: a conflict is over after this long without one, ms. */
const CONFLICT_OVER_MS = 30_000
/** An update whose handling failed is tried this often in all, this far apart (ms). */
const TRIES = 3
const TRY_AGAIN_MS = 1000
/** How long stopping may take to tell Telegram which updates were handled, ms. */
const CONFIRM_MS = 1000

export interface PollDeps {
  readonly bot: Bot
  readonly clock: Clock
  readonly log: Logger
  /** Once, when Telegram has answered who the bot is. */
  readonly onStart: () => void
  /** Updates came, or Telegram answers again. */
  readonly onHeard: () => void
  /** Handling an update failed: called for each try. */
  readonly onFailed: (error: unknown) => void
  /** Why updates do not come, at each failed try; null when they come again. */
  readonly onTrouble: (code: BotLogCode | null) => void
}

export class Poll {
  #state: 'running' | 'stopped' = 'running'
  #isSetUp = false
  /** Id of the next update to handle; Telegram forgets those before it. 0: there is none to confirm. */
  #offset = 0
  #failures = 0
  /** How often the handling of each update has failed, by its id. */
  readonly #tries = new Map<number, number>()
  #problem: { readonly code: BotLogCode; readonly last: number } | null = null
  #giveUp: Cancel = () => {}
  #wake: Cancel = () => {}
  #work: Promise<void> = Promise.resolve()
  readonly #deps: PollDeps

  constructor(deps: PollDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#work = this.#run()
  }

  async stop(): Promise<void> {
    this.#state = 'stopped'
    this.#giveUp()
    this.#wake()
    await Promise.race([this.#work.then(() => this.#confirm()), later(CONFIRM_MS)])
  }

  async #run(): Promise<void> {
    const { clock } = this.#deps
    while (this.#isRunning()) {
      const began = clock.now()
      try {
        await this.#setUp()
        const updates = await this.#poll()
        this.#succeeded(updates.length > 0)
        // All lower ids are confirmed. After a week without updates Telegram may start its ids again, far lower.
        if (updates.length === 0) this.#offset = 0
        await this.#handle(updates)
      } catch (error) {
        if (!this.#isRunning()) return
        // A call that hung has waited long enough.
        const pause = this.#failed(error) - (clock.now() - began)
        if (pause > 0) await this.#sleep(pause)
      }
    }
  }

  /** Telegram sends no updates to a reader while a webhook is set. */
  async #setUp(): Promise<void> {
    const { bot, onStart } = this.#deps
    if (this.#isSetUp) return
    const isFirst = !bot.isInited()
    if (isFirst) bot.botInfo = await this.#call((signal) => bot.api.getMe(signal))
    await this.#call((signal) => bot.api.deleteWebhook({}, signal))
    this.#isSetUp = true
    if (isFirst) onStart()
  }

  #poll() {
    const asked = { offset: this.#offset, timeout: HOLD_SECONDS, allowed_updates: UPDATES }
    return this.#call((signal) => this.#deps.bot.api.getUpdates(asked, signal))
  }

  async #handle(updates: Awaited<ReturnType<Bot['api']['getUpdates']>>): Promise<void> {
    const { bot, onFailed } = this.#deps
    // An update without an id cannot be confirmed and comes again: the others do not wait for it.
    const numbered = updates.filter((update) => Number.isSafeInteger(update?.update_id))
    let isKept = false
    for (const update of numbered) {
      if (!this.#isRunning()) return
      try {
        await bot.handleUpdate(update)
      } catch (error) {
        const cause = error instanceof BotError ? error.error : error
        onFailed(cause)
        const tries = (this.#tries.get(update.update_id) ?? 0) + 1
        this.#tries.set(update.update_id, tries)
        // No /halt waits behind what the disk refuses: those after it are handled now, and come again with it.
        if (tries < TRIES && fileRefused(cause) !== null) isKept = true
        else if (tries < TRIES) return this.#sleep(TRY_AGAIN_MS)
      }
      if (isKept) continue
      this.#tries.delete(update.update_id)
      this.#offset = update.update_id + 1
    }
    if (isKept || numbered.length < updates.length) await this.#sleep(TRY_AGAIN_MS)
  }

  async #call<T>(make: (signal: Signal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    this.#giveUp = () => controller.abort()
    const cancel = this.#deps.clock.after(TIMEOUT_MS, this.#giveUp)
    try {
      return await make(controller.signal as Signal)
    } finally {
      cancel()
    }
  }

  #succeeded(hasUpdates: boolean): void {
    const { clock, log, onHeard, onTrouble } = this.#deps
    this.#failures = 0
    const problem = this.#problem
    const isOver =
      problem?.code !== 'telegram_conflict' || clock.now() - problem.last > CONFLICT_OVER_MS
    if (problem !== null && isOver) {
      this.#problem = null
      onTrouble(null)
      log.info('Telegram delivers messages to the bot again')
    }
    if (hasUpdates || (problem !== null && isOver)) onHeard()
  }

  /** Returns how long to wait after the try began, ms. */
  #failed(error: unknown): number {
    const { clock, log, onTrouble } = this.#deps
    this.#failures += 1
    const { code, ms } = classifyPollError(error, this.#failures)
    if (this.#problem?.code !== code)
      log.error({ code, retryMs: ms }, TELEGRAM_SENTENCES.get(code) ?? code)
    this.#problem = { code, last: clock.now() }
    onTrouble(code)
    // Somebody may have set a webhook meanwhile.
    if (code === 'telegram_conflict') this.#isSetUp = false
    return ms
  }

  #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#deps.clock.after(ms, resolve)
    this.#wake = () => {
      cancel()
      resolve()
    }
    return promise
  }

  /** Confirms handled updates, so that the next reader does not get them again. */
  async #confirm(): Promise<void> {
    const { api } = this.#deps.bot
    if (this.#offset > 0)
      await api.getUpdates({ offset: this.#offset, limit: 1 }).catch(() => undefined)
  }

  #isRunning(): boolean {
    return this.#state === 'running'
  }
}

/** grammY's types know the signal of a package that came before Node's own. */
type Signal = NonNullable<Parameters<Bot['api']['getMe']>[0]>

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
