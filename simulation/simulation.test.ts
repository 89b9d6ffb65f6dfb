import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { total } from './base/tally.ts'
import { describeFailure } from './describe-run.ts'
import { MUTANTS } from './mutants.ts'
import { runSeed } from './run-seed.ts'
import { runSeeds } from './seeds.ts'

/** The children read the same files: compiled once. */
const COMPILED = mkdtempSync(join(tmpdir(), 'keyside-mutants-'))
afterAll(() => rmSync(COMPILED, { recursive: true }))

test('every invariant holds after every step of the first seeds', async () => {
  const { failed, tally } = await runSeeds({ start: 1, count: 40 })
  expect(failed === null ? '' : describeFailure(failed)).toBe('')
  expect(total(tally.crashes), 'the faults are there').toBeGreaterThan(10)
  expect(tally.unknowns).toBeGreaterThan(10)
})

test('one seed is one life: the same events in the same order', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyside-simulation-test-'))
  try {
    const [one, again, other] = [
      await runSeed(33, { directory }),
      await runSeed(33, { directory }),
      await runSeed(34, { directory }),
    ]
    expect(again).toEqual(one)
    expect(other.hash).not.toBe(one.hash)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

/** Where the search begins, so that it is short: from 1 on each is found within 900 seeds too. */
const NEAR: Readonly<Record<string, string>> = {
  'clock-back-unnoticed': '82',
  'drift-ignored': '261',
  'every-stop-holds-coins': '354',
  'forgotten-order-kept': '14',
  'hour-forgets': '90',
  'level-sold-twice': '143',
  'missed-exit-forgotten': '150',
  'missed-stop-forgotten': '442',
  'reservation-kept': '41',
  'send-before-journal': '56',
  'shortage-ignored': '287',
  'stop-lowered': '114',
  'stop-lowered-by-hand': '261',
  'stop-of-another-moved': '40',
  'unknown-is-rejected': '267',
  'view-lag-ignored': '641',
  'way-out-taken-back': '133',
  'wrong-side-kept': '80',
  'yes-to-anything': '153',
}

for (const mutant of Object.keys(MUTANTS))
  test(`finds the planted bug ${mutant} and says how to see it again`, async () => {
    const near = NEAR[mutant] ?? '1'
    const { code, said } = await simulate('--start', near, '--mutant', mutant)
    expect(code, said).toBe(1)
    expect(said).toMatch(/^seed \d+ breaks "/m)
    const replay = /^again: npm run simulate -- (--seed \d+) --trace --mutant \S+$/m.exec(said)
    expect(replay, said).not.toBeNull()
  })

async function simulate(...args: string[]): Promise<{ code: number; said: string }> {
  const main = join(import.meta.dirname, 'main.ts')
  const alone = ['--seeds', '500', '--workers', '1']
  const child = spawn(process.execPath, [main, ...alone, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
  })
  const ended = new Promise<number>((done) => child.on('exit', (code) => done(code ?? -1)))
  return { said: await text(child.stdout), code: await ended }
}
