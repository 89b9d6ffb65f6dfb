// What a program may do once it runs, as flags of Node's permission model: its folder and the files that its section of
// config.yaml names; no other process, no thread, no native code, no debugger; of the first two an
// engine has what it needs, and that alone (`sealed-starts.ts`).
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  CONFINED_CODE,
  type Environment,
  executorsFolder,
  loadConfig,
  privateFolder,
  programFile,
  readableCode,
  userFolder,
} from '@keyside/runtime'
import { z } from 'zod'
import { privateCache } from './compile-cache.js'
import type { Program } from './program-names.ts'
import type { Starts } from './sealed-starts.ts'

export interface Walls {
  readonly reads: readonly string[]
  /** What may be written may be read. */
  readonly writes: readonly string[]
  readonly starts: Starts
}

/** Makes what the program shares with others and may not make. Each has the network. */
export function wallsOf(program: Program, home: string, environment: Environment): Walls {
  if (existsSync(home)) privateFolder(join(home, 'run'))
  const section = sectionOf(program, home, environment)
  const user = environment['HOME'] || userFolder()
  const cache = privateCache(user, program)
  return {
    reads: [
      ...readableCode(),
      ...['config.yaml', 'run'].map((name) => join(home, name)),
      ...namedFiles(section).map((file) => resolve(home, file)),
      ...(READS[program]?.(home, section) ?? []),
    ],
    writes: [
      join(home, program),
      join(home, 'run', `${program}.alive`),
      ...databaseFiles(section, home),
      ...(cache === null ? [] : [cache]),
      ...(WRITES[program]?.(home, section) ?? []),
      // Where the executors of this user are found.
      ...(program === 'executor' ? [executorsFolder(user)] : []),
    ],
    starts: program === 'engine' ? startsOfEngine(home, section) : {},
  }
}

export function wallFlags({ reads, writes, starts }: Walls): readonly string[] {
  return [
    '--permission',
    '--allow-net',
    ...outermost([...reads, ...writes]).map((path) => `--allow-fs-read=${path}`),
    ...outermost(writes).map((path) => `--allow-fs-write=${path}`),
    ...(starts.thread === undefined ? [] : ['--allow-worker']),
    ...(starts.process === undefined ? [] : ['--allow-child-process']),
    // Node calls the flag for the network experimental; SECURITY.md says what else is allowed.
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ]
}

/** Node forgets a folder that is named after something in it, so each is named once, and before. */
function outermost(paths: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (const path of [...new Set(paths)].sort())
    if (!kept.some((one) => path.startsWith(`${one}${sep}`))) kept.push(path)
  // Node sees now whether it is a folder; one that is not there yet may become one.
  return kept.flatMap((path) =>
    path.endsWith('*') || existsSync(path) ? [path] : [path, join(path, '*')],
  )
}

type Section = Readonly<Record<string, unknown>>
type OfHome = (home: string, section: Section) => readonly string[]

/** The device's own process, as `keyside halt` knows it again. */
const OWN_MARK = ['/proc/self/stat', '/proc/self/ns/pid', '/proc/sys/kernel/random/boot_id']

const READS: Partial<Record<Program, OfHome>> = {
  executor: (home) => [join(home, 'policy.yaml'), ...OWN_MARK],
  broker: (home, { socket }) =>
    typeof socket === 'string' ? [dirname(resolve(home, socket))] : [],
  engine: (home) => [join(home, 'strategies')],
}

const WRITES: Partial<Record<Program, OfHome>> = {
  // Where a halt is asked for and answered.
  executor: (home) => [join(home, 'run')],
  broker: (home, { socket }) => (typeof socket === 'string' ? [`${resolve(home, socket)}*`] : []),
  // It tells broker and engine who may listen.
  authority: (home) => [
    join(home, 'broker', 'access.json*'),
    join(home, 'engine', 'subscribers.json*'),
  ],
}

/** A trial from the chat is a thread, and a strategy in TypeScript is a process. */
function startsOfEngine(home: string, section: Section): Starts {
  const { bot, strategies = 'strategies' } = section
  return {
    ...(bot !== undefined && {
      thread: {
        file: programFile('strategy-engine/trials/backtest-worker').href,
        seals: programFile('cli/programs/behind-walls').href,
      },
    }),
    ...(hasCode(resolve(home, String(strategies))) && {
      process: [...CONFINED_CODE, fileURLToPath(programFile('strategy-engine/confined/main'))],
    }),
  }
}

function hasCode(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.ts'))
  } catch {
    return false
  }
}

/** Not checked: a program says itself what is wrong with its section, and needs nothing before that. */
export function sectionOf(program: Program, home: string, environment: Environment): Section {
  try {
    return loadConfig(program, z.record(z.string(), z.unknown()), home, environment)
  } catch {
    return {}
  }
}

/** Which keychain the executor of this home has. */
export function keychainOf(home: string, environment: Environment): 'os' | 'vault' {
  return sectionOf('executor', home, environment)['keychain'] === 'vault' ? 'vault' : 'os'
}

/** Names of settings that are files or folders, in every section. */
export const FILE_SETTING =
  /(?:File|^policy|^strategies|^trials|^programs|^subscribers|^accessList)$/

function namedFiles(section: unknown): readonly string[] {
  if (typeof section !== 'object' || section === null) return []
  return Object.entries(section).flatMap(([name, value]) =>
    typeof value === 'string' && FILE_SETTING.test(name) ? [value] : namedFiles(value),
  )
}

/** With what SQLite and the journal keep beside it. */
function databaseFiles({ database }: Section, home: string): readonly string[] {
  return typeof database === 'string' ? [`${resolve(home, database)}*`] : []
}
