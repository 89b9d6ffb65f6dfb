// One core of a search: gets combinations, answers with what each did.
import { parentPort, workerData } from 'node:worker_threads'
import type { Combination } from './combinations.ts'
import type { WorkerData } from './search.ts'
import { tryCombinations } from './try-combinations.ts'

const { task, candles, beside } = workerData as WorkerData
parentPort?.on('message', (combinations: readonly Combination[]) => {
  parentPort?.postMessage(tryCombinations(task, combinations, candles, beside))
})
