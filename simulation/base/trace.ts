// What happened in a run, in one line each: hashed whole, kept at the end.
import { createHash } from 'node:crypto'

const KEPT = 40

export class Trace {
  readonly #hash = createHash('sha256')
  readonly #last: string[] = []
  readonly #print: (line: string) => void

  constructor(print: (line: string) => void = () => undefined) {
    this.#print = print
  }

  /** `at` in ms since the run's start. */
  note(at: number, line: string): void {
    const whole = `${(at / 1000).toFixed(3).padStart(8)} ${line}`
    this.#hash.update(`${whole}\n`)
    this.#last.push(whole)
    if (this.#last.length > KEPT) this.#last.shift()
    this.#print(whole)
  }

  /** The last 40 lines, oldest first. */
  last(): readonly string[] {
    return this.#last
  }

  /** Ends the trace. Two runs with one hash did the same. */
  digest(): string {
    return this.#hash.digest('hex').slice(0, 16)
  }
}
