// One backtest of a rule from the chat, in a thread of its own: whatever it takes, no candle waits for it.
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '@keyside/runtime'
import type { Strategy } from '../strategies/file/strategy.ts'
import type { YearBacktest } from './compact.ts'
import { type YearSource, yearBacktest } from './year-backtest.ts'

export interface WorkerTask {
  readonly strategy: Strategy
  readonly source: YearSource
  /** Unix ms. */
  readonly now: number
}

/** What it says: that the candles are there, and then what came out. */
export type WorkerSaid = 'running' | YearBacktest

const { strategy, source, now } = workerData as WorkerTask
const began = systemClock.now()
const clock = { ...systemClock, now: () => now + systemClock.now() - began }
const say = (said: WorkerSaid) => parentPort?.postMessage(said)
say(await yearBacktest(strategy, source, clock, () => say('running')))
