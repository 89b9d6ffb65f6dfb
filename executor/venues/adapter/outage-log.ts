// Says in the log that the exchange does not answer, and that it does again: once, whichever of the connections to it it was.
import type { Logger } from '@keyside/runtime'

export class OutageLog {
  readonly #log: Pick<Logger, 'info' | 'warn'>
  readonly #silent = new Set<string>()

  constructor(log: Pick<Logger, 'info' | 'warn'>) {
    this.#log = log
  }

  /** Nothing is logged of the first answer. */
  observe(connection: string, answers: 'yes' | 'no', reason: string): void {
    const before = this.#silent.size
    if (answers === 'no') this.#silent.add(connection)
    else this.#silent.delete(connection)
    const now = this.#silent.size
    if (before === 0 && now > 0) this.#log.warn({ reason }, 'the exchange does not answer')
    if (before > 0 && now === 0) this.#log.info('the exchange answers again')
  }
}
