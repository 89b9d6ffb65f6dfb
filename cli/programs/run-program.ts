// One program as a process: config in, ready out, and a clean end on a signal or when its parent is gone.
import {
  createLog,
  databaseBusy,
  isBusy,
  KeysideError,
  keysideHome,
  type Logger,
  logLevel,
  systemClock,
} from '@keyside/runtime'
import { outlivePipe } from '../terminal/pipes.ts'
import { showAlive } from './alive.ts'
import type { Message, Program } from './children.ts'
import { flushCompiledSoon } from './compile-cache.ts'

export interface ProgramContext {
  readonly home: string
  readonly log: Logger
  readonly tell: (message: Message) => void
}

interface Started {
  /** What to say when ready, to a person. */
  readonly text: string
  readonly stop: () => Promise<void>
}

/** 1: something broke; 3: a refusal with a code, which says what to do. */
export const EXIT = { ok: 0, failed: 1, refused: 3 } as const

export async function runProgram(
  program: Program | 'sandbox',
  start: (context: ProgramContext) => Promise<Started>,
): Promise<void> {
  outlivePipe()
  const home = keysideHome()
  const log = createLog({ program, level: logLevel() })
  const tell = (message: Message) => void process.send?.(message)
  const { promise: asked, resolve: end } = Promise.withResolvers<string>()
  process.once('SIGTERM', () => end('SIGTERM'))
  process.once('SIGINT', () => end('SIGINT'))
  process.once('disconnect', () => end('the parent is gone'))
  try {
    const started = await Promise.race([start({ home, log, tell }), asked])
    // Asked to end before it began: nothing to be undone is worth waiting for.
    if (typeof started === 'string') return leave()
    const { text, stop } = started
    const hide = showAlive(home, program, systemClock)
    log.info(text)
    tell({ type: 'ready', text })
    flushCompiledSoon()
    log.info({ why: await asked }, 'stopping')
    hide()
    await stop()
    process.exitCode = EXIT.ok
  } catch (error) {
    fail(error, log, tell)
  }
  leave()
}

/** A lock is no bug, wherever it was met. */
export function inWords(error: unknown): unknown {
  return isBusy(error) && !(error instanceof KeysideError)
    ? databaseBusy('a database of this home', error)
    : error
}

function fail(thrown: unknown, log: Logger, tell: ProgramContext['tell']): void {
  const error = inWords(thrown)
  const known = error instanceof KeysideError
  const text = error instanceof Error ? error.message : String(error)
  // At a terminal the sentence below is enough; a log that is kept has its line.
  if (!process.stdout.isTTY) log.fatal({ err: error }, text)
  if (!process.connected) process.stderr.write(`${text} (${known ? error.code : 'unexpected'})\n`)
  tell({ type: 'failed', code: known ? error.code : 'unexpected', message: text })
  process.exitCode = known ? EXIT.refused : EXIT.failed
}

/** The parent reads the last message first; what a library left running does not hold the process. */
function leave(): void {
  if (process.connected) process.disconnect?.()
  setTimeout(() => process.exit(), 100).unref()
}
