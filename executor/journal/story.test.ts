// The story that "keyside journal show" tells of one order: approved, sent, answer lost, found after a crash, filled.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { START, TestExecutor } from '../world-for-tests.ts'
import { readJournal } from './read.ts'
import { tell } from './words.ts'

test('reads like a story', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-story-'))
  const path = join(folder, 'journal.db')
  const executor = new TestExecutor({ path, approval: 'always' })
  await executor.enter({ stop: '58800', reason: 'ema 12 crossed above ema 26' })
  await executor.clock.turn(20_000)
  await executor.give(executor.head())
  executor.exchange.quoteAt = executor.clock.now()
  executor.exchange.mood = 'silent'
  await executor.give(executor.approval(executor.card()))
  await executor.clock.turn(1_500)
  executor.exchange.lookups = 'silent'
  executor.exchange.mood = 'fills'
  executor.crash()
  await executor.clock.turn(1_000)
  executor.exchange.lookups = 'honest'
  await executor.clock.turn(5_000)
  executor.close()
  const order = executor.exchange.accepted[0]?.clientOrderId ?? ''
  const story = readJournal(path, { order }).map(
    ({ at, body }) => `${((at - START) / 1000).toFixed(1)} s  ${tell(body)}`,
  )
  rmSync(folder, { recursive: true })
  expect(story).toEqual([
    '0.0 s  entry of demo, signal 1: buy BTC/USDT for 300 USDT, stop 58800 (ema 12 crossed above ema 26)',
    '0.0 s  planned: buy 0.00497 BTC/USDT for at most 60300, now or not at all, worth 299.691, may lose 7.455',
    '0.0 s  waits for your yes; policy confirm.above, until 08:02:00 UTC',
    '0.0 s  the card was shown in Telegram',
    '20.0 s  you approved it',
    '20.0 s  decided, and written down before anything is sent',
    '20.0 s  handed to the exchange',
    '21.5 s  no answer: it may be there or not, so it is asked for and never sent again; the program stopped while it was sent (order_unknown)',
    '23.0 s  the exchange has it; as number 1',
    '23.0 s  filled 0.00497 at 60000, trade t1',
    '23.0 s  the exchange says that it is over; 0.00497 filled',
    '23.0 s  filled completely',
  ])
})
