// Coins that went elsewhere: what is there is sold and stands under a stop, and no more than that is tried for long.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

const SECOND = 1_000
const MINUTE = 60_000

/** The trader has no coins besides. 300 of quote are 0.00497 at a limit of 60300. */
async function holding(change = {}, streams = ['demo']): Promise<TestExecutor> {
  const executor = new TestExecutor({ streams })
  executor.exchange.own = '0'
  executor.exchange.coins = 'counted'
  await executor.enter({ stopPrice: '58000', ...change })
  await executor.clock.advance(5 * SECOND)
  return executor
}

const open = ({ exchange }: TestExecutor) =>
  [...exchange.orders.values()].filter(({ status }) => status === 'open')
const stops = (executor: TestExecutor) =>
  open(executor)
    .filter(({ order }) => order.type === 'stop_limit')
    .map(({ order }) => order.amount)
const sold = ({ exchange }: TestExecutor) =>
  exchange.accepted
    .filter(({ side, type }) => side === 'sell' && type !== 'stop_limit')
    .map(({ amount }) => amount)
const tries = ({ exchange }: TestExecutor) =>
  exchange.sent.filter(({ side }) => side === 'sell').length
const position = ({ state }: { state: TestExecutor['state'] }, key = 'home/demo BTC/USDT') =>
  state().portfolio.positions[key]
const view = (executor: TestExecutor, key?: string) =>
  position({ state: () => executor.state() }, key)
const drifts = ({ reports }: TestExecutor) =>
  reports.flatMap(({ event }) =>
    event.type === 'notice' && event.code === 'position_drift' ? [event.message] : [],
  )

/** At the exchange's site: coins under an order are taken out of it first. */
function take(executor: TestExecutor, amount: string): void {
  for (const kept of open(executor)) if (kept.order.side === 'sell') kept.status = 'canceled'
  executor.exchange.own = `-${amount}`
}

async function minutes(executor: TestExecutor, count: number): Promise<void> {
  for (let i = 0; i < count * 2; i += 1) {
    executor.take(executor.head())
    await executor.clock.advance(MINUTE / 2)
  }
}

test.for([
  ['a step', '0.00001', '0.00496'],
  ['a half', '0.00250', '0.00247'],
  ['nearly all', '0.00480', '0.00017'],
] as const)(
  'an exit sells what is there when %s is gone, within seconds',
  async ([_, gone, there]) => {
    const executor = await holding()
    executor.exchange.own = `-${gone}`
    await executor.give(executor.exit())
    await executor.clock.advance(5 * SECOND)
    expect(sold(executor)).toEqual([there])
    await minutes(executor, 10)
    expect(sold(executor)).toEqual([there])
    expect(stops(executor)).toEqual([])
    expect(tries(executor), 'the stop, the sale that was refused, and the one that was not').toBe(3)
    expect(drifts(executor)).toEqual([
      expect.stringContaining(`(BTC/USDT: positions 0.00497, there ${there})`),
    ])
    expect(executor.told()).not.toContain('notice exit_failed')
  },
)

test.for([
  ['a step', '0.00001', '0.00496'],
  ['a half', '0.00250', '0.00247'],
] as const)('what is there stands under a stop when %s is gone', async ([_, gone, there]) => {
  const executor = await holding()
  take(executor, gone)
  await executor.clock.advance(5 * SECOND)
  expect(stops(executor)).toEqual([there])
  await minutes(executor, 10)
  expect(stops(executor)).toEqual([there])
  expect(drifts(executor)).toHaveLength(1)
  expect(executor.told()).not.toContain('notice stop_failed')
  executor.crash()
  await minutes(executor, 2)
  expect(stops(executor)).toEqual([there])
  expect(drifts(executor)).toHaveLength(1)
})

