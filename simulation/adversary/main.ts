// `npm run adversary -- --seeds N`: days of attacks from seeds, each held against the bound that policy prints.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { inChildren, whole } from '../base/workers.ts'
import type { Summary } from './seeds.ts'
import { removeRule } from './without.ts'

const HELP = `Attacks the executor with the engine's key, both brokers and the bot, and holds the loss of each day against
the bound that "keyside policy bound" prints.

  npm run adversary -- --seeds 2000
  npm run adversary -- --seed 1234 --trace

  --seeds N      how many seeds (default 200)
  --start S      the first seed (default 1)
  --seed X       only this one
  --trace        print every move
  --workers N    processes (default: one for each core)
  --without TAG  take one rule out of policy first: the bound must break
`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    start: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    workers: { type: 'string', default: String(availableParallelism()) },
    without: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const started = performance.now()
if (values.help) process.stdout.write(HELP)
else process.exitCode = await main()

async function main(): Promise<number> {
  if (values.without !== undefined) removeRule(values.without)
  const start = whole(values.seed ?? values.start)
  const count = values.seed === undefined ? whole(values.seeds) : 1
  const workers = Math.min(whole(values.workers), count)
  const args = values.without === undefined ? [] : ['--without', values.without]
  const summaries =
    workers > 1
      ? await inChildren<Summary>({ file: import.meta.filename, start, count, workers, args })
      : [await here(start, count)]
  if (process.send !== undefined) {
    process.send(summaries[0])
    return 0
  }
  return tell(summaries)
}

/** Loaded only now, so that a rule is gone before the code that asks it. */
async function tell(summaries: readonly Summary[]): Promise<number> {
  const { defaultBounds, joined } = await import('./seeds.ts')
  const { describe, describeBroken } = await import('./describe-attack.ts')
  const sum = joined(summaries)
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(`${describe(sum, { bounds: defaultBounds(), seconds })}\n`)
  if (sum.broken === null) return 0
  process.stdout.write(`${describeBroken(sum.broken, values.without)}\n`)
  return 1
}

async function here(start: number, count: number): Promise<Summary> {
  const { runSeeds } = await import('./seeds.ts')
  const every = Math.max(1, Math.round(count / 10))
  return runSeeds({
    start,
    count,
    ...(values.trace && { print: (line: string) => process.stdout.write(`${line}\n`) }),
    onSeed: (done) => {
      if (count > 1 && done % every === 0) process.stderr.write(`${done} from seed ${start} done\n`)
    },
  })
}
