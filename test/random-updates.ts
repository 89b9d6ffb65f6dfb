// npm run updates -- [--count 10000] [--seeds 1] [--seed S]: the bot's test with random updates, with more of them and other seeds.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
})
const [count, seeds, first] = [values.count, values.seeds, values.seed].map(Number)
if (![count, seeds, first].every((number) => Number.isSafeInteger(number) && Number(number) >= 1)) {
  process.stderr.write('usage: npm run updates -- [--count N] [--seeds N] [--seed S], from 1\n')
  process.exit(3)
}
for (let seed = Number(first); seed < Number(first) + Number(seeds); seed += 1) {
  const args = ['run', '--project', 'unit', '--testTimeout', '600000', 'bot/random-updates.test.ts']
  const env = { ...process.env, KEYSIDE_SEED: String(seed), KEYSIDE_UPDATES: String(count) }
  process.stdout.write(`seed ${seed}\n`)
  const { status } = spawnSync('vitest', args, { stdio: 'inherit', env })
  if (status !== 0) process.exit(1)
}