test.for([
  ['that comes from its strategy', (one: TestExecutor) => one.give(one.exit())],
  [
    'for which a halt asks',
    (one: TestExecutor) => one.give({ type: 'halt', by: 'device', positions: 'sell' }),
  ],
  [
    'of a head',
    (one: TestExecutor) => {
      one.exit()
      return one.give(one.head({ position: 'flat', since: 2 }))
    },
  ],
  [
    'of a price that is through the stop',
    async (one: TestExecutor) => {
      one.exchange.price = '56000'
      await one.clock.advance(5 * SECOND)
    },
  ],
] as const)('a sale %s takes what is there', async ([_, leave]) => {
  const executor = await holding()
  executor.exchange.own = '-0.00001'
  await leave(executor)
  await executor.clock.advance(15 * SECOND)
  expect(sold(executor)).toEqual(['0.00496'])
  expect(view(executor)).toBeUndefined()
})

test('so does a position whose provider is silent for too long', async () => {
  const executor = await holding()
  Object.assign(executor, { policy: { ...executor.policy, closeOnSilenceMs: 10 * MINUTE } })
  executor.exchange.own = '-0.00001'
  await executor.clock.advance(11 * MINUTE)
  expect(sold(executor)).toEqual(['0.00496'])
})

test('a take-profit level sells what is there', async () => {
  const take = [
    { price: '61000', percent: '50' },
    { price: '62000', percent: '50' },
  ]
  const executor = await holding({ takeProfits: take })
  executor.exchange.own = '-0.00250'
  executor.exchange.price = '61000'
  await executor.clock.advance(15 * SECOND)
  // Half of the whole would be 0.00248.
  expect(sold(executor)).toEqual(['0.00247'])
  await minutes(executor, 5)
  expect(sold(executor)).toEqual(['0.00247'])
})

test.for([
  ['of more than is there', { size: { unit: 'percent', value: '80' } }, '0.00197'],
  ['at a limit of its own', { type: 'limit', limitPrice: '59990' }, '0.00197'],
] as const)('an exit %s sells what is there', async ([_, change, there]) => {
  const executor = await holding()
  executor.exchange.own = '-0.00300'
  await executor.give(executor.exit(change))
  await executor.clock.advance(5 * SECOND)
  expect(sold(executor)).toEqual([there])
  const { price } =
    executor.exchange.accepted.findLast(({ timeInForce }) => timeInForce === 'IOC') ?? {}
  expect(price).toBe('limitPrice' in change ? '59990' : '58800')
})

test('an exit of a part that is refused although all is there is made once more, and then left', async () => {
  const executor = await holding()
  const { place } = executor.exchange
  executor.exchange.place = async (order) => {
    if (order.type === 'stop_limit') return place.call(executor.exchange, order)
    executor.exchange.sent.push(order)
    return { outcome: 'rejected', code: 'exchange_funds_insufficient', message: 'not enough' }
  }
  await executor.give(executor.exit({ size: { unit: 'percent', value: '50' } }))
  await minutes(executor, 5)
  const exits = executor.exchange.sent.filter(
    ({ timeInForce, side }) => side === 'sell' && timeInForce === 'IOC',
  )
  expect(exits.map(({ amount }) => amount)).toEqual(['0.00248', '0.00248'])
  expect(stops(executor)).toEqual(['0.00497'])
})

test('a stop that rises takes the coins that are there along', async () => {
  const executor = await holding({ trailingStop: { percent: '2' } })
  executor.exchange.own = '-0.00001'
  executor.exchange.price = '66000'
  await executor.clock.advance(20 * SECOND)
  expect(open(executor)).toMatchObject([{ order: { amount: '0.00496', triggerPrice: '64680' } }])
})

test('of a position that is all gone nothing is tried, and nothing but the shortage is told', async () => {
  const executor = await holding()
  take(executor, '0.00497')
  await executor.clock.advance(10 * SECOND)
  const before = tries(executor)
  expect(before, 'the stop, and one that was refused').toBe(2)
  await executor.give(executor.exit())
  executor.exchange.price = '50000'
  await minutes(executor, 20)
  expect(tries(executor)).toBe(before)
  expect(drifts(executor)).toEqual([expect.stringContaining('positions 0.00497, there 0)')])
  expect(executor.told().filter((line) => /failed|leaving/.test(line))).toEqual([])
})

