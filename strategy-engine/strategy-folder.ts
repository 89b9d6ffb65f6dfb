// The folder of strategy files, scanned regularly: what is new, removed or invalid.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describeError, KeysideError, readText } from '@keyside/runtime'
import type { EngineCode } from './codes.ts'
import type { CodeFiles } from './confined/code-files.ts'
import { MAX_LENGTH, type Read, readStrategy } from './strategies/file/read-strategy.ts'
import { problemText } from './strategies/file/report.ts'
import type { Strategy } from './strategies/file/strategy.ts'
import { isTypeScript, strategyFiles } from './strategies/read-strategy-file.ts'
import { type FileInForce, trialOf } from './trials/trial.ts'

export type FolderChange =
  | { readonly change: 'added'; readonly file: string; readonly strategy: Strategy }
  | { readonly change: 'removed'; readonly file: string; readonly strategy: Strategy }
  | {
      readonly change: 'refused'
      readonly file: string
      readonly code: Extract<EngineCode, 'strategy_invalid' | 'strategy_name_taken'>
      readonly message: string
    }

/** Mistakes of one file that one message tells. */
const MAX_TOLD = 5
/** Files that one scan asks the disk about: of more, each is looked at in its turn. New and removed ones show at once. */
const LOOKS = 500

/** A step for each file: reading ten thousand of them takes seconds. Undefined after one that did not change. */
export type Scan = Generator<FolderChange | undefined, void>

interface Known {
  /** Tells whether the file changed. */
  readonly stamp: string
  /** In force, one for each market of the file; none as long as the file was never right. */
  readonly strategies: readonly Strategy[]
}

