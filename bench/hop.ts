// From the close of a candle to the order request read by the exchange, beside the floor that this machine sets.
import { type Floor, startFloor } from './floor.ts'
import { type Parts, summary } from './hop-summary.ts'
import { type HopSystem, quiet, startSystem } from './hop-system.ts'
import type { BenchOptions, Result } from './result.ts'

/** Rounds before the first that counts: compilers warm up, connections open. */
const WARM_UP = 20

export async function hop({ signals, note }: BenchOptions): Promise<Result> {
  note('starting broker, engine, executor and the sandbox exchange')
  const system = await startSystem()
  try {
    for (let i = 0; i < Math.min(WARM_UP, signals); i++) await system.round()
    const floor = await startFloor(system)
    try {
      return await measure(system, floor, { signals, note })
    } finally {
      await floor.stop()
    }
  } finally {
    await system.stop()
  }
}

/** Floor and system take turns, so that whatever else this machine does meets both. */
async function measure(system: HopSystem, floor: Floor, options: BenchOptions): Promise<Result> {
  const parts: Parts[] = []
  const reads: number[] = []
  for (let i = 0; i < options.signals; i++) {
    parts.push(await floor.sample())
    await quiet()
    reads.push(await system.round())
    if ((i + 1) % 100 === 0) options.note(`${i + 1} of ${options.signals} signals`)
  }
  await quiet()
  return summary(parts, system.traces(), reads)
}
