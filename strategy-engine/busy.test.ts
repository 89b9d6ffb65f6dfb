// Another program holds engine.db for a while: streams and heads go on, and no signal is lost or given twice.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openDatabase, transaction } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { startFixture, T0, until } from './testing/fixture.ts'
import { candles } from './testing/rules.ts'

async function openHeld(closes: readonly number[], past = 1) {
  const fixture = await startFixture(candles([...closes], T0 - past * 60 - 60), { past })
  const other = new DatabaseSync(join(fixture.home.path, 'engine/engine.db'))
  onTestFinished(() => other.close())
  await until(() => fixture.messages('head').length > 0)
  return {
    ...fixture,
    hold: () => other.exec('BEGIN IMMEDIATE'),
    release: () => other.exec('ROLLBACK'),
  }
}

test('the signal of a candle that closed under a lock is given when the lock is gone, and once', async () => {
  const { close, messages, row, logged, hold, release } = await openHeld([100, 106])
  hold()
  await close()
  expect(messages('signal')).toEqual([])
  release()
  await until(() => row()?.[1] === 1)
  expect(messages('signal').map(({ claims }) => claims.candle.start)).toEqual([T0 - 60])
  expect(logged()).toContain('database_busy')
  expect(logged()).not.toContain('stream_failed')
})

test('candles that closed under a lock are decided in their order', async () => {
  const { close, messages, row, hold, release } = await openHeld([100, 106, 90, 90])
  hold()
  for (const _ of [1, 2, 3]) await close()
  release()
  await until(() => row()?.[1] === 2)
  // The entry is too old by then, and counted all the same.
  expect(messages('signal').map(({ claims }) => [claims.seq, claims.kind])).toEqual([[2, 'exit']])
})

test('heads go on while another program writes', async () => {
  const { pass, messages, hold, release } = await openHeld([100])
  hold()
  pass(15_000)
  await until(() => messages('head').length === 2)
  release()
})

test('a signal that was sent and could not be booked is booked later, and not sent again', async () => {
  const { close, messages, hops, home, hold, release, pass } = await openHeld([100, 106])
  await close()
  // Before the booking, which comes a moment after.
  hold()
  await until(() => hops.some(([hop]) => hop === 'published'))
  await until(() => messages('signal').length === 1)
  pass(15_000)
  release()
  using reader = new DatabaseSync(join(home.path, 'engine/engine.db'), { readOnly: true })
  await until(
    () => reader.prepare("SELECT 1 FROM signals WHERE state = 'sent'").get() !== undefined,
  )
  expect(messages('signal')).toHaveLength(1)
})

test('the reason for a lock is not hidden by the transaction that could not begin', () => {
  const database = openDatabase(':memory:', '')
  onTestFinished(() => database.close())
  database.exec('BEGIN')
  database.exec('COMMIT')
  expect(() => transaction(database, () => database.exec('ROLLBACK; nonsense'))).toThrow('nonsense')
})
