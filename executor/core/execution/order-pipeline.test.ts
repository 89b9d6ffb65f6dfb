import { expect, test } from 'vitest'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'

test('turns an entry into one order at the exchange and a position', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  expect(executor.exchange.accepted).toHaveLength(1)
  expect(executor.exchange.accepted[0]).toMatchObject({
    type: 'limit',
    timeInForce: 'IOC',
    side: 'buy',
    price: '60300',
  })
  expect(executor.told()).toEqual(['state running', 'entry submitted', 'entry filled'])
  expect(executor.state().portfolio.orders).toEqual({})
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ amount: '0.00497' }])
})

test('places the stop right after the fill and takes it away before the exit', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  const stop = executor.exchange.accepted[1]
  expect(stop).toMatchObject({
    type: 'stop_limit',
    side: 'sell',
    triggerPrice: '58000',
    amount: '0.00497',
  })
  await executor.give(executor.exit())
  await executor.clock.advance(100)
  expect(executor.exchange.orders.get(stop?.clientOrderId ?? '')?.status).toBe('canceled')
  expect(executor.exchange.accepted[2]).toMatchObject({
    type: 'limit',
    timeInForce: 'IOC',
    side: 'sell',
  })
  expect(executor.state().portfolio.positions).toEqual({})
  expect(executor.state().portfolio.orders).toEqual({})
})

test('sells nothing twice when the stop fills while it is being canceled', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  const id = executor.exchange.accepted[1]?.clientOrderId ?? ''
  executor.exchange.fill(id, '0.00497', 'filled')
  await executor.give(executor.exit())
  await executor.clock.advance(100)
  expect(executor.exchange.accepted).toHaveLength(2)
  expect(executor.told()).toContain('stop filled')
  expect(executor.told().at(-1)).toMatch(/no_position/)
})

test('puts the stop back when the exit does not fill', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  executor.exchange.mode = 'rejects'
  executor.take(executor.exit())
  await executor.clock.advance(0)
  await executor.clock.advance(50)
  executor.exchange.mode = 'fills'
  await executor.clock.advance(5_000)
  expect(executor.told()).toContain('exit rejected insufficient_funds')
  const stops = executor.exchange.sent.filter(({ type }) => type === 'stop_limit')
  expect(stops.length).toBeGreaterThan(1)
})

test('gives every entry its stop, however many came before on what exits left over', async () => {
  const executor = new TestExecutor()
  for (let i = 0; i < 22; i++) {
    await executor.enter({ stopPrice: '58000', size: { unit: 'quote', value: '20' } })
    await executor.give(executor.exit({ size: { unit: 'percent', value: '90' } }))
    await executor.clock.advance(60_000)
  }
  await executor.enter({ stopPrice: '58000' })
  expect(executor.told()).not.toContain('notice stop_failed')
  expect(executor.exchange.accepted.at(-1)).toMatchObject({ type: 'stop_limit' })
})

test('a later entry raises the stop of what is held and never lowers it', async () => {
  const executor = new TestExecutor()
  for (const [stop, stands] of [
    ['58000', '58000'],
    ['57000', '58000'],
    ['59000', '59000'],
  ] as const) {
    await executor.enter({ stopPrice: stop, size: { unit: 'quote', value: '100' } })
    expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ stop: stands }])
  }
})

test('says aloud that a position has no stop when the exchange turns it down', async () => {
  const executor = new TestExecutor()
  const { place } = executor.exchange
  executor.exchange.place = async (order) =>
    order.type === 'stop_limit'
      ? { outcome: 'rejected', code: 'invalid', message: 'no' }
      : place.call(executor.exchange, order)
  await executor.enter({ stopPrice: '58000' })
  expect(executor.told()).toContain('notice stop_failed')
})

test('settles a part that was filled and cancels the rest', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'half'
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry canceled not_filled')
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ amount: '0.00248' }])
})

test('follows a resting order until it is filled', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  const id = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(id, '0.001', 'open')
  await executor.clock.advance(2_100)
  expect(executor.told().at(-1)).toBe('entry partially_filled')
  executor.exchange.fill(id, '0.00408', 'filled')
  await executor.clock.advance(2_100)
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('tells of a part whose fills had to be asked for', async () => {
  const executor = new TestExecutor()
  const { exchange } = executor
  const view = exchange.view.bind(exchange)
  exchange.view = (shown) => ({ ...view(shown), fills: [] })
  exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  exchange.fill(exchange.accepted[0]?.clientOrderId ?? '', '0.001', 'open')
  await executor.clock.advance(4_000)
  expect(executor.told().filter((one) => one === 'entry partially_filled')).toHaveLength(1)
})

test('asks for a fresh price before it decides on an old one', async () => {
  const executor = new TestExecutor()
  executor.exchange.quoteAt -= 4_000
  executor.exchange.price = '50000'
  await executor.enter()
  expect(executor.exchange.quoteAt).toBe(executor.clock.now())
  expect(executor.exchange.accepted).toHaveLength(1)
})

test('refuses outside policy and says which rule', async () => {
  const executor = new TestExecutor()
  await executor.enter({ size: { unit: 'quote', value: '501' } })
  expect(executor.exchange.sent).toEqual([])
  expect(executor.told().at(-1)).toBe('entry denied size.max')
})

test('counts what was decided today against the limit of the day, over a restart', async () => {
  const executor = new TestExecutor()
  for (let round = 0; round < 5; round += 1) {
    await executor.enter({ size: { unit: 'quote', value: '480' } })
    await executor.give(executor.exit())
    executor.crash()
    await executor.clock.advance(1_000)
  }
  expect(executor.exchange.accepted.filter(({ side }) => side === 'buy')).toHaveLength(4)
  expect(executor.told()).toContain('entry denied vel.notional')
})

test('an exit takes back the entry that still waits at the exchange, and sells what it bought', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  const id = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(id, '0.001', 'open')
  executor.exchange.mode = 'fills'
  await executor.give(executor.exit())
  await executor.clock.advance(3_000)
  expect(executor.exchange.orders.get(id)?.status).toBe('canceled')
  expect(executor.exchange.accepted[1]).toMatchObject({ side: 'sell', amount: '0.001' })
  expect(executor.state().portfolio.orders).toEqual({})
})

