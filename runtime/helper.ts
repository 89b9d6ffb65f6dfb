// A child process for native code: a crash or a hang there does not affect the program.
import { type ChildProcess, fork } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cancel, Clock } from './clock.ts'
import { readableCode } from './installation.ts'

/** What goes over the pipe to the helper, and what comes back. Never an argument, never the environment. */
export interface Question {
  readonly id: number
  readonly question: unknown
}
export type Answer = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly failed: string }
)

export interface HelperOptions {
  /** A program that calls `serve`. */
  readonly program: URL
  readonly clock: Clock
  /** How long an answer may take, ms. */
  readonly timeoutMs: number
  /** An idle helper ends after this long, ms. */
  readonly idleMs: number
  /** Its own environment, by default this process's. */
  readonly environment?: NodeJS.ProcessEnv
  /** From why there is no answer, in one line. */
  readonly toError: (reason: string) => Error
}

interface Asked {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly cancel: Cancel
}

/** It has native code, and for the rest its own walls: of its parent's it inherits none. */
const FLAGS = [
  '--permission',
  '--allow-addons',
  ...readableCode().map((path) => `--allow-fs-read=${path}`),
  '--disable-sigusr1',
  '--report-exclude-env',
]

/** Started by the first question, and anew by the next one after it has ended for whatever reason. */
export class Helper {
  readonly #options: HelperOptions
  readonly #asked = new Map<number, Asked>()
  #child: ChildProcess | undefined
  #end: NodeJS.Timeout | undefined
  #last = 0

  constructor(options: HelperOptions) {
    this.#options = options
  }

  /** What is asked is copied as by structuredClone. Rejects with `toError` for a refusal, a crash and a hang. */
  ask(question: unknown): Promise<unknown> {
    const { clock, timeoutMs } = this.#options
    clearTimeout(this.#end)
    const child = this.#child ?? this.#start()
    const id = ++this.#last
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const cancel = clock.after(timeoutMs, () => {
      this.#over(child, `no answer within ${timeoutMs / 1000} s`)
    })
    this.#asked.set(id, { resolve, reject, cancel })
    // A process that has just ended is handled by its exit event.
    child.send({ id, question } satisfies Question, () => undefined)
    return promise
  }

  #start(): ChildProcess {
    const { program, environment } = this.#options
    const child = fork(program, {
      execArgv: [...FLAGS, `--allow-fs-read=${dirname(fileURLToPath(program))}`],
      ...(environment && { env: environment }),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child = child
    // Only a pending answer keeps the parent running.
    child.unref()
    child.channel?.unref()
    child.on('message', (answer: Answer) => this.#answered(answer))
    child.once('error', ({ message }) => this.#over(child, message))
    child.once('exit', (code, signal) =>
      this.#over(child, `its library crashed with ${signal ?? `exit code ${code}`}`),
    )
    return child
  }

  #answered(answer: Answer): void {
    const asked = this.#asked.get(answer.id)
    if (asked === undefined) return
    this.#asked.delete(answer.id)
    asked.cancel()
    if ('failed' in answer) asked.reject(this.#error(answer.failed))
    else asked.resolve(answer.value)
    if (this.#asked.size > 0) return
    const child = this.#child
    this.#end = setTimeout(() => this.#forget(child), this.#options.idleMs).unref()
  }

  #over(child: ChildProcess, reason: string): void {
    if (child !== this.#child) return
    this.#forget(child)
    for (const { reject, cancel } of this.#asked.values()) {
      cancel()
      reject(this.#error(reason))
    }
    this.#asked.clear()
  }

  #forget(child: ChildProcess | undefined): void {
    if (child === this.#child) this.#child = undefined
    child?.kill('SIGKILL')
  }

  #error(reason: string): Error {
    return this.#options.toError(reason.split('\n')[0] ?? reason)
  }
}
