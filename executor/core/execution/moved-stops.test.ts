import { expect, test } from 'vitest'
import { allRows, toEvent } from '../../journal/journal.ts'
import { RULES } from '../../testing/fake-exchange.ts'
import { TestExecutor } from '../../testing/rig.ts'

/** To which price the stop of an entry at 60000 rises first when the bid leaps to 62000, and why. */
async function firstRise(exits: {
  trailingStop: { percent: string; from?: string }
  breakEven: string
}) {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', ...exits })
  const before = executor.clock.now()
  executor.exchange.price = '62000'
  await executor.clock.advance(1_500)
  const events = [...allRows(executor.journal.database())].map(toEvent)
  executor.close()
  return events.flatMap((event) =>
    event.type === 'stop_moved' && event.at > before ? [[event.stop, event.why]] : [],
  )
}

test('of a trailing stop and the entry price the higher one counts', async () => {
  expect(await firstRise({ trailingStop: { percent: '1' }, breakEven: '2' })).toEqual([
    ['61380', 'trailing_stop'],
  ])
  expect(await firstRise({ trailingStop: { percent: '5' }, breakEven: '2' })).toEqual([
    ['60000', 'break_even'],
  ])
})

/** Where a trailing stop without an earlier one stands below a bid of so many steps. */
async function trailedAt(bid: string, tick: string, trail: string): Promise<string | undefined> {
  const executor = new TestExecutor()
  const { exchange } = executor
  exchange.rules = () => ({ ...RULES, tick, step: '1', minAmount: '1', maxAmount: '99999999999' })
  exchange.price = bid
  const deep = { volume: '2000000000', asks: [[bid, '999999999999']] } as const
  exchange.liquidity = () => ({ ...deep, volumeAt: exchange.now(), asksAt: exchange.now() })
  await executor.enter({ trailingStop: { percent: trail }, size: { unit: 'quote', value: '300' } })
  await executor.clock.advance(2_000)
  executor.close()
  const sent = exchange.sent.findLast(({ type }) => type === 'stop_limit')?.triggerPrice
  return sent ?? executor.told().at(-1)
}

test.for([
  ['two per cent of 51 steps', '0.00000051', '2', '0.0000005'],
  ['three per cent of 51 steps', '0.00000051', '3', '0.0000005'],
  ['four per cent of 51 steps', '0.00000051', '4', '0.00000049'],
  ['half of three steps', '0.00000003', '50', '0.00000002'],
  ['one per cent of 51 steps, which is less than one', '0.00000051', '1', ''],
] as const)('a stop trails no further than asked: %s', async ([_, bid, trail, stop]) => {
  const refused = 'refusal trail_below_step'
  expect(await trailedAt(bid, '0.00000001', trail)).toBe(stop === '' ? refused : stop)
})