export class StrategyFolder {
  readonly #path: string
  readonly #trials: string | null
  readonly #code: CodeFiles
  readonly #known = new Map<string, Known>()
  /** The file of each strategy in force, by the strategy's name. */
  readonly #owners = new Map<string, string>()
  /** The last answer of the disk, and the files in it. */
  #listed: { readonly names: readonly string[]; readonly files: readonly string[] } = {
    names: [],
    files: [],
  }
  /** The files that the last whole scan found. */
  #scanned: readonly string[] = []
  /** Where the next scan begins to look. */
  #at = 0

  /** `code`: reads files in TypeScript. `trials`: the folder of rules from the chat, where there are such. */
  constructor(path: string, code: CodeFiles, trials: string | null = null) {
    this.#path = path
    this.#code = code
    this.#trials = trials
  }

  /** In the order of the files, those of trials last. */
  get inForce(): readonly FileInForce[] {
    return this.#scanned.flatMap((file) => {
      const { strategies = [] } = this.#known.get(file) ?? {}
      return strategies.length === 0 ? [] : { file, strategies }
    })
  }

  /** What changed since the last scan; one at a time. Throws a KeysideError `strategies_missing` without the folder. */
  scan(): Scan {
    return this.#changes(this.#files())
  }

  *#changes(files: readonly string[]): Scan {
    const isOther = files !== this.#scanned
    if (isOther) {
      const there = new Set(files)
      for (const file of [...this.#known.keys()]) if (!there.has(file)) yield* this.#forget(file)
    }
    const from = this.#at < files.length ? this.#at : 0
    const to = from + LOOKS
    this.#at = to
    const looked = isOther
      ? files.filter((file, at) => !this.#known.has(file) || (at >= from && at < to))
      : files.slice(from, to)
    for (const file of looked) {
      yield* this.#read(file)
      yield undefined
    }
    this.#scanned = files
  }

  /** A change that could not take effect: `before`, if any, stays in force until the file changes again. */
  keep(file: string, name: string, before: Strategy | null): void {
    const { stamp = '', strategies = [] } = this.#known.get(file) ?? {}
    const others = strategies.filter((strategy) => strategy.name !== name)
    this.#set(file, stamp, before ? [...others, before] : others)
  }

  #set(file: string, stamp: string, strategies: readonly Strategy[]): void {
    for (const { name } of this.#known.get(file)?.strategies ?? [])
      if (this.#owners.get(name) === file) this.#owners.delete(name)
    for (const { name } of strategies) this.#owners.set(name, file)
    this.#known.set(file, { stamp, strategies })
  }

  /** The same array as long as the same files are there. */
  #files(): readonly string[] {
    try {
      const own = readdirSync(this.#path)
      const trials = filesIn(this.#trials)
      const names = [...own, '', ...trials]
      if (!isSame(names, this.#listed.names)) {
        const files = strategyFiles(own)
        const tried = trials.filter((name) => name.endsWith('.yaml')).sort()
        this.#listed = {
          names,
          files: [
            ...files.map((name) => join(this.#path, name)),
            ...tried.map((name) => join(this.#trials ?? '', name)),
          ],
        }
      }
      return this.#listed.files
    } catch (error) {
      throw new KeysideError(
        'strategies_missing',
        `cannot read the strategies in ${this.#path}: run "keyside init", or make the folder`,
        error,
      )
    }
  }

  #forget(file: string): FolderChange[] {
    const { strategies = [] } = this.#known.get(file) ?? {}
    this.#code.forget(file)
    this.#set(file, '', [])
    this.#known.delete(file)
    return strategies.map((strategy) => ({ change: 'removed', file, strategy }))
  }

  #readFile(file: string): Read | null {
    try {
      const text = textOf(file)
      if (isTypeScript(file)) return this.#code.read(file, text)
      return dirname(file) === this.#trials ? asTrials(readStrategy(text)) : readStrategy(text)
    } catch (error) {
      const { message } = describeError(error)
      return { ok: false, problems: [{ line: 1, column: 1, message, excerpt: '' }] }
    }
  }

  #read(file: string): FolderChange[] {
    const before = this.#known.get(file)
    const stamp = stampOf(file)
    if (stamp === before?.stamp) return []
    const old = before?.strategies ?? []
    const read = this.#readFile(file)
    // Its process is still at it: the next scan asks again.
    if (read === null) return []
    this.#set(file, stamp, old)
    if (!read.ok) return [refused(file, 'strategy_invalid', mistakes(read), old)]
    for (const { name } of read.strategies) {
      const owner = this.#owners.get(name)
      if (owner === undefined || owner === file) continue
      const message = `the name "${name}" belongs to ${basename(owner)}: choose another`
      return [refused(file, 'strategy_name_taken', message, old)]
    }
    this.#set(file, stamp, read.strategies)
    const gone = old.filter(({ name }) => !read.strategies.some((one) => one.name === name))
    return [
      ...gone.map((strategy) => ({ change: 'removed' as const, file, strategy })),
      ...read.strategies.map((strategy) => ({ change: 'added' as const, file, strategy })),
    ]
  }
}

/** A folder that somebody removed holds up no strategy. */
function filesIn(folder: string | null): readonly string[] {
  return folder !== null && existsSync(folder) ? readdirSync(folder) : []
}

function asTrials(read: Read): Read {
  if (!read.ok) return read
  const [first, ...others] = read.strategies
  return { ok: true, strategies: [trialOf(first), ...others.map(trialOf)] }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, at) => name === other[at])
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? 'gone' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`
}

function textOf(file: string): string {
  const isTooLong = statSync(file).size > MAX_LENGTH * MAX_BYTES
  return isTooLong ? '#'.repeat(MAX_LENGTH + 1) : readText(file)
}

/** UTF-8 has at most so many bytes a character. */
const MAX_BYTES = 4

function mistakes({ problems }: Extract<Read, { ok: false }>): string {
  const told = problems.slice(0, MAX_TOLD).map(problemText)
  const more = problems.length - told.length
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('\n').trimEnd()
}

function refused(
  file: string,
  code: 'strategy_invalid' | 'strategy_name_taken',
  message: string,
  old: readonly Strategy[],
): FolderChange {
  const effect = old.length === 0 ? 'it does not run' : 'the former version stays in force'
  return { change: 'refused', file, code, message: `${basename(file)}: ${effect}: ${message}` }
}
