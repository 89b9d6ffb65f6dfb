// A signal of BTC/EUR that is followed on BTC/USDT, where one euro is 1.2 dollars.
import type { Decimal, Signal } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'

const EURO: Partial<Signal> = {
  market: 'BTC/EUR',
  referencePrice: '50000',
  size: { unit: 'quote', value: '250' },
}

function following(approval: 'always' | 'never' = 'never'): TestExecutor {
  const executor = new TestExecutor({ approval })
  setMap(executor, [['BTC/EUR', 'BTC/USDT']])
  return executor
}

function setMap(executor: TestExecutor, map: readonly (readonly [string, string])[]): void {
  const demo = executor.policy.streams.get('home/demo')
  if (demo === undefined) throw new Error('there is no such stream')
  const markets = ['BTC/USDT', ...map.map(([from]) => from)]
  const streams = new Map([['home/demo', { ...demo, map: new Map(map), markets }]])
  executor.policy = { ...executor.policy, streams }
}

/** The first entry is asked about. */
async function bought(change: Partial<Signal> = {}): Promise<TestExecutor> {
  const executor = following()
  await executor.enter({ ...EURO, ...change })
  await executor.give(executor.approval(executor.card(), 'approve', 'first'))
  expect(executor.told()).toContain('entry filled')
  return executor
}

const position = (executor: TestExecutor) => Object.values(executor.state().portfolio.positions)[0]
const ratios = (executor: TestExecutor): readonly Decimal[] =>
  Object.values(executor.state().portfolio.streams['home/demo']?.ratios ?? {})
const cards = (executor: TestExecutor) => executor.told().filter((line) => line === 'card').length

test('limit, stop, take-profits and sizes in quote are carried over at one ratio, on the own grid', async () => {
  const takeProfits = [{ price: '55000.111', percent: '50' }]
  const limit = { type: 'limit', limitPrice: '50100.001' } as const
  const executor = await bought({
    ...limit,
    stopPrice: '48333.333',
    takeProfits,
    trailingStop: { percent: '5' },
  })
  const [order] = executor.exchange.sent
  expect(order).toMatchObject({ market: 'BTC/USDT', price: '60120', amount: '0.00499' })
  expect(position(executor)).toMatchObject({
    market: 'BTC/USDT',
    signalMarket: 'BTC/EUR',
    ratio: '1.2',
    stop: '58000',
    exits: {
      takeProfits: [{ price: '66000.1332', percent: '50' }],
      trailingStop: { percent: '5' },
    },
  })
})

test('the card shows both prices', async () => {
  const executor = following()
  await executor.enter(EURO)
  const card = executor.reports.at(-1)?.event
  expect(card).toMatchObject({ market: '60000', signalled: { market: 'BTC/EUR', price: '50000' } })
})

test('a card says at which price that a bid can have a take-profit level is reached', async () => {
  const executor = following()
  await executor.enter({ ...EURO, takeProfits: [{ price: '55000.111', percent: '50' }] })
  expect(executor.reports.at(-1)?.event).toMatchObject({
    exits: { takeProfits: [{ price: '66000.14', percent: '50' }] },
  })
})

test('the first entry is asked about, the next only where its ratio is more than 5 % off, also from one to the next', async () => {
  const executor = await bought()
  const next = (name: string, referencePrice: string) =>
    executor.give(
      executor.signal({
        ...EURO,
        jti: jtiOf(name),
        size: { unit: 'base', value: '0.001' },
        referencePrice,
      }),
    )
  await next('2', '51000')
  await next('3', '52500')
  expect(cards(executor)).toBe(1)
  expect(ratios(executor)).toEqual(['1.142857142857'])
  await next('4', '60000')
  expect(cards(executor)).toBe(2)
  await executor.give(executor.approval(executor.card(), 'decline', 'no'))
  expect(ratios(executor), 'what nobody wanted is nothing to compare with').toEqual([
    '1.142857142857',
  ])
  await next('5', '60000')
  expect(cards(executor)).toBe(3)
})

test('an exit finds what was bought by the journal, whatever the policy maps now', async () => {
  const executor = await bought()
  setMap(executor, [])
  executor.crash()
  executor.take(executor.head())
  await executor.give(executor.exit({ market: 'BTC/EUR', size: { unit: 'percent', value: '40' } }))
  expect(position(executor)?.amount).toBe('0.00299')
  await executor.give(executor.exit({ market: 'BTC/EUR', candle: { timeframe: '1m', start: 9 } }))
  expect(position(executor)).toBeUndefined()
})

test('a head that is flat sells it', async () => {
  const executor = await bought()
  executor.exit()
  await executor.give(executor.head({ position: 'flat', since: 2 }))
  await executor.clock.advance(3_000)
  expect(position(executor)).toBeUndefined()
})

test('an exit of a market by which nothing was bought sells nothing', async () => {
  const executor = await bought()
  await executor.give(executor.exit({ market: 'BTC/USDT' }))
  expect(executor.told().at(-1)).toBe('refusal exit_elsewhere')
  expect(position(executor)?.amount).toBe('0.00498')
})

test('an exit in quote, or with a limit, is carried over, with the ratio of its position where no price is here', async () => {
  const executor = await bought()
  await executor.give(
    executor.exit({
      market: 'BTC/EUR',
      size: { unit: 'quote', value: '100' },
      referencePrice: '40000',
    }),
  )
  expect(Number(position(executor)?.amount)).toBeCloseTo(0.005 - 150 / 58800, 4)
})

test('an entry without a fresh price is refused, and so is one whose prices come to nothing', async () => {
  const executor = following()
  const nothing = { type: 'limit', limitPrice: '0.000001' } as const
  await executor.enter({ ...EURO, referencePrice: '999999999999', ...nothing })
  expect(executor.told().at(-1)).toBe('refusal ratio_unusable')
  Object.assign(executor.exchange, {
    quoteAt: 0,
    refreshQuote: async () => ({ ok: false, message: 'no' }),
  })
  await executor.give(executor.signal({ ...EURO, jti: jtiOf('two') }))
  expect(executor.told().at(-1)).toBe('refusal quote_missing')
})

test('without a map a signal of another market buys nothing', async () => {
  const executor = new TestExecutor()
  await executor.enter(EURO)
  expect(executor.exchange.sent).toEqual([])
})

test('a revoked ratio is forgotten with its stream: the next entry is asked about', async () => {
  const executor = await bought()
  const { kid } = executor.head()
  const iat = executor.clock.now() / 1000
  const keyset = {
    provider: 'home',
    version: 1,
    hash: jtiOf('keyset'),
    root: jtiOf('root'),
    iat,
    exp: iat + 9,
  }
  await executor.give({ type: 'keyset', ...keyset, revoked: [kid], news: '' })
  expect(ratios(executor)).toEqual([])
})

test('a stop that a signal moves is carried over at the ratio of what is held, on the own grid', async () => {
  const executor = await bought({ stopPrice: '48000' })
  await executor.give(executor.movedStop('49000.001', { market: 'BTC/EUR' }))
  expect(position(executor)?.stop).toBe('58800.01')
  await executor.give(executor.movedStop('49500', { market: 'BTC/USDT' }))
  expect(executor.told().at(-1)).toBe('refusal no_position')
  expect(position(executor)?.stop).toBe('58800.01')
})