test.for(['while a sale is due', 'while none is'])(
  'coins that come back are sold or protected at once (%s)',
  async (when) => {
    const executor = await holding()
    take(executor, '0.00497')
    await executor.clock.advance(10 * SECOND)
    if (when === 'while a sale is due') {
      executor.exit()
      await executor.give(executor.head({ position: 'flat', since: 2 }))
    }
    await executor.clock.advance(2 * MINUTE)
    executor.exchange.own = '-0.00200'
    await executor.clock.advance(5 * SECOND)
    const what = when === 'while none is' ? stops : sold
    expect(what(executor)).toEqual(['0.00297'])
    executor.exchange.own = '0'
    await minutes(executor, 2)
    expect(what(executor)).toEqual(when === 'while none is' ? ['0.00497'] : ['0.00297', '0.002'])
    expect(executor.told()).toContain('notice drift_over')
  },
)

test('a stop that rests is not taken away for coins that seem to be gone', async () => {
  const executor = await holding()
  executor.exchange.refreshBalances = async () => ({ ok: true, value: [] })
  await minutes(executor, 5)
  expect(stops(executor)).toEqual(['0.00497'])
  expect(drifts(executor)).toHaveLength(1)
})

test('coins under an order that the trader placed by hand are not free for a sale', async () => {
  const executor = await holding()
  take(executor, '0')
  executor.exchange.mode = 'rests'
  await executor.exchange.place({
    clientOrderId: 'web_1',
    market: 'BTC/USDT',
    side: 'sell',
    type: 'limit',
    timeInForce: 'GTC',
    amount: '0.00400',
    price: '90000',
  })
  executor.exchange.mode = 'fills'
  await executor.clock.advance(5 * SECOND)
  expect(stops(executor)).toEqual(['0.00097'])
  const byHand = executor.exchange.orders.get('web_1')
  if (byHand !== undefined) byHand.status = 'canceled'
  await minutes(executor, 2)
  expect(stops(executor)).toEqual(['0.00497'])
})

test('what is left is too little for any order: it is told and waits, without an alarm a minute', async () => {
  const executor = await holding()
  take(executor, '0.00490')
  await minutes(executor, 10)
  expect(stops(executor)).toEqual([])
  expect(tries(executor)).toBe(2)
  expect(drifts(executor)).toHaveLength(1)
  expect(executor.told().filter((line) => line.includes('failed'))).toEqual([])
})

test('coins of the trader that come in are not sold beyond what was bought', async () => {
  const executor = await holding()
  executor.exchange.own = '-0.00001'
  await executor.give(executor.exit())
  await executor.clock.advance(5 * SECOND)
  executor.exchange.own = '5'
  await minutes(executor, 5)
  expect(sold(executor)).toEqual(['0.00496'])
  expect(open(executor)).toEqual([])
})

test('the coins of another stream, under its stop, are not sold for those that are missing', async () => {
  const executor = await holding({}, ['demo', 'other'])
  await executor.enterFrom('other', { size: { unit: 'quote', value: '300' } })
  await executor.clock.advance(5 * SECOND)
  expect(stops(executor)).toEqual(['0.00497', '0.00497'])
  const [mine] = open(executor)
  if (mine !== undefined) mine.status = 'canceled'
  executor.exchange.own = '-0.00100'
  await executor.clock.advance(5 * SECOND)
  expect(stops(executor).toSorted()).toEqual(['0.00397', '0.00497'])
  await executor.give({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(15 * SECOND)
  expect(sold(executor).toSorted()).toEqual(['0.00397', '0.00497'])
})

test('two streams without a stop share what is there', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'other'] })
  executor.exchange.own = '0'
  executor.exchange.coins = 'counted'
  await executor.enter()
  await executor.enterFrom('other', {
    size: { unit: 'quote', value: '150' },
    stopPrice: undefined as never,
  })
  // 0.00497 and 0.00248.
  executor.exchange.own = '-0.00300'
  await minutes(executor, 2)
  expect(view(executor)?.missing).toBe('0.00201')
  expect(view(executor, 'home/other BTC/USDT')?.missing).toBe('0.00099')
  await executor.give({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(15 * SECOND)
  expect(sold(executor)).toEqual(['0.00296', '0.00149'])
  expect(drifts(executor)).toHaveLength(1)
})

