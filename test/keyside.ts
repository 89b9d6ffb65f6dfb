// The command `keyside` as a person runs it: arguments, answers on standard input, and what it prints.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** Of the built package, see `package.ts`. */
export const PACKAGE = process.env['TESTED_PACKAGE'] ?? join(import.meta.dirname, '..')
export const MAIN = join(PACKAGE, 'cli', 'main.js')

export interface Invocation {
  readonly env: NodeJS.ProcessEnv
  /** Lines typed, each ended by Enter. */
  readonly answers?: readonly string[]
  /** What runs it, such as on another machine. */
  readonly via?: readonly string[]
  /** While it waits for its answers. */
  readonly look?: (child: ChildProcess) => void
}

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export async function keyside(
  args: readonly string[],
  { env, answers = [], via = [], look }: Invocation,
): Promise<CommandResult> {
  const [program = '', ...words] = [...via, process.execPath, MAIN, ...args]
  const child = spawn(program, words, { env: { HOME: process.env['HOME'], ...env } })
  const printed = Promise.all([text(child.stdout), text(child.stderr)])
  const exited = once(child, 'exit')
  await once(child, 'spawn')
  look?.(child)
  child.stdin.end(answers.map((answer) => `${answer}\n`).join(''))
  const [code] = (await exited) as [number | null]
  const [stdout, stderr] = await printed
  return { code, stdout, stderr }
}
