// The file of a search's scores, so that a search that was stopped continues.
import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { KeysideError, readTextIfThere } from '@keyside/runtime'
import type { CandleColumns } from '../../market/candle-columns.ts'
import type { Beside } from '../run.ts'
import type { Combination } from './combinations.ts'
import type { Task, Tried } from './try-combinations.ts'

/** Of each line, torn or whole. */
const BEGINNING = '{"key":"'

/** A line for each combination: the digest of what it was tried on, and what it did. A line that is torn is not read. */
export class SearchMemory {
  readonly #path: string
  readonly #lines = new Map<string, Tried>()

  /** Throws `search_file_foreign` for a file that a search has not written. */
  constructor(path: string) {
    this.#path = path
    const lines = readTextIfThere(path)?.split('\n') ?? []
    if (!lines.every((line) => line.startsWith(BEGINNING) || BEGINNING.startsWith(line)))
      throw new KeysideError(
        'search_file_foreign',
        `${path} was not written by "keyside optimize": name another file, and it is made`,
      )
    for (const line of lines) {
      const entry = parsed(line)
      if (entry !== null) this.#lines.set(entry.key, entry.tried)
    }
  }

  /** Of the same rules, costs and candles alone. */
  of(task: Task, candles: CandleColumns, { detail, others }: Beside) {
    const about = { ...task, detail: detail?.timeframe, others: [...(others?.keys() ?? [])] }
    const all = [candles, ...(others?.values() ?? []), ...(detail ? [detail.candles] : [])]
    const digest = digestOf(about, all)
    const keyOf = (params: Combination) => `${digest} ${JSON.stringify(params)}`
    return {
      get: (params: Combination): Tried | undefined => this.#lines.get(keyOf(params)),
      keep: (tries: readonly Tried[]): void => {
        const lines = tries.map((tried) => JSON.stringify({ key: keyOf(tried.params), tried }))
        appendFileSync(this.#path, lines.map((line) => `\n${line}`).join(''))
      },
    }
  }
}

function parsed(line: string): { readonly key: string; readonly tried: Tried } | null {
  try {
    const entry = JSON.parse(line)
    return typeof entry?.key === 'string' && Array.isArray(entry.tried?.before) ? entry : null
  } catch {
    return null
  }
}

function digestOf(about: object, all: readonly CandleColumns[]): string {
  const hash = createHash('sha256').update(JSON.stringify(about))
  for (const { length, start, open, high, low, close, volume } of all)
    for (const column of [start, open, high, low, close, volume])
      hash.update(new Uint8Array(column.buffer, column.byteOffset, length * 8))
  return hash.digest('hex').slice(0, 32)
}
