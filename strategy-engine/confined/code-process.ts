// One process for the code of one strategy file. It answers one question after the other; any error ends
// it, and says so in a sentence.
import { type ChildProcess, fork } from 'node:child_process'
import { type Clock, CODE_MEMORY, CONFINED_CODE, KeysideError, programFile } from '@keyside/runtime'
import type { z } from 'zod'
import { type Question, reply } from './questions.ts'

/** How long an answer may take, ms: more than the process itself gives a strategy, start included. */
const ANSWER_MS = 15_000

export interface CodeProcessOptions {
  readonly clock: Clock
  /** What sentences call the strategy. */
  readonly file: string
  /** Another program, for tests. */
  readonly program?: URL
  readonly answerMs?: number
}

interface Asked {
  readonly id: number
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: KeysideError) => void
}

export class CodeProcess {
  readonly #options: CodeProcessOptions
  readonly #child: ChildProcess
  /** Streams that its code decides for. */
  uses = 0
  #asked: Asked | null = null
  #over: KeysideError | null = null
  #last = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: CodeProcessOptions) {
    this.#options = options
    const { program = programFile('strategy-engine/confined/main') } = options
    this.#child = fork(program, {
      execArgv: [...CONFINED_CODE],
      env: { TZ: 'UTC' },
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', (raw) => this.#told(raw))
    this.#child.once('error', ({ message }) => this.#end(`could not be started: ${message}`))
    this.#child.once('exit', (code, signal) =>
      this.#end(
        signal === 'SIGABRT' || code === 134
          ? `used more than ${CODE_MEMORY} MB of memory, and was ended`
          : `ended by itself (${signal ?? code})`,
      ),
    )
  }

  /** In the order of the calls. Rejects with `strategy_failed`, also of all that is asked later; with `strategy_invalid` for a file that is no strategy. */
  ask<T extends z.ZodType>(question: Question, shape: T): Promise<z.infer<T>> {
    const answer = this.#turn
      .then(() => this.#ask(question))
      .then((raw) => this.#checked(raw, shape))
    this.#turn = answer.catch(() => undefined)
    return answer
  }

  /** It is asked nothing more. */
  end(): void {
    this.#end('is over')
  }

  get isOver(): boolean {
    return this.#over !== null
  }

  #ask(question: Question): Promise<unknown> {
    if (this.#over !== null) return Promise.reject(this.#over)
    const { clock, answerMs = ANSWER_MS } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const id = ++this.#last
    const cancel = clock.after(answerMs, () =>
      this.#end(`gave no answer within ${answerMs / 1_000} s, and was ended`),
    )
    const done =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        cancel()
        this.#asked = null
        settle(value)
      }
    this.#asked = { id, resolve: done(resolve), reject: done(reject) }
    // Its end is handled at its exit event.
    this.#child.send({ id, question }, () => undefined)
    return promise
  }

  #told(raw: unknown): void {
    const said = reply.safeParse(raw)
    const asked = this.#asked
    if (!said.success || asked === null || said.data.id !== asked.id) {
      this.#end('said something that it was not asked, and was ended')
      return
    }
    const { data } = said
    if ('answer' in data) {
      asked.resolve(data.answer)
      return
    }
    const { code, failed } = data
    asked.reject(
      code === 'strategy_invalid'
        ? new KeysideError('strategy_invalid', failed)
        : new KeysideError('strategy_failed', failed),
    )
  }

  #checked<T extends z.ZodType>(raw: unknown, shape: T): z.infer<T> {
    const answer = shape.safeParse(raw)
    if (answer.success) return answer.data
    this.#end('answered something else than it was asked, and was ended')
    throw this.#over
  }

  #end(why: string): void {
    if (this.#over !== null) return
    this.#over = new KeysideError('strategy_failed', `${this.#options.file}: the strategy ${why}`)
    this.#child.kill('SIGKILL')
    this.#asked?.reject(this.#over)
  }
}
