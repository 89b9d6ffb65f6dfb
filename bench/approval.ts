// From a press on Approve to the order request: through bot, broker and executor, beside the floor that this machine sets.
import { type Press, startApprovalSystem } from './approval-system.ts'
import { startFloor } from './floor.ts'
import { PARTS } from './hop-summary.ts'
import type { BenchOptions, Result } from './result.ts'
import { round, type Spread, spread } from './spread.ts'

/** Presses before the first that counts: compilers warm up, connections open. */
const WARM_UP = 3

export async function approvalBench({ signals, note }: BenchOptions): Promise<Result> {
  note('starting broker, executor, bot, engine and the sandbox')
  const system = await startApprovalSystem()
  try {
    for (let i = 0; i < WARM_UP; i++) await system.round()
    const floor = await startFloor(system)
    try {
      const presses: Press[] = []
      const least: number[] = []
      for (let i = 0; i < signals; i++) {
        const parts = await floor.sample()
        least.push(PARTS.reduce((sum, name) => sum + parts[name], 0))
        presses.push(await system.round())
        if ((i + 1) % 10 === 0) note(`${i + 1} of ${signals} presses`)
      }
      return summary(presses, least)
    } finally {
      await floor.stop()
    }
  } finally {
    await system.stop()
  }
}

function summary(presses: readonly Press[], least: readonly number[]): Result {
  const hops = {
    'pressed → approved': spread(presses.map(({ pressed, approved }) => approved - pressed)),
    'approved → sent': spread(presses.map(({ approved, sent }) => sent - approved)),
    'sent → read': spread(presses.map(({ sent, read }) => read - sent)),
  }
  const system = spread(presses.map(({ pressed, read, exchangeMs }) => read - pressed - exchangeMs))
  const floor = spread(least)
  const ratio = { p50: round(system.p50 / floor.p50), p99: round(system.p99 / floor.p99) }
  const asked = presses.reduce((sum, press) => sum + press.asked, 0)
  const json = { name: 'approval', presses: presses.length, floor, system, hops, ratio, asked }
  const row = (name: string, { p50, p99 }: Spread) =>
    `  ${name.padEnd(22)}${p50.toFixed(2).padStart(10)}${p99.toFixed(2).padStart(10)}`
  const text = [
    `press on Approve → order request read, ${presses.length} presses, ms`,
    `  ${''.padEnd(22)}${'p50'.padStart(10)}${'p99'.padStart(10)}`,
    ...Object.entries(hops).map(([name, one]) => row(name, one)),
    row('system', system),
    row('floor', floor),
    row('system / floor', ratio),
    `  questions to the exchange in between: ${asked}`,
  ].join('\n')
  return { json, text }
}
