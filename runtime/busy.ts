// Locked databases: retries while another program holds the lock, without losing anything.
import type { Cancel, Clock } from './clock.ts'
import { KeysideError } from './error.ts'
import { describeError } from './log.ts'

/** How long one step blocks on a lock, ms: enough for a short write of another program. */
export const STEP_BUSY_TIMEOUT_MS = 100
/** The same where nothing else has to go on: at a start, and in commands. */
export const LONG_BUSY_TIMEOUT_MS = 10_000

/** Between two tries, ms. */
const RETRY_MS = 250

/** SQLITE_BUSY and SQLITE_PROTOCOL, with their extended codes: another program holds the lock. */
const BUSY: ReadonlySet<number> = new Set([5, 15])

/** Whether the error is only a lock. A full, broken or read-only disk is not. */
export function isBusy(error: unknown): boolean {
  if (error instanceof KeysideError) return error.code === 'database_busy'
  return error instanceof Error && 'errcode' in error && BUSY.has(Number(error.errcode) & 0xff)
}

/** `file` is what is held. */
export function databaseBusy(file: string, cause?: unknown): KeysideError {
  return new KeysideError(
    'database_busy',
    `another program holds ${file}, such as a backup, a virus scanner or a database tool: wait until it is done, or end it`,
    cause,
  )
}

/** Runs `work`, and again from its beginning while another program holds the lock. Calls `onBusy` once. */
export async function whileBusy<T>(
  work: () => Promise<T> | T,
  clock: Pick<Clock, 'after'>,
  onBusy?: () => void,
): Promise<T> {
  for (let tries = 0; ; tries += 1)
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (tries === 0) onBusy?.()
      await new Promise<void>((done) => clock.after(RETRY_MS, done))
    }
}

export interface RetryOptions {
  readonly clock: Pick<Clock, 'now' | 'after'>
  /** What is held, for a person. */
  readonly file: string
  readonly warn: (sentence: string) => void
  /** The lock has been held for ten seconds. */
  readonly onLong?: () => void
  /** All waiting steps are done. */
  readonly onFree?: (heldMs: number) => void
}

interface Waiting {
  readonly work: () => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

const LONG_MS = 10_000

/** Steps in their order. One that meets a lock is done again from its beginning later, and those after it wait. */
export class Retry {
  readonly #options: RetryOptions
  readonly #waiting: Waiting[] = []
  #state: 'free' | 'held' | 'long' = 'free'
  #since = 0
  #cancel: Cancel = () => undefined

  constructor(options: RetryOptions) {
    this.#options = options
  }

  /** For background work. Throws errors that are not locks, or logs them if the work was delayed. */
  run(work: () => void): void {
    this.whenDone(work)?.catch((error: unknown) => {
      const { warn, file } = this.#options
      warn(`a step that had waited for ${file} failed: ${describeError(error).message}`)
    })
  }

  /**
   * Done when it returns undefined; otherwise when the promise resolves. Throws, or rejects, what is no lock. What is
   * `urgent` is done before what waits.
   */
  whenDone(
    work: () => void,
    { urgent = false }: { urgent?: boolean } = {},
  ): Promise<void> | undefined {
    if (this.#state === 'free') {
      try {
        work()
        return undefined
      } catch (error) {
        if (!isBusy(error)) throw error
        this.#hold()
      }
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Handled here, so that a caller may ignore the promise.
    promise.catch(() => undefined)
    const waiting = { work, resolve, reject }
    if (urgent) this.#waiting.unshift(waiting)
    else this.#waiting.push(waiting)
    return promise
  }

  waits(): boolean {
    return this.#state !== 'free'
  }

  /** Drops what waits. */
  stop(): void {
    this.#cancel()
    this.#waiting.length = 0
  }

  #hold(): void {
    const { clock, warn, file } = this.#options
    this.#state = 'held'
    this.#since = clock.now()
    warn(databaseBusy(file).message)
    this.#later()
  }

  #later(): void {
    this.#cancel = this.#options.clock.after(RETRY_MS, () => this.#again())
  }

  #again(): void {
    const { clock, onLong, onFree } = this.#options
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        next.work()
        next.resolve()
      } catch (error) {
        if (isBusy(error)) {
          this.#waiting.unshift(next)
          break
        }
        next.reject(error)
      }
    }
    const heldMs = clock.now() - this.#since
    if (this.#waiting.length > 0) {
      if (this.#state === 'held' && heldMs >= LONG_MS) {
        this.#state = 'long'
        onLong?.()
      }
      this.#later()
      return
    }
    this.#state = 'free'
    onFree?.(heldMs)
  }
}
