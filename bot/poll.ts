// Long polling that never gives up: a revoked token or a second program is said once and tried again.
import type { Cancel, Clock, Logger } from '@keyside/runtime'
import { type Bot, GrammyError } from 'grammy'
import { TELEGRAM_SENTENCES } from './outbox/verdict.ts'

/** What Telegram is to send; the rest is not for a bot of one person. */
const UPDATES = ['message', 'edited_message', 'callback_query'] as const
const RETRY_MS = 30_000
/** How long stopping may take to tell Telegram which updates were handled, ms. */
const FAREWELL_MS = 1000

export class Poll {
  #state: 'running' | 'stopped' = 'running'
  #cancelRetry: Cancel = () => {}
  readonly #deps: { bot: Bot; clock: Clock; log: Logger; onStart: () => void }

  constructor(deps: { bot: Bot; clock: Clock; log: Logger; onStart: () => void }) {
    this.#deps = deps
  }

  start(): void {
    const { bot, log, clock, onStart } = this.#deps
    bot.start({ allowed_updates: UPDATES, onStart }).catch((error: unknown) => {
      if (this.#state === 'stopped') return
      const code = codeOf(error)
      log.error({ code, retryMs: RETRY_MS }, TELEGRAM_SENTENCES.get(code) ?? code)
      this.#cancelRetry = clock.after(RETRY_MS, () => this.start())
    })
  }

  async stop(): Promise<void> {
    this.#state = 'stopped'
    this.#cancelRetry()
    const farewell = this.#deps.bot.stop().catch(() => undefined)
    await Promise.race([farewell, later(FAREWELL_MS)])
  }
}

function codeOf(error: unknown) {
  if (!(error instanceof GrammyError)) return 'telegram_unreachable'
  return error.error_code === 409 ? 'telegram_conflict' : 'telegram_token_refused'
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
