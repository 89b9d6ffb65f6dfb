// Shares combinations out to all cores. The thread that asks works too: it is under way while the others still start.

import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { programFile } from '@keyside/runtime'
import type { CandleColumns } from '../../market/candle-columns.ts'
import { partsOf } from '../../strategies/file/parts.ts'
import type { Strategy } from '../../strategies/file/strategy.ts'
import { isTypeScript } from '../../strategies/read-strategy-file.ts'
import type { Beside, RunInput } from '../run.ts'
import type { Combination } from './combinations.ts'
import { type Scored, scoresOf } from './score.ts'
import type { SearchMemory } from './search-memory.ts'
import { combinationReader, type Task, type Tried, triedOf } from './try-combinations.ts'

/** Worked on at once: enough to share their series. */
const SHARE = 50
/** A worker has its next share before it is done with one: the thread that asks may be at work then. */
const AHEAD = 2

export interface SearchOptions {
  /** How many cores, this thread's among them; 1 works without any worker. */
  readonly workers: number
  readonly beside?: Beside | undefined
  /** What was tried before is not tried again. */
  readonly memory?: SearchMemory | undefined
  readonly onProgress?: ((part: number) => void) | undefined
}

/** One share of the work, and where the scores go. */
export interface Asked {
  readonly strategies: readonly Strategy[]
  readonly answer: MessagePort
}

/** What one core computes in about half a second. */
const MIN_VALUES = 400_000_000

/**
 * How many cores to search with, of `most`: of less work than that one core is done before another one has started, has
 * had the same code compiled again, and has made up for that.
 */
export function coresFor(
  strategy: Strategy,
  combinations: readonly Combination[],
  candles: CandleColumns,
  most: number,
): number {
  const values = combinations.length * candles.length * [...partsOf(strategy)].length
  return values < MIN_VALUES ? 1 : most
}

type Scorer = (strategies: readonly Strategy[]) => Promise<readonly Scored[]>

/** In the order of the combinations, whatever the number of workers. */
export async function search(
  task: Task,
  combinations: readonly Combination[],
  candles: CandleColumns,
  { workers, memory, onProgress, beside = {} }: SearchOptions,
): Promise<readonly Tried[]> {
  const known = memory?.of(task, candles, beside)
  const open = combinations.filter((params) => known?.get(params) === undefined)
  const shares: (readonly Combination[])[] = []
  for (let at = 0; at < open.length; at += SHARE) shares.push(open.slice(at, at + SHARE))
  const fresh = new Map<Combination, Tried>()
  const read = combinationReader(task)
  let next = 0
  let done = 0
  const tryNext = async (score: Scorer) => {
    const share = shares[next] ?? []
    next += 1
    const tried = triedOf(share, await score(share.map(read)))
    for (const [at, one] of tried.entries()) fresh.set(share[at] ?? {}, one)
    known?.keep(tried)
    done += 1
    onProgress?.(done / shares.length)
  }
  const work = async (score: Scorer) => {
    try {
      while (next < shares.length) await tryNext(score)
    } finally {
      // After an error the others end too.
      next = shares.length
    }
  }
  const input: RunInput = { ...beside, candles, options: task.options }
  const here: Scorer = async (strategies) => {
    // Answers of the others are taken in between.
    await setImmediate()
    return scoresOf(strategies, input)
  }
  // Code cannot be sent to another thread.
  const others = isTypeScript(task.file) ? 0 : Math.min(workers, shares.length) - 1
  if (others < 1) await work(here)
  else await withWorkers(others, input, here, work)
  return combinations.flatMap((params) => fresh.get(params) ?? known?.get(params) ?? [])
}

/** With the first error all end. */
async function withWorkers(
  count: number,
  input: RunInput,
  here: Scorer,
  work: (score: Scorer) => Promise<void>,
): Promise<void> {
  const workerData = sharedInput(input)
  const url = programFile('strategy-engine/backtest/search/search-worker')
  const workers = Array.from({ length: count }, () => new Worker(url, { workerData }))
  const there = workers.flatMap((worker) => {
    const failed = once(worker, 'error').then(([error]) => Promise.reject(error))
    return Array.from({ length: AHEAD }, () =>
      work((strategies) => Promise.race([ask(worker, strategies), failed])),
    )
  })
  try {
    await Promise.all([work(here), ...there])
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

async function ask(worker: Worker, strategies: readonly Strategy[]): Promise<readonly Scored[]> {
  const { port1, port2 } = new MessageChannel()
  const answered = once(port1, 'message')
  const asked: Asked = { strategies, answer: port2 }
  worker.postMessage(asked, [port2])
  const [scores] = await answered
  port1.close()
  return scores
}

/** Its candles in memory that all workers share. */
function sharedInput({ candles, others, detail, ...rest }: RunInput): RunInput {
  const each = [...(others ?? [])].map(([market, columns]) => [market, shared(columns)] as const)
  return {
    ...rest,
    candles: shared(candles),
    others: new Map(each),
    ...(detail && { detail: { ...detail, candles: shared(detail.candles) } }),
  }
}

function shared(candles: CandleColumns): CandleColumns {
  const column = (values: Float64Array) => {
    const copy = new Float64Array(new SharedArrayBuffer(candles.length * 8))
    copy.set(values.subarray(0, candles.length))
    return copy
  }
  const { length, start, open, high, low, close, volume } = candles
  return {
    length,
    start: column(start),
    open: column(open),
    high: column(high),
    low: column(low),
    close: column(close),
    volume: column(volume),
  }
}