test('asks again for fills that the exchange failed to tell, while the order still waits', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  const id = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(id, '0.001', 'open')
  const { fills, view } = executor.exchange
  executor.exchange.view = (kept) => ({ ...view.call(executor.exchange, kept), fills: [] })
  executor.exchange.fills = async () => ({ ok: false, message: 'no answer' })
  await executor.clock.advance(10_000)
  expect(executor.state().portfolio.positions).toEqual({})
  executor.exchange.fills = fills
  await executor.clock.advance(16_000)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ amount: '0.001' }])
})

test('an older entry that fills late brings back neither its stop nor the names of its stops', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000', stopPrice: '57000' })
  const older = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(older, '0.001', 'open')
  await executor.clock.advance(2_100)
  executor.exchange.mode = 'fills'
  await executor.enter({
    jti: jtiOf('second'),
    size: { unit: 'quote', value: '60' },
    stopPrice: '58000',
  })
  await executor.clock.advance(5_000)
  executor.exchange.fill(older, '0.001', 'open')
  await executor.clock.advance(5_000)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ stop: '58000' }])
  const stops = executor.exchange.sent.filter(({ type }) => type === 'stop_limit')
  expect(stops.at(-1)).toMatchObject({ triggerPrice: '58000', amount: '0.00299' })
  expect(executor.failure).toBeNull()
})

test('an older entry that is found filled behind a newer one keeps its higher stop', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59900', stopPrice: '58103' })
  const [older] = executor.exchange.accepted
  executor.exchange.price = '58500'
  executor.exchange.fill(older?.clientOrderId ?? '', older?.amount ?? '', 'filled')
  executor.exchange.quoteAt = executor.clock.now()
  executor.exchange.mode = 'fills'
  await executor.enter({ size: { unit: 'quote', value: '10' }, stopPrice: '57000' })
  await executor.clock.advance(10_000)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ stop: '58103' }])
})

test('what is left of a position counts as what was paid for it, whatever came and went before', async () => {
  const executor = new TestExecutor()
  const base = (value: string) => ({ size: { unit: 'base', value } }) as const
  await executor.enter({ ...base('0.005'), stopPrice: '58000' })
  await executor.give(executor.exit(base('0.004')))
  await executor.clock.advance(5_000)
  executor.exchange.price = '90000'
  executor.exchange.quoteAt = executor.clock.now()
  await executor.enter({ ...base('0.005'), stopPrice: '88000' })
  const [position] = Object.values(executor.state().portfolio.positions)
  expect(position).toMatchObject({ amount: '0.006', baseBought: '0.006', cost: '510' })
})

test('a position that comes back by a late fill gets a stop of its own', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000', stopPrice: '57000' })
  const entry = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(entry, '0.001', 'open')
  await executor.clock.advance(2_100)
  executor.exchange.fill(executor.exchange.accepted[1]?.clientOrderId ?? '', '0.001', 'filled')
  await executor.clock.advance(2_100)
  expect(executor.state().portfolio.positions).toEqual({})
  executor.exchange.fill(entry, '0.001', 'open')
  await executor.clock.advance(2_100)
  expect(
    executor.exchange.accepted.map(({ type, timeInForce }) => `${type} ${timeInForce}`),
  ).toEqual(['limit GTC', 'stop_limit GTC', 'stop_limit GTC'])
  expect(executor.failure).toBeNull()
})

test('a stop that is over is cleared up within five seconds once the exchange answers again', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  const stop = executor.exchange.accepted[1]?.clientOrderId ?? ''
  const { find } = executor.exchange
  executor.exchange.find = async () => ({ outcome: 'unknown', message: 'no answer' })
  await executor.clock.advance(50_000)
  executor.exchange.fill(stop, '0.001', 'canceled')
  executor.exchange.find = find
  await executor.clock.advance(4_500)
  const sent = executor.exchange.sent.filter(({ type }) => type === 'stop_limit')
  expect(sent.map(({ amount }) => amount)).toEqual(['0.00497', '0.00397'])
})

test('an answer about an order with another number is not believed', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(1_000)
  const { find } = executor.exchange
  executor.exchange.find = async (market, id) => {
    const found = await find.call(executor.exchange, market, id)
    const another = { exchangeId: '999', status: 'canceled', filled: '0', fills: [] } as const
    return found.outcome === 'found' ? { ...found, order: { ...found.order, ...another } } : found
  }
  await executor.clock.advance(10_000)
  executor.exchange.find = find
  await executor.clock.advance(10_000)
  expect(executor.exchange.sent.filter(({ type }) => type === 'stop_limit')).toHaveLength(1)
})

test('an order whose trades are not all listed is told each minute, and settled when they are', async () => {
  const executor = new TestExecutor()
  const { fills } = executor.exchange
  const view = executor.exchange.view
  executor.exchange.view = (kept) => ({ ...view.call(executor.exchange, kept), fills: [] })
  executor.exchange.fills = async () => ({ ok: true, value: [] })
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(150_000)
  const told = executor.told().filter((line) => line === 'notice fills_missing')
  expect(told).toHaveLength(2)
  executor.exchange.fills = fills
  await executor.clock.advance(5_000)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ amount: '0.00497' }])
})
