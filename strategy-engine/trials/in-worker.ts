// Asks a thread for a backtest, and ends the thread when it takes too long.
import { Worker } from 'node:worker_threads'
import { type Clock, describeError, programFile } from '@keyside/runtime'
import type { WorkerSaid, WorkerTask } from './backtest-worker.ts'
import type { YearBacktest } from './compact.ts'
import { clipped } from './shown-rules.ts'

export interface WorkerLimits {
  readonly clock: Clock
  /** From the candles to the figures, ms. */
  readonly runMs?: number
  /** Until the candles are there, ms: a little more than the exchange is given. */
  readonly readyMs: number
  readonly program?: URL
}

const RUN_MS = 10_000
const MEMORY_MB = 768

/** Never rejects: what becomes of a thread is an answer too. */
export function backtestInWorker(
  task: WorkerTask,
  {
    clock,
    readyMs,
    runMs = RUN_MS,
    program = programFile('strategy-engine/trials/backtest-worker'),
  }: WorkerLimits,
): Promise<YearBacktest> {
  const worker = new Worker(program, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  })
  const { promise, resolve } = Promise.withResolvers<YearBacktest>()
  const failed = (code: string, message: string) =>
    resolve({ ran: 'no', code, message: clipped(message, 300) })
  const slow = (what: string, ms: number) =>
    clock.after(ms, () =>
      failed(
        'backtest_slow',
        `${what} took more than ${ms / 1000} s, so it was stopped: try fewer indicators or a longer timeframe, or "keyside backtest" at the terminal`,
      ),
    )
  let cancel = slow('reading the candles', readyMs)
  worker.on('message', (said: WorkerSaid) => {
    cancel()
    if (said === 'running') cancel = slow('the backtest', runMs)
    else resolve(said)
  })
  worker.on('error', (error) =>
    failed('backtest_failed', `the backtest failed: ${describeError(error).message}`),
  )
  worker.on('exit', () =>
    failed(
      'backtest_failed',
      'the backtest ended without a result: try again, or "keyside backtest" at the terminal',
    ),
  )
  return promise.finally(async () => {
    cancel()
    await worker.terminate()
  })
}
