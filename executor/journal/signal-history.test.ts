// What "keyside journal show" prints of one signal: approved, sent, answer lost, found after a crash, filled, protected, sold.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { START, TestExecutor } from '../testing/rig.ts'
import { eventText } from './event-text.ts'
import { readSignalHistories } from './signal-history.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-story-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const path = () => join(folder, 'journal.db')

function told(beginning: string): readonly string[] {
  const [story, ...others] = readSignalHistories(path(), beginning)
  expect(others).toEqual([])
  return (story?.entries ?? []).map(
    ({ at, leg, body }) => `${((at - START) / 1000).toFixed(1)} s  ${leg}: ${eventText(body)}`,
  )
}

test('reads like a story', async () => {
  const executor = new TestExecutor({ path: path(), approval: 'always' })
  await executor.enter({ stopPrice: '58800', reason: 'ema 12 crossed above ema 26' })
  await executor.clock.advance(20_000)
  await executor.give(executor.head())
  executor.exchange.quoteAt = executor.clock.now()
  executor.exchange.mode = 'silent'
  await executor.give(executor.approval(executor.card()))
  await executor.clock.advance(1_500)
  executor.exchange.lookups = 'silent'
  executor.exchange.mode = 'fills'
  executor.crash()
  await executor.clock.advance(1_000)
  executor.exchange.lookups = 'honest'
  await executor.clock.advance(5_000)
  const [entry, stop] = executor.exchange.accepted.map(({ clientOrderId }) => clientOrderId)
  executor.close()
  const story = told(entry ?? '')
  expect(story).toEqual([
    '0.0 s  signal: signal 1 of demo accepted: entry',
    '0.0 s  entry: entry of demo, signal 1: buy BTC/USDT for 300 USDT, stop 58800 (ema 12 crossed above ema 26)',
    '0.0 s  entry: planned: buy 0.00498 BTC/USDT for at most 60150, now or not at all, worth 299.547 USDT, may lose 12.57948 USDT',
    '0.0 s  entry: waits for your yes; policy confirm.above, until 08:02:00 UTC',
    '0.0 s  entry: the card was shown in Telegram',
    '20.0 s  entry: you approved it',
    '20.0 s  entry: decided, and written down before anything is sent',
    '20.0 s  entry: handed to the exchange',
    '21.5 s  entry: no answer: it may be there or not, so it is asked for and never sent again; the program stopped while it was sent (order_unknown)',
    '23.0 s  entry: the exchange has it; as number 1',
    '23.0 s  entry: filled 0.00498 at 60000, trade t1',
    '23.0 s  entry: the exchange says that it is over; 0.00498 filled',
    '23.0 s  entry: filled completely',
    '23.0 s  stop: a stop for what demo holds of BTC/USDT',
    '23.0 s  stop: planned: sell 0.00498 BTC/USDT for at least 57624, once the price is 58800, worth 286.96752 USDT',
    '23.0 s  stop: decided, and written down before anything is sent',
    '23.0 s  stop: handed to the exchange',
    '23.0 s  stop: the exchange has it; as number 2',
  ])
  expect(told(stop ?? ''), 'from its stop as well').toEqual(story)
})

test('what happens to a position is told with the signal that touched it last', async () => {
  const executor = new TestExecutor({ path: path() })
  await executor.enter({ stopPrice: '58800', trailingStop: { percent: '1' } })
  executor.exchange.price = '62000'
  await executor.clock.advance(12_000)
  const bought = executor.exchange.accepted[0]?.clientOrderId ?? ''
  await executor.give(executor.exit())
  await executor.clock.advance(5_000)
  executor.close()
  const entry = told(bought).map((line) => line.replace(/^\S+ s {2}/, ''))
  expect(entry).toContain(
    'position: stop of demo BTC/USDT moved to 61380, behind the highest price',
  )
  expect(entry.filter((line) => line.startsWith('stop 2: '))).not.toEqual([])
  expect(entry.filter((line) => line.startsWith('exit'))).toEqual([])
})

test('a signal that was refused has a story too, and who gives nothing gets them all', async () => {
  const executor = new TestExecutor({ path: path() })
  await executor.enter({ market: 'DOGE/USDT' })
  await executor.enter()
  executor.close()
  const stories = readSignalHistories(path(), '')
  expect(stories.map(({ entries }) => entries.at(-1)?.leg)).toEqual(['entry', 'entry'])
  expect(
    stories.flatMap(({ entries }) => entries.map(({ body }) => eventText(body))).join(),
  ).toMatch(/denied by this device; .*\(market_unknown\)/)
})
