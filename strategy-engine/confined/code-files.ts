// The files in TypeScript of the strategies' folder: each is read in a process of its own, which runs it from then on.
import { basename } from 'node:path'
import { type Clock, KeysideError } from '@keyside/runtime'
import type { Read } from '../strategies/file/read-strategy.ts'
import type { Problem, Strategy } from '../strategies/file/strategy.ts'
import { builtFor, readDeclaration, withCode } from '../strategies/typescript/declaration.ts'
import { LIMITS } from '../strategies/typescript/limits.ts'
import { problemOf } from '../strategies/typescript/read-typescript.ts'
import { CodeProcess } from './code-process.ts'
import { ConfinedCode } from './confined-code.ts'
import { built, loaded } from './questions.ts'

interface Reading {
  readonly text: string
  readonly process: CodeProcess
  /** Null as long as it is being read. */
  read: Read | null
}

export class CodeFiles {
  readonly #clock: Clock
  readonly #files = new Map<string, Reading>()
  /** All that were started; of those that ended nothing is left. */
  #processes: CodeProcess[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Null as long as its process is at it: to be asked again. */
  read(file: string, text: string): Read | null {
    const known = this.#files.get(file)
    if (known?.text === text) return known.read
    if (process.permission?.has('child') === false) return { ok: false, problems: [barred(text)] }
    this.forget(file)
    const code = new CodeProcess({ clock: this.#clock, file: basename(file) })
    this.#processes = [...this.#processes.filter(({ isOver }) => !isOver), code]
    const reading: Reading = { text, process: code, read: null }
    this.#files.set(file, reading)
    void readIn(code, basename(file), text).then((read) => {
      reading.read = read
      if (!read.ok) code.end()
    })
    return null
  }

  /** What runs goes on until its streams end. */
  forget(file: string): void {
    const process = this.#files.get(file)?.process
    if (process?.uses === 0) process.end()
    this.#files.delete(file)
  }

  stop(): void {
    for (const process of this.#processes) process.end()
  }
}

/** An engine that began without such a file may start no process; the next start sees that there is one. */
function barred(text: string): Problem {
  return problemOf(
    text,
    new KeysideError(
      'strategy_failed',
      'the engine was started without a strategy in TypeScript, and may start no process for this one: start the engine again',
    ),
  )
}

async function readIn(process: CodeProcess, file: string, text: string): Promise<Read> {
  try {
    const { declaration } = await process.ask({ is: 'load', file, text, limits: LIMITS }, loaded)
    const declared = readDeclaration(text, declaration, {})
    if (!declared.ok) return declared
    const { written } = declared
    const problems: Problem[] = []
    const strategies: Strategy[] = []
    for (const strategy of declared.strategies) {
      const { at, reads } = await process.ask({ is: 'build', about: builtFor(strategy) }, built)
      const read = withCode(
        text,
        { written, strategy },
        reads,
        (trees) => new ConfinedCode(process, at, trees),
      )
      if (read.ok) strategies.push(read.strategy)
      else problems.push(...read.problems)
    }
    const [first, ...others] = strategies
    if (problems.length > 0 || first === undefined) return { ok: false, problems }
    return { ok: true, strategies: [first, ...others] }
  } catch (error) {
    if (!(error instanceof KeysideError)) throw error
    return { ok: false, problems: [problemOf(text, error)] }
  }
}
