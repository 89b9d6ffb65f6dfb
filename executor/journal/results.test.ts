// The journal is read into the ledger by its index, and what was added is read alone.
import { expect, test } from 'vitest'
import { TestExecutor } from '../testing/rig.ts'
import { RESULTS_QUERY, Results } from './results.ts'

test('only what results are made of is looked at', () => {
  const executor = new TestExecutor()
  const plan = executor.journal.database().prepare(`EXPLAIN QUERY PLAN ${RESULTS_QUERY}`).all(0)
  expect(JSON.stringify(plan)).toContain('events_of_results')
  executor.close()
})

test('a second look reads what was added since', async () => {
  const executor = new TestExecutor()
  const results = new Results()
  const read = async () =>
    (await results.read(executor.journal.database(), async () => undefined)).trades().length
  await executor.enter()
  expect(await read()).toBe(0)
  await executor.give(executor.exit())
  expect(await read()).toBe(1)
  expect(await read()).toBe(1)
  executor.close()
})
