// Rules in code as the engine asks them: the values go to the process of the code, and what comes back is what the model
// is told at its candle.
import type { Code, CodeRun, Held } from '../strategies/file/strategy.ts'
import type { Tree } from '../strategies/rules/tree.ts'
import { numbersOf } from '../strategies/typescript/read-typescript.ts'
import type { CodeProcess } from './code-process.ts'
import { decided, learned, type Values } from './questions.ts'

/** Candles of the past that are told at once. */
const AT_ONCE = 200

type Told = readonly [Values, number]

export class ConfinedCode implements Code {
  readonly reads: readonly Tree[]
  readonly #process: CodeProcess
  readonly #at: number
  #column: Float64Array = new Float64Array(1)
  #held: () => Held | null = () => null
  #candle: Told = [[], 0]
  #answer: {
    readonly entry: { reason: string; stop: number | null; part: number } | null
    readonly exit: string | null
  } = { entry: null, exit: null }
  #past: Told[] = []

  constructor(process: CodeProcess, at: number, reads: readonly Tree[]) {
    this.#process = process
    this.#at = at
    this.reads = reads
  }

  /** Once: what was built is what runs. */
  begin(held: () => Held | null): CodeRun {
    this.#held = held
    this.#process.uses += 1
    const last = () => this.#answer
    return {
      // Not known before the answer is there.
      enter: (values, closed) => {
        this.#candle = [Array.from(values, known), closed]
        return Number.NaN
      },
      exit: () => Number(this.#answer.exit !== null),
      answersInto: (column) => {
        this.#column = column
      },
      get entryReason() {
        return last().entry?.reason ?? ''
      },
      get exitReason() {
        return last().exit ?? ''
      },
      get stop() {
        return last().entry?.stop ?? null
      },
      get part() {
        return last().entry?.part ?? 1
      },
    }
  }

  within<T>(run: () => T): T {
    return run()
  }

  /** The candle that its graph was fed last is of the past: it is only remembered. */
  async learn(): Promise<void> {
    this.#past.push(this.#candle)
    if (this.#past.length >= AT_ONCE) await this.tellPast()
  }

  /** What it says of the candle that its graph was fed last is there for the model then. */
  async decide(): Promise<void> {
    await this.tellPast()
    const [values, closed] = this.#candle
    const held = this.#held()
    const question = {
      is: 'ask' as const,
      at: this.#at,
      values,
      closed,
      held: held === null ? null : numbersOf(held),
    }
    this.#answer = await this.#process.ask(question, decided)
    this.#column[0] = Number(this.#answer.entry !== null)
  }

  /** Its stream has ended; with the last one of the file its process ends. */
  end(): void {
    this.#process.uses -= 1
    if (this.#process.uses === 0) this.#process.end()
  }

  /** All candles of the past so far. */
  async tellPast(): Promise<void> {
    const candles = this.#past
    if (candles.length === 0) return
    this.#past = []
    await this.#process.ask({ is: 'learn', at: this.#at, candles }, learned)
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
