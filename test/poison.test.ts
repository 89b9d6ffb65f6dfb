// What code in a dependency of the executor, and of the bot, reaches, and that each wall is one: without it, exactly what it
// kept off gets through.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALWAYS, type Command, DOWN, EVERYTHING, runPoisoned, SEEN_LATER } from './poisoned.ts'
import { openTestSystem, type TestSystem } from './test-system.ts'

let system: TestSystem
beforeAll(async () => {
  system = await openTestSystem()
})
afterAll(() => system.close())

function poisoned(only: 'walls' | 'all', change?: (command: Command) => Command) {
  const { home, passphrase, sandbox } = system
  const executor = { program: 'executor', allowed: sandbox.exchange.address } as const
  const parts = { ...executor, home, passphrase, environment: process.env, only }
  return runPoisoned({ ...parts, ...(change && { change }) })
}

test('it reaches the key that it can see in use and the addresses that are allowed, and nothing else', async () => {
  const { reached, arrived } = await poisoned('all')
  expect(reached).toEqual([...ALWAYS, ...SEEN_LATER])
  expect(arrived).toBe(0)
})

test.each(Object.entries(DOWN))('%s', async (_, { change, reaches }) => {
  const { reached, arrived } = await poisoned('walls', change)
  expect(new Set(reached)).toEqual(new Set([...ALWAYS, ...reaches]))
  expect(arrived > 0).toBe(reaches.includes('carried to an address of its own'))
})

test('each of the fourteen is kept off by a wall that was taken down above, or is told of', () => {
  const kept = Object.values(DOWN).flatMap(({ reaches }) => reaches)
  expect(new Set([...kept, ...ALWAYS, ...SEEN_LATER])).toEqual(new Set(EVERYTHING))
  expect(EVERYTHING).toHaveLength(14)
})

test('the bot, which draws its charts by itself, starts no process either, nor reaches anything else', async () => {
  const { home, sandbox } = system
  const bot = { program: 'bot', allowed: sandbox.telegram.address, passphrase: '' } as const
  const parts = { ...bot, home, environment: process.env, only: 'walls' } as const
  expect((await runPoisoned(parts)).reached).toEqual(ALWAYS)
  const { change } = DOWN['may start processes'] ?? expect.fail()
  expect((await runPoisoned({ ...parts, change })).reached).toEqual(['another process', ...ALWAYS])
})

test('an engine, which has a thread for trials, starts no other one', async () => {
  const { home, sandbox } = system
  const engine = { program: 'engine', allowed: sandbox.exchange.address, passphrase: '' } as const
  const parts = { ...engine, home, environment: process.env, only: 'walls' } as const
  expect((await runPoisoned(parts)).reached).toEqual(ALWAYS)
})
