// Shares combinations out to all cores.
import { Worker } from 'node:worker_threads'
import type { CandleColumns } from '../../market/candle-columns.ts'
import type { Beside } from '../run.ts'
import type { Combination } from './combinations.ts'
import type { SearchMemory } from './search-memory.ts'
import { type Task, type Tried, tryCombinations } from './try-combinations.ts'

/** Handed to a worker at once: enough to share their series. */
const SHARE = 100

export interface SearchOptions {
  /** How many cores; 1 works without any worker. */
  readonly workers: number
  readonly beside?: Beside | undefined
  /** What was tried before is not tried again. */
  readonly memory?: SearchMemory | undefined
  readonly onProgress?: ((part: number) => void) | undefined
}

/** What a worker is started with. Candles lie in memory that all workers share. */
export interface WorkerData {
  readonly task: Task
  readonly candles: CandleColumns
  readonly beside: Beside
}

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
  let next = 0
  let done = 0
  const work = async (answer: (share: readonly Combination[]) => Promise<readonly Tried[]>) => {
    while (next < shares.length) {
      const share = shares[next] ?? []
      next += 1
      const tried = await answer(share)
      for (const [at, one] of tried.entries()) fresh.set(share[at] ?? {}, one)
      known?.keep(tried)
      done += 1
      onProgress?.(done / shares.length)
    }
  }
  const used = Math.min(workers, shares.length)
  if (used < 2) await work(async (share) => tryCombinations(task, share, candles, beside))
  else await onWorkers(used, { task, candles: shared(candles), beside: sharedBeside(beside) }, work)
  return combinations.flatMap((params) => fresh.get(params) ?? known?.get(params) ?? [])
}

async function onWorkers(
  count: number,
  workerData: WorkerData,
  work: (answer: (share: readonly Combination[]) => Promise<readonly Tried[]>) => Promise<void>,
): Promise<void> {
  const one = async () => {
    const worker = new Worker(new URL('./search-worker.ts', import.meta.url), { workerData })
    try {
      await work((share) => ask(worker, share))
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: count }, one))
}

function ask(worker: Worker, share: readonly Combination[]): Promise<readonly Tried[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Tried[]>()
  worker.once('error', reject)
  worker.once('message', (tried: readonly Tried[]) => {
    worker.off('error', reject)
    resolve(tried)
  })
  worker.postMessage(share)
  return promise
}

function sharedBeside({ others, detail }: Beside): Beside {
  const each = [...(others ?? [])].map(([market, columns]) => [market, shared(columns)] as const)
  return {
    others: new Map(each),
    ...(detail === undefined ? {} : { detail: { ...detail, candles: shared(detail.candles) } }),
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
