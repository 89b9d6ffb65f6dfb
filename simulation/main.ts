// `npm run simulate -- --seeds N`: lives of the executor from seeds, each judged after every step.
import { seedsCommand } from './base/seeds-command.ts'
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

await seedsCommand<Summary>({
  file: import.meta.filename,
  help: HELP,
  seeds: 1000,
  change: { option: 'mutant', apply: plantMutant },
  run: async (seeds) => (await import('./seeds.ts')).runSeeds(seeds),
  finish: async (summaries, { seconds, changed }) => {
    const sum = joined(summaries)
    process.stdout.write(`${describeSummary(sum, seconds)}\n`)
    if (sum.failed !== null) process.stdout.write(`${describeFailure(sum.failed, changed)}\n`)
    return sum.failed === null
  },
})
