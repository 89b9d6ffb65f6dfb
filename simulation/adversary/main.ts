// `npm run adversary -- --seeds N`: days of attacks from seeds, each held against the bound that policy prints.
import { seedsCommand } from '../base/seeds-command.ts'
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

await seedsCommand<Summary>({
  file: import.meta.filename,
  help: HELP,
  seeds: 200,
  change: { option: 'without', apply: removeRule },
  run: async (seeds) => (await import('./seeds.ts')).runSeeds(seeds),
  finish: async (summaries, { seconds, changed }) => {
    const { defaultBounds, joined } = await import('./seeds.ts')
    const { describe, describeBroken } = await import('./describe-attack.ts')
    const sum = joined(summaries)
    process.stdout.write(`${describe(sum, { bounds: defaultBounds(), seconds })}\n`)
    if (sum.broken !== null) process.stdout.write(`${describeBroken(sum.broken, changed)}\n`)
    return sum.broken === null
  },
})
