// One program as a process: config in, ready out, and a clean end on a signal or when its parent is gone.
import {
  createLog,
  KeysideError,
  keysideHome,
  type Logger,
  logLevel,
  systemClock,
} from '@keyside/runtime'
import { ignoreClosedPipe } from '../terminal/pipes.ts'
import { printError } from '../terminal/print.ts'
import { flushCacheSoon } from './compile-cache.js'
import { EXIT, explainError } from './exit.ts'
import { startHeartbeat } from './heartbeat.ts'
import type { Message } from './messages.ts'
import { OUTGOING_CODE, type Outgoing } from './outgoing.ts'
import type { Program } from './program-names.ts'
import { ruleOf } from './reachable.ts'

export interface ProgramContext {
  readonly home: string
  readonly log: Logger
  readonly notifyParent: (message: Message) => void
  /** Allows connections to this broker, which became known after the start. */
  readonly reach: (url: string) => void
}

interface Started {
  /** What to say when ready, to a person. */
  readonly text: string
  /** Rejects when it cannot go on: then the process ends, and its parent restarts it. */
  readonly failed?: Promise<never>
  readonly stop: () => Promise<void>
}

let given: Outgoing | null = null

/** For the one program that this process runs. */
export function giveOutgoing(outgoing: Outgoing | null): void {
  given = outgoing
}

export async function runProgram(
  program: Program | 'sandbox',
  start: (context: ProgramContext) => Promise<Started>,
): Promise<void> {
  ignoreClosedPipe()
  const home = keysideHome()
  const log = createLog({ program, level: logLevel() })
  const notifyParent = (message: Message) => void process.send?.(message)
  const outgoing = given
  given = null
  outgoing?.onRefused((place) => log.warn({ code: OUTGOING_CODE, place }, refusedText(place)))
  const reach = (url: string) => {
    const rule = ruleOf(url)
    if (rule !== null) outgoing?.allow(rule)
  }
  const { promise: asked, resolve: end } = Promise.withResolvers<string>()
  process.once('SIGTERM', () => end('SIGTERM'))
  process.once('SIGINT', () => end('SIGINT'))
  process.once('disconnect', () => end('the parent is gone'))
  try {
    const started = await Promise.race([start({ home, log, notifyParent, reach }), asked])
    // Asked to stop before it had started: nothing to undo.
    if (typeof started === 'string') return exitSoon()
    const { text, stop, failed } = started
    const hide = startHeartbeat(home, program, systemClock)
    log.info(text)
    notifyParent({ type: 'ready', text })
    flushCacheSoon()
    try {
      const why = await (failed === undefined ? asked : Promise.race([asked, failed]))
      log.info({ why }, 'stopping')
    } finally {
      hide()
      await stop()
    }
    process.exitCode = EXIT.ok
  } catch (error) {
    fail(error, log, notifyParent)
  }
  exitSoon()
}

function refusedText(place: string): string {
  return `no connection to ${place}: config.yaml names no such address, so nothing of this program may go there; if you did not expect this, stop and look at what was installed last`
}

function fail(thrown: unknown, log: Logger, notifyParent: ProgramContext['notifyParent']): void {
  const error = explainError(thrown)
  const known = error instanceof KeysideError
  const text = error instanceof Error ? error.message : String(error)
  // A terminal gets only the sentence below; a log gets an entry.
  if (!process.stdout.isTTY) log.fatal({ err: error, told: process.connected }, text)
  if (!process.connected) printError(text, known ? error.code : 'unexpected')
  notifyParent({ type: 'failed', code: known ? error.code : 'unexpected', message: text })
  process.exitCode = known ? EXIT.refused : EXIT.failed
}

/** Gives the parent time to read the last message, then exits whatever libraries left running. */
function exitSoon(): void {
  if (process.connected) process.disconnect?.()
  setTimeout(() => process.exit(), 100).unref()
}
