import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { runDay } from './adversary/day.ts'
import { describeBroken } from './adversary/describe-attack.ts'
import { drawPolicy } from './adversary/policies.ts'
import { partOf, runSeed, runSeeds } from './adversary/seeds.ts'
import { STRATEGIES } from './adversary/strategies.ts'
import { Random } from './base/random.ts'

/** The children read the same files: compiled once. */
const COMPILED = mkdtempSync(join(tmpdir(), 'keyside-adversary-'))
afterAll(() => rmSync(COMPILED, { recursive: true }))

test('no attacker takes more in a day than the bound that is printed, and one takes most of it', async () => {
  const { broken, worst, worstOfDefault } = await runSeeds({ start: 1, count: 25 })
  expect(broken === null ? '' : describeBroken(broken)).toBe('')
  expect(worst === null ? 0 : partOf(worst), 'the attacks are worth something').toBeGreaterThan(0.5)
  expect(worstOfDefault === null ? 0 : partOf(worstOfDefault)).toBeGreaterThan(0.5)
})

test('what prices fall in the first seconds of a day is part of its loss', async () => {
  const strategy = STRATEGIES['midnight fall, then stop hunt']
  if (strategy === undefined) throw new Error('there is no such attacker')
  const policy = drawPolicy(new Random(304))
  const day = await runDay({ seed: 304, policy, takerFee: '0.001', carries: 'something', strategy })
  expect(partOf(day)).toBeGreaterThan(0.7)
  expect(partOf(day)).toBeLessThanOrEqual(1)
})

test('bids that are taken away while something is sold are part of the bound', async () => {
  const { outcome } = await runSeed(1582)
  expect(outcome.strategy).toBe('churn with heads')
  expect(partOf(outcome)).toBeGreaterThan(0.9)
  expect(partOf(outcome)).toBeLessThanOrEqual(1)
})

test('one seed is one day: the same loss again', async () => {
  const one = await runSeed(33)
  expect(await runSeed(33)).toEqual(one)
})

/** Where the search begins, so that it is short: from 1 on each is found within 80 seeds too. */
test.concurrent.each([
  ['vel.notional', '29'],
  ['sl.required', '1'],
  ['sym.liquidity', '1'],
  ['price.collar', '1'],
  ['loss.day', '79'],
])('without %s the bound breaks, and it says how to see it again', async (tag, near) => {
  const search = ['--start', near, '--seeds', '200', '--workers', '1']
  const { code, said } = await attack(...search, '--without', tag)
  expect(code, said).toBe(1)
  expect(said).toMatch(/^seed \d+ breaks the bound: lost /m)
  expect(said).toMatch(
    new RegExp(`^again: npm run adversary -- --seed \\d+ --trace --without ${tag}$`, 'm'),
  )
})

test('a rule that does not exist cannot be taken out', async () => {
  const { code, said } = await attack('--seeds', '1', '--without', 'no.rule')
  expect({ code, said }).toEqual({ code: 1, said: '' })
})

async function attack(...args: string[]): Promise<{ code: number; said: string }> {
  const main = join(import.meta.dirname, 'adversary/main.ts')
  const env = { ...process.env, NODE_COMPILE_CACHE: COMPILED }
  const stdio = ['ignore', 'pipe', 'ignore'] as const
  const child = spawn(process.execPath, [main, ...args], { stdio: [...stdio], env })
  const ended = new Promise<number>((done) => child.on('exit', (code) => done(code ?? -1)))
  return { said: await text(child.stdout), code: await ended }
}
