// The benches run and print their tables. Times are not asserted, memory is.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')

/** What the first bench has compiled, the others find. */
const COMPILED = mkdtempSync(join(tmpdir(), 'keyside-compiled-'))
afterAll(() => rmSync(COMPILED, { recursive: true }))

function bench(...parameters: string[]) {
  const file = join(root, 'bench/main.ts')
  const env = { ...process.env, NODE_COMPILE_CACHE: COMPILED }
  const options = { encoding: 'utf8', timeout: 110_000, env } as const
  return spawnSync(process.execPath, [file, ...parameters], options)
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

const part = z.strictObject({
  ...spread,
  floor: z.strictObject(spread),
  ratio: z.strictObject(spread),
})
const growth = z.number().positive()
const decideResult = z.strictObject({
  name: z.literal('decide'),
  signals: z.literal(20),
  perSecond: z.strictObject({ system: z.number().positive(), floor: z.number().positive() }),
  whole: part,
  parts: z.strictObject({
    verification: part,
    decide: z.strictObject({ ...spread, growth }),
    journal: part.extend({ growth }),
  }),
})

test('decide prints verification, decision and journal, each beside its floor', () => {
  const { stdout, stderr } = bench('decide', '--json', '--signals', '20')
  const read = decideResult.safeParse(stdout === '' ? stderr : JSON.parse(stdout))
  expect(read.error?.message).toBeUndefined()
})

test('positions answers whatever an executor that holds some asks for in a second', () => {
  const { stdout, stderr } = bench('positions', '--json', '--signals', '1')
  const { costs } = JSON.parse(stdout === '' ? stderr : stdout) as {
    costs: { positions: number }[]
  }
  expect(costs.map(({ positions }) => positions)).toEqual([1, 10, 50, 200])
})

test('memory stays flat along a thousand signals, half of which have their orders', () => {
  const { stdout, stderr } = bench('memory', '--json', '--signals', '1000')
  const { slope, events, looks } = JSON.parse(stdout === '' ? stderr : stdout)
  expect(looks).toHaveLength(10)
  // Half of them are refused. An order is five events at least; one that is kept would be thousands of bytes.
  expect(events).toBeGreaterThan(5 * 500)
  expect(slope).toBeLessThan(1_000)
})

test('a client connects while strangers hold two thousand sockets', () => {
  const { stdout, stderr } = bench('crowd', '--json', '--signals', '2')
  expect(stderr).toContain('2000 sockets from 1 address(es)')
  const { samples } = JSON.parse(stdout) as { samples: { refused: number; times: number[] }[] }
  expect(samples.map(({ refused, times }) => [refused, times.length])).toEqual([
    [0, 2],
    [0, 2],
  ])
})

test('an unknown name lists the benches', () => {
  const { status, stderr } = bench('nonsense')
  expect(status).toBe(3)
  expect(stderr).toContain('hop  from the close of a candle')
})
