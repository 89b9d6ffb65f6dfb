// The folder of strategy files, scanned regularly: what is new, removed or invalid.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describeError, KeysideError } from '@keyside/runtime'
import type { EngineCode } from './codes.ts'
import { type Read, readStrategy, type Strategy } from './strategies/strategy.ts'

export type FolderChange =
  | { readonly change: 'added'; readonly file: string; readonly strategy: Strategy }
  | { readonly change: 'removed'; readonly file: string; readonly strategy: Strategy }
  | {
      readonly change: 'refused'
      readonly file: string
      readonly code: Extract<EngineCode, 'strategy_invalid' | 'strategy_name_taken'>
      readonly message: string
    }

const MAX_CHARACTERS = 16_384
/** Files that one scan asks the disk about: of more, each is looked at in its turn. New and removed ones show at once. */
const LOOKS = 1_000

interface Known {
  /** Tells whether the file changed. */
  readonly stamp: string
  /** In force; null as long as the file was never right. */
  readonly strategy: Strategy | null
}

export class StrategyFolder {
  readonly #path: string
  readonly #known = new Map<string, Known>()
  /** The file of each strategy in force, by the strategy's name. */
  readonly #owners = new Map<string, string>()
  /** Where the next scan begins to look. */
  #at = 0

  constructor(path: string) {
    this.#path = path
  }

  /** What changed since the last scan. Throws a KeysideError `strategies_missing` without the folder. */
  scan(): FolderChange[] {
    const files = this.#files()
    const there = new Set(files)
    const gone = [...this.#known.keys()].filter((file) => !there.has(file))
    return [
      ...gone.flatMap((file) => this.#forget(file)),
      ...this.#inTurn(files).flatMap((file) => this.#read(file)),
    ]
  }

  #inTurn(files: readonly string[]): readonly string[] {
    const from = this.#at < files.length ? this.#at : 0
    this.#at = from + LOOKS
    return files.filter((file, at) => !this.#known.has(file) || (at >= from && at < this.#at))
  }

  /** A change that could not take effect: `before`, if any, stays in force until the file changes again. */
  keep(file: string, before: Strategy | null): void {
    this.#set(file, this.#known.get(file)?.stamp ?? '', before)
  }

  #set(file: string, stamp: string, strategy: Strategy | null): void {
    const old = this.#known.get(file)?.strategy
    if (old && this.#owners.get(old.name) === file) this.#owners.delete(old.name)
    if (strategy) this.#owners.set(strategy.name, file)
    this.#known.set(file, { stamp, strategy })
  }

  #files(): string[] {
    try {
      const names = readdirSync(this.#path).filter((name) => /\.ya?ml$/.test(name))
      return names.sort().map((name) => join(this.#path, name))
    } catch (error) {
      throw new KeysideError(
        'strategies_missing',
        `cannot read the strategies in ${this.#path}: run "keyside init", or make the folder`,
        error,
      )
    }
  }

  #forget(file: string): FolderChange[] {
    const strategy = this.#known.get(file)?.strategy
    this.#set(file, '', null)
    this.#known.delete(file)
    return strategy ? [{ change: 'removed', file, strategy }] : []
  }

  #read(file: string): FolderChange[] {
    const before = this.#known.get(file)
    const stamp = stampOf(file)
    if (stamp === before?.stamp) return []
    const old = before?.strategy ?? null
    this.#set(file, stamp, old)
    const read = readFile(file)
    if (!read.ok) return [refused(file, 'strategy_invalid', read.message, old)]
    const owner = this.#owners.get(read.strategy.name)
    if (owner !== undefined && owner !== file) {
      const message = `the name "${read.strategy.name}" belongs to ${basename(owner)}: choose another`
      return [refused(file, 'strategy_name_taken', message, old)]
    }
    this.#set(file, stamp, read.strategy)
    const renamed = old !== null && old.name !== read.strategy.name
    const removed = renamed ? [{ change: 'removed' as const, file, strategy: old }] : []
    return [...removed, { change: 'added', file, strategy: read.strategy }]
  }
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? 'gone' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`
}

function readFile(file: string): Read {
  try {
    const text = readFileSync(file, 'utf8')
    if (text.length > MAX_CHARACTERS) return { ok: false, message: 'the file is too long' }
    return readStrategy(text)
  } catch (error) {
    return { ok: false, message: describeError(error).message }
  }
}

function refused(
  file: string,
  code: 'strategy_invalid' | 'strategy_name_taken',
  message: string,
  old: Strategy | null,
): FolderChange {
  const effect = old === null ? 'it does not run' : 'the former version stays in force'
  return { change: 'refused', file, code, message: `${basename(file)}, ${message}; ${effect}` }
}
