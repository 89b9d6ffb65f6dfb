// One more core of a search: gets strategies, answers with what each did. It reads no files of strategies: to load what
// that needs would take longer than the thread that asks needs for half of the search.
import { parentPort, workerData } from 'node:worker_threads'
import { scoresOf } from './score.ts'
import type { Asked } from './search.ts'

parentPort?.on('message', ({ strategies, answer }: Asked) => {
  answer.postMessage(scoresOf(strategies, workerData))
})
