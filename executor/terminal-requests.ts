// What a terminal of this device asks of the executor that runs: a halt, and its end. It is answered when it is durable.
import { type FSWatcher, renameSync, rmSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { type Cancel, type Clock, type Logger, privateFolder } from '@keyside/runtime'
import type { Input } from './core/execution/inputs.ts'
import type { Portfolio } from './core/model/state.ts'
import { type HaltAnswer, readUnhalt, unhaltFile, writeAnswer } from './halt-file.ts'
import { haltFile, readHalt } from './halt-request.ts'

/** Where the system does not tell of a changed file, as in some containers, ms. */
const LOOK_MS = 1_000
/** Nobody waits longer for the end of a halt: one that was left lying undoes nothing, ms. */
const UNHALT_LIFE_MS = 10_000

export interface TerminalRequestsOptions {
  readonly home: string
  readonly session: string
  readonly clock: Clock
  readonly portfolio: () => Portfolio
  /** Durable when it returns, or nothing of it is in the portfolio. */
  readonly take: (input: Input) => void
  readonly log: Pick<Logger, 'warn'>
}

export function answerTerminal(options: TerminalRequestsOptions): Cancel {
  const { home, clock } = options
  const requests = new Requests(options)
  rmSync(unhaltFile(home), { force: true })
  const look = () => requests.look()
  privateFolder(dirname(haltFile(home)))
  const watcher = watching(dirname(haltFile(home)), look)
  look()
  const cancel = clock.every(LOOK_MS, look)
  return () => {
    cancel()
    watcher?.close()
  }
}

class Requests {
  readonly #options: TerminalRequestsOptions
  /** The text of the halt that was taken last. */
  #halt: string | null = null

  constructor(options: TerminalRequestsOptions) {
    this.#options = options
  }

  /** Of two that are there at once the halt wins. */
  look(): void {
    const before = this.#halt
    this.#lookForHalt()
    this.#lookForUnhalt(this.#halt === before ? 'may' : 'may_not')
  }

  #lookForHalt(): void {
    const { home, take, portfolio } = this.#options
    const file = haltFile(home)
    const asked = readHalt(file)
    if (asked === null || asked.text === this.#halt) return
    take({ type: 'halt', by: 'device', positions: asked.positions })
    if (portfolio().trading !== 'halted') return
    this.#halt = asked.text
    this.#answer(file, asked.text)
  }

  #lookForUnhalt(end: 'may' | 'may_not'): void {
    const { home, clock, take } = this.#options
    const file = unhaltFile(home)
    const asked = readUnhalt(file)
    if (asked === null) return
    rmSync(file, { force: true })
    if (Math.abs(clock.now() - asked.at) > UNHALT_LIFE_MS) return
    if (end === 'may' && this.#withdrawHalt()) take({ type: 'unhalt', by: asked.by })
    this.#answer(file, asked.text)
  }

  /** False when there is one that came in the meantime: it stays, and wins. */
  #withdrawHalt(): boolean {
    const file = haltFile(this.#options.home)
    const withdrawn = `${file}.withdrawn`
    try {
      renameSync(file, withdrawn)
    } catch {
      return true
    }
    if (readHalt(withdrawn)?.text !== this.#halt) {
      renameSync(withdrawn, file)
      return false
    }
    rmSync(withdrawn, { force: true })
    this.#halt = null
    return true
  }

  /** Whoever gets no answer concludes that nobody is there. */
  #answer(file: string, to: string): void {
    try {
      writeAnswer(file, this.#answerTo(to))
    } catch (error) {
      this.#options.log.warn({ err: error }, 'a request of the terminal could not be answered')
    }
  }

  #answerTo(to: string): HaltAnswer {
    const { trading, onHalt, positions } = this.#options.portfolio()
    const held = Object.values(positions).map(({ stream, market, amount }) => ({
      stream,
      market,
      amount,
    }))
    return { to, session: this.#options.session, trading, positions: onHalt, held }
  }
}

/** Null where files cannot be watched. */
function watching(folder: string, look: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, look)
    return watcher.on('error', () => watcher.close())
  } catch {
    return null
  }
}
