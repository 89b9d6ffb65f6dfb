// What a search has tried, in a file: a search that was stopped goes on where it was.
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { CandleColumns } from '../../market/candle-columns.ts'
import type { Combination } from './combinations.ts'
import type { Task, Tried } from './try-combinations.ts'

/** A line for each combination: the digest of what it was tried on, and what it did. A line that is torn is not read. */
export class SearchMemory {
  readonly #path: string
  readonly #lines = new Map<string, Tried>()

  constructor(path: string) {
    this.#path = path
    if (!existsSync(path)) return
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const entry = parsed(line)
      if (entry !== null) this.#lines.set(entry.key, entry.tried)
    }
  }

  /** Of the same rules, costs and candles alone. */
  of(task: Task, candles: CandleColumns) {
    const digest = digestOf(task, candles)
    const keyOf = (params: Combination) => `${digest} ${JSON.stringify(params)}`
    return {
      get: (params: Combination): Tried | undefined => this.#lines.get(keyOf(params)),
      keep: (all: readonly Tried[]): void => {
        const lines = all.map((tried) => JSON.stringify({ key: keyOf(tried.params), tried }))
        appendFileSync(this.#path, lines.map((line) => `\n${line}`).join(''))
      },
    }
  }
}

function parsed(line: string): { readonly key: string; readonly tried: Tried } | null {
  try {
    const entry = JSON.parse(line)
    return typeof entry?.key === 'string' && typeof entry.tried === 'object' ? entry : null
  } catch {
    return null
  }
}

function digestOf(task: Task, candles: CandleColumns): string {
  const hash = createHash('sha256').update(JSON.stringify(task))
  for (const column of [candles.start, candles.open, candles.high, candles.low, candles.close])
    hash.update(new Uint8Array(column.buffer, column.byteOffset, candles.length * 8))
  return hash.digest('hex').slice(0, 32)
}
