// npm run properties -- [--times 10] [--seed S]: the unit tests, each time with another seed for their order and their draws.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { times: { type: 'string', default: '10' }, seed: { type: 'string' } },
})
const times = Number(values.times)
const first = Number(values.seed ?? Date.now() % 1_000_000_000)
if (![times, first].every((number) => Number.isSafeInteger(number) && number >= 1)) {
  process.stderr.write(
    'usage: npm run properties -- [--times 10] [--seed S], whole numbers from 1\n',
  )
  process.exit(3)
}

const red: number[] = []
for (let seed = first; seed < first + times; seed += 1) {
  process.stdout.write(`seed ${seed}\n`)
  const { status } = spawnSync('vitest', ['run', '--project', 'unit', '--reporter', 'dot'], {
    stdio: 'inherit',
    env: { ...process.env, KEYSIDE_SEED: String(seed) },
  })
  if (status !== 0) red.push(seed)
}
process.stdout.write(red.length === 0 ? `all ${times} green\n` : `red seeds: ${red.join(', ')}\n`)
process.exitCode = red.length === 0 ? 0 : 1
