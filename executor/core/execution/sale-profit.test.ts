// What a sale has brought, in reports, against sums that are done here by hand.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import type { Fill } from '../model/exchange.ts'

type Step = Extract<TestExecutor['reports'][number]['event'], { type: 'order' }>

/** Fees that the exchange takes: of each purchase, of each sale. */
function takeFees(executor: TestExecutor, buy: Fill['fee'], sell: Fill['fee']): void {
  const { exchange } = executor
  const place = exchange.place.bind(exchange)
  exchange.place = async (wire) => {
    const placed = await place(wire)
    const fee = wire.side === 'buy' ? buy : sell
    if (fee === undefined || placed.outcome !== 'accepted') return placed
    const fills = placed.order.fills.map((fill) => ({ ...fill, fee }))
    return { ...placed, order: { ...placed.order, fills } }
  }
}

const steps = (executor: TestExecutor, kind: Step['order']['kind']) =>
  executor.reports.flatMap(({ event }) =>
    event.type === 'order' && event.order.kind === kind ? [event] : [],
  )

test('a sale tells its gain and its loss, and a purchase nothing', async () => {
  for (const [price, result] of [
    ['61000', { gain: '4.97', negative: false, paid: '298.2', held: 30 }],
    ['59000', { gain: '4.97', negative: true, paid: '298.2', held: 30 }],
  ] as const) {
    const executor = new TestExecutor()
    await executor.enter()
    await executor.clock.advance(30_000)
    executor.exchange.price = price
    executor.exchange.quoteAt = executor.clock.now()
    await executor.give(executor.exit({ reason: 'crossed under' }))
    expect(steps(executor, 'exit').at(-1)).toMatchObject({
      status: 'filled',
      result,
      reason: 'crossed under',
    })
    for (const step of steps(executor, 'entry')) expect(step).not.toHaveProperty('result')
    executor.close()
  }
})

test('fees in the quote currency are in it on both sides', async () => {
  const executor = new TestExecutor()
  const fee = { amount: '0.3', currency: 'USDT' }
  takeFees(executor, fee, fee)
  await executor.enter()
  executor.exchange.price = '61000'
  await executor.give(executor.exit())
  expect(steps(executor, 'exit').at(-1)?.result).toEqual({
    gain: '4.37',
    negative: false,
    paid: '298.5',
    held: 0,
  })
})

test('a fee in coins makes them dearer, and one in a third currency is named', async () => {
  const executor = new TestExecutor()
  takeFees(executor, { amount: '0.00001', currency: 'BTC' }, { amount: '0.002', currency: 'BNB' })
  await executor.enter()
  executor.exchange.price = '61000'
  await executor.give(executor.exit())
  // 0.00497 were paid for, 0.00496 came and were sold: 302.56 less 298.2.
  expect(steps(executor, 'exit').at(-1)?.result).toEqual({
    gain: '4.36',
    negative: false,
    paid: '298.2',
    held: 0,
    besides: [{ amount: '0.002', currency: 'BNB' }],
  })
})

test('a part takes its part of cost and fees along, and the rest tells the rest', async () => {
  const executor = new TestExecutor()
  takeFees(executor, { amount: '0.4', currency: 'BNB' }, undefined)
  await executor.enter({ size: { unit: 'base', value: '0.004' } })
  executor.exchange.price = '61000'
  await executor.give(executor.exit({ size: { unit: 'percent', value: '25' } }))
  executor.exchange.price = '59000'
  await executor.give(executor.exit())
  const results = steps(executor, 'exit').flatMap(({ status, result }) =>
    status === 'filled' ? [result] : [],
  )
  expect(results).toEqual([
    {
      gain: '1',
      negative: false,
      paid: '60',
      held: 0,
      besides: [{ amount: '0.1', currency: 'BNB' }],
    },
    {
      gain: '3',
      negative: true,
      paid: '180',
      held: 0,
      besides: [{ amount: '0.3', currency: 'BNB' }],
    },
  ])
})

test('a stop that was filled tells its loss, after a restart too', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  const stop = executor.exchange.accepted.at(-1)?.clientOrderId ?? ''
  executor.exchange.price = '57900'
  executor.exchange.fill(stop, '0.00497', 'filled')
  await executor.clock.advance(5_000)
  expect(steps(executor, 'stop').at(-1)).toMatchObject({
    status: 'filled',
    result: { gain: '10.437', negative: true, paid: '298.2' },
  })
})

test('the list of trades has each sale once, with all that it sold', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  executor.exchange.mode = 'rests'
  executor.exchange.price = '61000'
  await executor.give(executor.exit())
  const sale = executor.exchange.accepted.at(-1)?.clientOrderId ?? ''
  executor.exchange.fill(sale, '0.00197', 'open')
  await executor.clock.advance(2_100)
  executor.exchange.fill(sale, '0.003', 'filled')
  await executor.clock.advance(2_100)
  await executor.give(executor.command({ do: 'trades', limit: 10 }))
  const event = executor.reports.at(-1)?.event
  const rows = event?.type === 'answer' && event.answer.about === 'trades' ? event.answer.rows : []
  expect(rows).toMatchObject([
    {
      number: 1,
      reason: 'exit',
      amount: '0.00497',
      cost: '298.2',
      proceeds: '303.17',
      result: { gain: '4.97', negative: false },
    },
  ])
})