test('a refusal without a shortage leads to no shortage: the exit is tried again as it was', async () => {
  const executor = await holding()
  const { place } = executor.exchange
  let left = 2
  executor.exchange.place = async (order) => {
    left -= 1
    if (left < 0) return place.call(executor.exchange, order)
    executor.exchange.sent.push(order)
    return { outcome: 'rejected', code: 'exchange_funds_insufficient', message: 'not enough' }
  }
  await executor.give(executor.exit())
  await executor.clock.advance(20 * SECOND)
  expect(sold(executor)).toEqual(['0.00497'])
  expect(drifts(executor)).toEqual([])
})

test('a shortage that nobody can look up ends with neither silence nor a loop', async () => {
  const executor = await holding()
  executor.exchange.own = '-0.00001'
  const { refreshBalances } = executor.exchange
  executor.exchange.refreshBalances = async () => ({ ok: false, message: 'no answer' }) as never
  await executor.give(executor.exit())
  await executor.clock.advance(MINUTE)
  expect(executor.told()).toContain('notice exit_failed')
  expect(tries(executor)).toBeLessThan(50)
  executor.exchange.refreshBalances = refreshBalances
  await executor.clock.advance(10 * SECOND)
  expect(sold(executor)).toEqual(['0.00496'])
})

test('an exit that waits for its stop to go sells nothing that a newer entry bought meanwhile', async () => {
  const executor = await holding()
  const { cancel } = executor.exchange
  executor.exchange.cancel = async () => ({ ok: false, message: 'no answer' }) as never
  await executor.give(executor.exit())
  await executor.enter({ stopPrice: '58000', candle: { timeframe: '1m', start: 99 } })
  expect(view(executor)?.amount).toBe('0.00994')
  executor.exchange.cancel = cancel
  await executor.clock.advance(10 * SECOND)
  expect(sold(executor)).toEqual(['0.00497'])
  expect(stops(executor)).toEqual(['0.00497'])
})

test('coins that come back while a look has no answer stand under a stop seconds after the next one', async () => {
  const executor = await holding()
  take(executor, '0.00497')
  await minutes(executor, 2)
  expect(stops(executor)).toEqual([])
  const { exchange } = executor
  const openOrders = exchange.openOrders.bind(exchange)
  let silent = 0
  exchange.openOrders = async () => {
    silent += 1
    return { ok: false, message: 'no answer' }
  }
  while (silent === 0) await executor.clock.advance(SECOND)
  exchange.openOrders = openOrders
  exchange.own = '0'
  await executor.clock.advance(5 * SECOND)
  expect(stops(executor)).toEqual(['0.00497'])
})

test('beside a purchase of which nobody ever hears, what is there stands under a stop', async () => {
  const executor = await holding({}, ['demo', 'other'])
  const { exchange } = executor
  const place = exchange.place.bind(exchange)
  const find = exchange.find.bind(exchange)
  const lost: string[] = []
  exchange.place = async (order) => {
    if (order.side === 'sell') return place(order)
    lost.push(order.clientOrderId)
    return { outcome: 'unknown', message: 'no answer' }
  }
  exchange.find = async (market, id) =>
    lost.includes(id) ? { outcome: 'unknown', message: 'no answer' } : find(market, id)
  await executor.enterFrom('other')
  take(executor, '0.00100')
  await minutes(executor, 3)
  expect(stops(executor)).toEqual(['0.00397'])
  expect(drifts(executor)).toHaveLength(1)
})
