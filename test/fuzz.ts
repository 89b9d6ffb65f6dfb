// npm run fuzz -- [--mutations 1000000] [--seed S] [--path NAME]: mutated messages against every reader of a stranger's text.
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fuzz } from '../protocol/testing/fuzz.ts'
import { OPEN_PATHS } from '../protocol/testing/open-paths.ts'

const { values } = parseArgs({
  options: {
    mutations: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
})
const mutations = Number(values.mutations)
const seed = Number(values.seed ?? Date.now() % 1_000_000_000)
const paths = OPEN_PATHS.filter(({ name }) => name === (values.path ?? name))
if (
  ![mutations, seed].every((number) => Number.isSafeInteger(number) && number >= 1) ||
  paths.length === 0
) {
  process.stderr.write(
    `usage: npm run fuzz -- [--mutations 1000000] [--seed S] [--path ${OPEN_PATHS.map(({ name }) => name).join('|')}]\n`,
  )
  process.exit(3)
}

/** After the first tenth the heap, freshly collected, may grow by so much, MiB. */
const FLAT = 2
setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
const mib = (bytes: number) => bytes / 2 ** 20
const written = (sizes: readonly number[], places: number) =>
  sizes.map((size) => size.toFixed(places)).join(' ')

process.stdout.write(`${mutations} mutations a path, seed ${seed}\n`)
for (const path of paths) {
  const started = performance.now()
  const [heap, rss]: [number[], number[]] = [[], []]
  const { accepted, threw, verdicts } = fuzz(path, {
    mutations,
    seed,
    onTenth: () => {
      collect()
      const used = process.memoryUsage()
      heap.push(mib(used.heapUsed))
      rss.push(mib(used.rss))
    },
  })
  const took = ((performance.now() - started) / 1000).toFixed(0)
  const told = [...verdicts]
    .sort(([, a], [, b]) => b - a)
    .map(([verdict, count]) => `${verdict} ${count}`)
  const grown = Math.max(...heap) - (heap[0] ?? 0)
  process.stdout.write(
    `${path.name}: accepted ${accepted.length}, threw ${threw.length}, ${took} s\n` +
      `  heap ${written(heap, 1)} MiB, RSS ${written(rss, 0)} MiB\n` +
      `  ${told.join(', ')}\n`,
  )
  for (const text of [...accepted, ...threw].slice(0, 3))
    process.stdout.write(`  ${JSON.stringify(text)}\n`)
  if (accepted.length > 0 || threw.length > 0 || grown > FLAT) process.exitCode = 1
}
