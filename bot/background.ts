// Background work: failures are logged without the bot token.
import { describeError, type Logger } from '@keyside/runtime'

export class Background {
  readonly #log: Logger
  readonly #token: string
  readonly #running = new Set<Promise<void>>()

  constructor(log: Logger, token: string) {
    this.#log = log
    this.#token = token
  }

  readonly run = (work: Promise<void>): void => {
    const watched = work
      .catch((error: unknown) => this.logFailure(error))
      .finally(() => this.#running.delete(watched))
    this.#running.add(watched)
  }

  /** grammY hangs requests and contexts on its errors: only name, message and code are written. */
  logFailure(error: unknown): void {
    const { message, type, code } = describeError(error)
    const clean = message.replaceAll(this.#token, '[bot token]')
    this.#log.error({ code: 'handler_failed', type, cause: code }, clean)
  }

  /** Resolves when all has ended, or after `ms`. */
  async settled(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    await Promise.race([Promise.all(this.#running), promise])
    clearTimeout(timer)
  }
}
