// Runs this command anew in a process that may read the files it needs and nothing else: what somebody's strategy says in
// TypeScript runs there. It has no key to read, no network, no other process, and of the environment next to nothing.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { installed, KeysideError, keysideHome, readableCode } from '@keyside/runtime'
import type { Command } from 'commander'
import { z } from 'zod'
import { environment } from '../terminal/config.ts'

export interface Confinement {
  /** Files, and folders with all that is in them. Code of this installation, config and candles of the home come with them. */
  readonly reads: readonly string[]
  readonly writes?: readonly string[]
}

/** Of the process, for candles and results, MiB. */
const MEMORY = 4_096

const message = z.object({ code: z.string().max(64), message: z.string().max(100_000) })

/** Resolves at its end, with its exit code set. Throws what it was refused with, and `strategy_failed` for a crash. */
export async function runConfined(
  command: Command,
  { reads, writes = [] }: Confinement,
): Promise<void> {
  const home = keysideHome()
  const readable = [
    ...readableCode(),
    // Asked for where they are not there, too.
    ...['config.yaml', 'data', 'data/*'].map((name) => join(home, name)),
    ...reads,
    ...writes,
  ]
  const child = spawn(
    process.execPath,
    [...flags(readable, writes), installed('cli/main.js'), ...wordsOf(command)],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: environmentFor(home) },
  )
  child.stdout?.on('data', (chunk: Buffer) => process.stdout.write(chunk))
  let refused: KeysideError | null = null
  child.on('message', (raw) => {
    const said = message.safeParse(raw).data
    if (said !== undefined) refused = new KeysideError(said.code, said.message)
  })
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(
    (ended, fail) => {
      child.once('error', fail)
      child.once('close', (...end) => ended(end))
    },
  )
  if (refused !== null) throw refused
  if (signal !== null)
    throw new KeysideError(
      'strategy_failed',
      `the process of the strategy was ended by ${signal}: it may have used more memory than there is`,
    )
  process.exitCode = status ?? 1
}

/** Of the process: all but these files is shut, and so are network, processes, threads and native code. */
export function flags(reads: readonly string[], writes: readonly string[]): readonly string[] {
  return [
    '--permission',
    ...reads.map((path) => `--allow-fs-read=${path}`),
    ...writes.map((path) => `--allow-fs-write=${path}`),
    `--max-old-space-size=${MEMORY}`,
    '--disable-sigusr1',
    '--report-exclude-env',
    '--disable-warning=ExperimentalWarning',
  ]
}

function wordsOf(command: Command): readonly string[] {
  let top = command
  while (top.parent !== null) top = top.parent
  // Its parser has kept them, whoever gave them.
  return (top as Command & { readonly rawArgs: readonly string[] }).rawArgs
}

function environmentFor(home: string): NodeJS.ProcessEnv {
  const passed = ['TERM', 'NO_COLOR', 'COLUMNS'].flatMap((name) => {
    const value = environment[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(passed), KEYSIDE_HOME: home, TZ: 'UTC' }
}
