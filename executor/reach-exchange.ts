// The first answer of the exchange, however long it takes: a device that begins before its network, or in the middle of
// an outage, has to protect what it holds as soon as that is over.
import { type Cancel, type Clock, KeysideError, type Logger } from '@keyside/runtime'
import type { Input } from './core/execution/inputs.ts'
import { sentenceOf } from './core/model/codes.ts'

/** What else has to begin waits no longer for it, ms. */
const TIMEOUT_MS = 5_000
const AGAIN_MS = 2_000
const MAX_AGAIN_MS = 30_000

const DOWN = { type: 'condition', condition: { code: 'exchange_down', about: '' } } as const

export interface ReachOptions {
  /** Loads what is needed of the exchange. Rejects with a KeysideError; may be called again then. */
  readonly start: () => Promise<void>
  /** It answered, but not at the first time. */
  readonly onReached: () => void
  readonly take: (input: Input) => void
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn' | 'info'>
}

export class ReachExchange {
  readonly #options: ReachOptions
  #cancel: Cancel = () => undefined
  #life: 'asking' | 'over' = 'asking'
  #again = AGAIN_MS
  /** What was told last: only what is new is told. */
  #told = ''

  constructor(options: ReachOptions) {
    this.#options = options
  }

  /**
   * `awaited`: it does not answer, and is asked until it does. Rejects with what is wrong when it is wrong from the
   * beginning, such as a key that the exchange refuses.
   */
  async first(): Promise<'reached' | 'awaited'> {
    const first = this.#options.start()
    const late = new Promise<'late'>((done) => {
      this.#cancel = this.#options.clock.after(TIMEOUT_MS, () => done('late'))
    })
    try {
      const went = await Promise.race([first.then(() => 'reached' as const), late])
      this.#cancel()
      if (went === 'reached') return went
    } catch (error) {
      this.#cancel()
      if (codeOf(error) !== 'exchange_unreachable') throw error
      this.#failed(error)
      return 'awaited'
    }
    this.#tell('exchange_awaited', sentenceOf('exchange_awaited'))
    void this.#follow(first)
    return 'awaited'
  }

  stop(): void {
    this.#life = 'over'
    this.#cancel()
  }

  async #follow(attempt: Promise<void>): Promise<void> {
    try {
      await attempt
    } catch (error) {
      if (this.#life === 'asking') this.#failed(error)
      return
    }
    if (this.#life === 'over') return
    this.#life = 'over'
    this.#options.log.info('the exchange answers')
    this.#options.onReached()
    // The outage ends with the first answer that the core sees.
    if (this.#told !== '' && this.#told !== 'exchange_awaited')
      this.#notice('info', 'exchange_back', sentenceOf('exchange_back'))
  }

  #failed(error: unknown): void {
    const code = codeOf(error)
    if (code === 'exchange_unreachable')
      this.#tell('exchange_awaited', `${sentenceOf('exchange_awaited')} (${words(error)})`)
    else this.#tell(code, words(error))
    if (code === 'key_can_withdraw') this.#haltFor(code)
    else this.#askAgain()
  }

  #askAgain(): void {
    this.#cancel = this.#options.clock.after(this.#again, () => {
      void this.#follow(this.#options.start())
    })
    this.#again = Math.min(this.#again * 2, MAX_AGAIN_MS)
  }

  /** The exchange answers: from here on it is as with a key that gets such a right while the executor runs. */
  #haltFor(code: string): void {
    this.#life = 'over'
    this.#options.take({ type: 'halt', by: code })
    this.#options.onReached()
  }

  #tell(code: string, message: string): void {
    if (this.#told === code) return
    this.#told = code
    this.#options.log.warn({ code }, message)
    this.#notice('error', code, message)
    if (code === 'exchange_awaited') this.#options.take({ ...DOWN, is: 'so', told: 'no' })
  }

  #notice(level: 'info' | 'error', code: string, message: string): void {
    this.#options.take({ type: 'notice', notice: { level, code, message } })
  }
}

function codeOf(error: unknown): string {
  return error instanceof KeysideError ? error.code : 'exchange_unreachable'
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
