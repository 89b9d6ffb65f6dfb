// Logs refusals, at most one line a code and second, so that a flood of them cannot fill a disk.
import type { VerifyCode } from '@keyside/protocol'
import type { Logger } from '@keyside/runtime'
import type { RefusalCode } from './codes.ts'

export interface Refusal {
  readonly code: RefusalCode | VerifyCode
  readonly message: string
  readonly client?: string
}

export class Refusals {
  readonly #log: Logger
  /** How many of each code followed the one that was logged. */
  readonly #unwritten = new Map<Refusal['code'], number>()

  /** True while starting: the refusal of the self-test is not logged. */
  #state: 'starting' | 'serving' = 'starting'

  constructor(log: Logger) {
    this.#log = log
  }

  startServing(): void {
    this.#state = 'serving'
  }

  add({ code, message, client }: Refusal): void {
    if (this.#state === 'starting') return
    const unwritten = this.#unwritten.get(code)
    this.#unwritten.set(code, unwritten === undefined ? 0 : unwritten + 1)
    if (unwritten === undefined) this.#log.warn({ code, client: client?.slice(0, 64) }, message)
  }

  /** Call once a second: logs how many were left out, and resets. */
  flush(): void {
    for (const [code, more] of this.#unwritten)
      if (more > 0) this.#log.warn({ code, more }, 'more of them')
    this.#unwritten.clear()
  }
}
