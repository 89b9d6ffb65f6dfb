// The benches run and print what they promise; their figures are nobody's test.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')

function bench(...parameters: string[]) {
  const file = join(root, 'bench/main.ts')
  return spawnSync(process.execPath, [file, ...parameters], { encoding: 'utf8', timeout: 50_000 })
}

const spread = { p50: z.number().positive(), p99: z.number().positive() }
const share = z.strictObject({ ...spread, share: z.number().min(0).max(1) })
const hopResult = z.strictObject({
  name: z.literal('hop'),
  signals: z.literal(10),
  floor: z.strictObject({
    ...spread,
    parts: z.strictObject({ mqtt: share, crypto: share, commits: share, http: share }),
  }),
  system: z.strictObject({ ...spread, hops: z.record(z.string(), share) }),
  ratio: z.strictObject(spread),
})

test('hop prints floor, system and their ratio', () => {
  const { stdout, stderr } = bench('hop', '--json', '--signals', '10')
  const read = hopResult.safeParse(stdout === '' ? stderr : JSON.parse(stdout))
  expect(read.error?.message).toBeUndefined()
  const hops = Object.keys(read.data?.system.hops ?? {})
  expect(hops[0]).toMatch(/^candle/)
  expect(hops.at(-1)).toMatch(/read$/)
})

test('an unknown name lists the benches', () => {
  const { status, stderr } = bench('nonsense')
  expect(status).toBe(3)
  expect(stderr).toContain('hop  from the close of a candle')
})
