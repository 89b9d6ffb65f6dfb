// `npm run simulate -- --seeds N`: lives of the executor from seeds, each judged after every step.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { inChildren, whole } from './base/workers.ts'
import { describeFailure, describeSummary, joined } from './describe-run.ts'
import { plantMutant } from './mutants.ts'
import type { Summary } from './seeds.ts'

const HELP = `Runs the executor's core, shell and journal in simulated time, with faults drawn from a seed.

  npm run simulate -- --seeds 10000
  npm run simulate -- --seed 1234 --trace

  --seeds N      how many seeds (default 1000)
  --start S      the first seed (default 1)
  --seed X       only this one; prints the hash of its trace
  --trace        print every event
  --workers N    processes (default: one for each core)
  --mutant NAME  plant a known bug first: the run must fail
`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    start: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    workers: { type: 'string', default: String(availableParallelism()) },
    mutant: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const started = performance.now()
if (values.help) process.stdout.write(HELP)
else process.exitCode = await main()

async function main(): Promise<number> {
  if (values.mutant !== undefined) plantMutant(values.mutant)
  const start = whole(values.seed ?? values.start)
  const count = values.seed === undefined ? whole(values.seeds) : 1
  const workers = Math.min(whole(values.workers), count)
  const args = values.mutant === undefined ? [] : ['--mutant', values.mutant]
  const summaries =
    workers > 1
      ? await inChildren<Summary>({ file: import.meta.filename, start, count, workers, args })
      : [await here(start, count)]
  if (process.send !== undefined) {
    process.send(summaries[0])
    return 0
  }
  const sum = joined(summaries)
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(`${describeSummary(sum, seconds)}\n`)
  if (sum.failed === null) return 0
  process.stdout.write(`${describeFailure(sum.failed, values.mutant)}\n`)
  return 1
}

/** Loaded only now, so that a mutant is in place before the code that it changes. */
async function here(start: number, count: number): Promise<Summary> {
  const { runSeeds } = await import('./seeds.ts')
  const every = Math.max(1, Math.round(count / 10))
  return runSeeds({
    start,
    count,
    ...(values.trace && { print: (line: string) => process.stdout.write(`${line}\n`) }),
    onSeed: (done) => {
      if (count > 1 && done % every === 0)
        process.stderr.write(`seeds ${start} to ${start + done - 1} hold\n`)
    },
  })
}
