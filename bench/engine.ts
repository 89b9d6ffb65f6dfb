// Many markets close in one second: how long until the last signal is published, and what the engine costs in between.
import type { CloseSetup, Closes } from './close-engine.ts'
import { startHelper } from './processes.ts'
import type { BenchOptions, Result } from './result.ts'

const SEED = Array.from({ length: 32 }, () => 9)
const STRATEGIES_EACH = 10
const PERCENTS = [1, 10, 100]
/** Streams of one plan: what a provider gives together. */
const PLAN = 50

/** `signals`: markets of the smallest run. */
export async function engineBench({ signals, only = '', note }: BenchOptions): Promise<Result> {
  const runs: (Closes & { markets: number; streamsInPlan: number })[] = []
  for (const [times, streamsInPlan] of [
    [1, 1],
    [1, PLAN],
    [2, PLAN],
    [4, PLAN],
  ] as const) {
    const markets = signals * times
    if (!`${markets} markets, ${streamsInPlan} a plan`.includes(only)) continue
    runs.push({ markets, streamsInPlan, ...(await run({ markets, streamsInPlan })) })
    note(JSON.stringify(runs.at(-1)))
  }
  const rows = runs.map((run) => {
    const closes = run.closes.map(({ signals, firstMs, lastMs, cpuMs, blockedMs }) =>
      [signals, ...[firstMs, lastMs, cpuMs, blockedMs].map(Math.round)].join(' / '),
    )
    const { markets, streamsInPlan, connections, heapBytes } = run
    const seconds = ({ ms, cpuMs }: { ms: number; cpuMs: number }) =>
      `${(ms / 1000).toFixed(1)} (${(cpuMs / 1000).toFixed(1)})`
    const starts = [run.start, run.again, run.stop].map(seconds).join(' / ')
    const blocked = [run.start, run.again].map(({ blockedMs }) => Math.round(blockedMs)).join(' / ')
    const idle = `${Math.round(run.idle.cpuMs)}`
    const heads = run.headsPercent.toFixed(1)
    const signatures = Math.round(run.signaturesMs)
    return `| ${[markets, streamsInPlan, ...closes, signatures, idle, heads, starts, blocked, connections, (heapBytes / 1024).toFixed(1), run.residentMiB].join(' | ')} |`
  })
  const head = `| markets | streams a plan | ${PERCENTS.map((percent) => `${percent} %: signals / first / last / CPU / blocked ms`).join(' | ')} | signatures alone, all, CPU ms | idle close CPU ms | heads % of a core | start / from stored state / stop, s (CPU) | start blocked ms | connections | KiB a strategy | MiB |`
  const line = `|${'---|'.repeat(head.split('|').length - 2)}`
  return { json: { name: 'engine', runs }, text: [head, line, ...rows].join('\n') }
}

async function run(size: Pick<CloseSetup, 'markets' | 'streamsInPlan'>): Promise<Closes> {
  const broker = await startHelper<string>('close-broker.ts')
  try {
    const url = await broker.ask<string>(SEED)
    const engine = await startHelper<string>('close-engine.ts')
    try {
      const setup: CloseSetup = {
        ...size,
        url,
        seed: SEED,
        strategiesEach: STRATEGIES_EACH,
        history: 100,
        percents: PERCENTS,
        quietMs: 30_000,
      }
      return await engine.ask<Closes>(setup)
    } finally {
      await engine.stop()
    }
  } finally {
    await broker.stop()
  }
}
