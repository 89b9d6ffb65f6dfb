// Long work in slices of the event loop's time: between two of them the broker's link and the exchange's are served.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Retry } from '@keyside/runtime'

/** Ms. A keep-alive waits no longer than this and one commit. */
const SLICE_MS = 25

/** One piece of work, in steps of well under a millisecond. A promise that it yields is waited for. */
export type Steps = Generator<Promise<void> | undefined, void>

export interface SlicesOptions {
  /** After the steps of a slice, and before anything else runs: makes them durable, and sends them. `isLast`: no more are waiting. */
  readonly finish: (isLast: boolean) => Promise<void> | undefined
  /** A piece of work threw, and is given up. */
  readonly onError: (error: unknown) => void
}

export class Slices {
  readonly #options: SlicesOptions
  #queue: Steps[] = []
  #at = 0
  #isBusy = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: SlicesOptions) {
    this.#options = options
  }

  /** In their order, from the next turn of the event loop on: what comes in one turn is finished together. */
  add(steps: Steps): void {
    this.#queue.push(steps)
    if (this.#isBusy) return
    this.#isBusy = true
    this.#running = new Promise((done) => setImmediate(() => done(this.#run())))
  }

  /** The first slice at once, if nothing is under way. */
  addNow(steps: Steps): void {
    this.#queue.push(steps)
    if (!this.#isBusy) this.#running = this.#run()
  }

  get isBusy(): boolean {
    return this.#isBusy
  }

  /** Resolves when nothing is left. */
  async done(): Promise<void> {
    while (this.#isBusy) await this.#running
  }

  /** Drops what is left. */
  stop(): void {
    this.#queue = []
    this.#at = 0
  }

  async #run(): Promise<void> {
    this.#isBusy = true
    while (this.#at < this.#queue.length) {
      const end = performance.now() + SLICE_MS
      do {
        const held = this.#step()
        if (held) await this.#wait(held)
      } while (this.#at < this.#queue.length && performance.now() < end)
      await this.#finish()
      if (this.#at < this.#queue.length) await nextTurn()
    }
    this.#queue = []
    this.#at = 0
    this.#isBusy = false
  }

  async #finish(): Promise<void> {
    try {
      await this.#options.finish(this.#at >= this.#queue.length)
    } catch (error) {
      this.#options.onError(error)
    }
  }

  #step(error?: { readonly thrown: unknown }): Promise<void> | undefined {
    const steps = this.#queue[this.#at]
    if (steps === undefined) return undefined
    try {
      const { done, value } = error ? steps.throw(error.thrown) : steps.next()
      if (!done) return value
    } catch (thrown) {
      this.#options.onError(thrown)
    }
    this.#at += 1
    return undefined
  }

  async #wait(held: Promise<void>): Promise<void> {
    try {
      await held
    } catch (thrown) {
      const again = this.#step({ thrown })
      if (again) await this.#wait(again)
    }
  }
}

/** What a database is asked, which another program may hold: asked again until it answers. */
export function* withRetry<T>(retry: Retry, ask: () => T): Generator<Promise<void> | undefined, T> {
  const answers: T[] = []
  const held = retry.whenDone(() => {
    answers.push(ask())
  })
  if (held) yield held
  return answers[0] as T
}
