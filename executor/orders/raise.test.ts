import { expect, test } from 'vitest'
import { allRows, toFact } from '../journal/journal.ts'
import { TestExecutor } from '../world-for-tests.ts'

/** To which price the stop of an entry at 60000 rises first when the bid leaps to 62000, and why. */
async function firstRise(exits: { trail: string; even: string }) {
  const executor = new TestExecutor()
  await executor.enter({ stop: '58000', ...exits })
  const before = executor.clock.now()
  executor.exchange.price = '62000'
  await executor.clock.turn(1_500)
  const facts = [...allRows(executor.journal.database())].map(toFact)
  executor.close()
  return facts.flatMap((fact) =>
    fact.type === 'raised' && fact.at > before ? [[fact.stop, fact.why]] : [],
  )
}

test('of a trailing stop and the entry price the higher one counts', async () => {
  expect(await firstRise({ trail: '1', even: '2' })).toEqual([['61380', 'trail']])
  expect(await firstRise({ trail: '5', even: '2' })).toEqual([['60000', 'even']])
})
