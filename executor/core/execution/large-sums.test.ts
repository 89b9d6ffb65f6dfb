// Where a coin costs billions (rupiah, dong), what was traded adds up to more than one order may be worth.
import { sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { expect, onTestFinished, test } from 'vitest'
import { ledgerOf } from '../../journal/results.ts'
import { loadPolicy } from '../../policy/load.ts'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'

const PRICE = '1600000000'
const DAY_MS = 86_400_000
const size = { unit: 'base', value: '375' } as const
/** Worth 600 thousand millions. */
const ENTRY = { size, referencePrice: PRICE, stopPrice: '1500000000' }

function executorOf(streams: string[] = ['demo']): TestExecutor {
  const executor = new TestExecutor({ streams })
  onTestFinished(() => executor.close())
  const loaded = loadPolicy(`version: 1
currency: USDT
markets: [BTC/USDT]
streams: { ${streams.map((name) => `home/${name}: { allocation: ${999_999_999_998 / streams.length} }`).join(', ')} }
limits:
  order: 999999999999
  day: 999999999999
  orders_per_minute: 600
  orders_per_day: 10000
  round_trips: 1000
  day_loss: 999999999999
  drawdown: 999999999999
liquidity: { volume: 50000000, depth: 1 }
max_stop_distance: optional
fat_finger: 1000
duplicate_window: never
reentry_cooldown: never
approval: never
`)
  if (!loaded.ok) throw new Error(loaded.message)
  executor.policy = loaded.policy
  executor.exchange.price = PRICE
  return executor
}

const held = (executor: TestExecutor) => Object.values(executor.state().portfolio.positions)

const KEY = signingKey(new Uint8Array(32).fill(3))

/** Everything that was told so far can be sent. */
function expectSayable({ reports }: TestExecutor): void {
  const session = jtiOf('session')
  const about = { iss: 'device', aud: 'bot', iat: 1, exp: 2, jti: session, session, at: 1 }
  for (const { event } of reports) sign('report', { ...about, seq: 1, event }, KEY)
}

async function ask(
  executor: TestExecutor,
  instruction: Parameters<TestExecutor['command']>[0],
): Promise<unknown> {
  await executor.give(executor.command(instruction, JSON.stringify(instruction)))
  const event = executor.reports.at(-1)?.event
  return event?.type === 'answer' ? event.answer : null
}

test('more was bought and sold in a life than one order may be worth, and each result is exact', async () => {
  const executor = executorOf()
  for (let trip = 0; trip < 3; trip += 1) {
    executor.exchange.price = PRICE
    executor.take(executor.head({ position: 'flat' }))
    await executor.give(executor.signal(ENTRY))
    executor.exchange.price = '1610000000'
    await executor.give(executor.exit())
    executor.clock.setBack(-DAY_MS)
    await executor.clock.advance(2_000)
  }
  expect(held(executor)).toEqual([])
  expect(executor.state().portfolio.profit).toMatchObject({
    proceeds: '1811250000000',
    cost: '1800000000000',
  })
  expect(await ask(executor, { do: 'results', by: 'stream' })).toMatchObject({
    rows: [{ trades: 3, gain: '11250000000', negative: false, paid: '1800000000000' }],
  })
  expect(ledgerOf(executor.journal.database()).trades()).toMatchObject([
    { proceeds: '603750000000' },
    {},
    {},
  ])
  expectSayable(executor)
})

test('two streams hold more together than one order may be worth: each has its stop, and both are left', async () => {
  const executor = executorOf(['demo', 'swing'])
  const half = { unit: 'base', value: '300' } as const
  await executor.enterFrom('demo', { ...ENTRY, size: half })
  await executor.enterFrom('swing', { ...ENTRY, size: half })
  expect(held(executor)).toMatchObject([{ amount: '300' }, { amount: '300' }])
  executor.exchange.price = '4000000000'
  await executor.clock.advance(61_000)
  const stops = executor.exchange.accepted.filter(({ type }) => type === 'stop_limit')
  expect(stops.map(({ amount }) => amount)).toEqual(['300', '300'])
  for (const instruction of [{ do: 'positions' }, { do: 'limits' }, { do: 'status' }] as const)
    expect(await ask(executor, instruction)).toMatchObject({ about: instruction.do })
  await executor.give({ type: 'halt', by: 'terminal', positions: 'sell' })
  await executor.clock.advance(5_000)
  expect(held(executor)).toEqual([])
  expectSayable(executor)
})

test('an order that would be worth more than can be said is refused before anything is sent', async () => {
  const executor = executorOf()
  await executor.enter({ ...ENTRY, size: { unit: 'base', value: '700' } })
  expect(executor.told().at(-1)).toBe('refusal size_above_maximum')
  expect(executor.exchange.sent).toEqual([])
})

test('a fill whose worth is absurd is booked, told, protected and left like any other', async () => {
  const executor = executorOf()
  executor.exchange.mode = 'rests'
  await executor.enter({
    size: { unit: 'base', value: '9000' },
    referencePrice: '1',
    type: 'limit',
    limitPrice: '1',
    stopPrice: '0.5',
  })
  const id = executor.exchange.sent[0]?.clientOrderId ?? ''
  const shown = executor.exchange.orders.get(id)
  if (shown === undefined) throw new Error('nothing was sent')
  shown.fills.push({ id: 't', at: executor.clock.now(), amount: '9000', price: '999999999999' })
  shown.status = 'filled'
  await executor.clock.advance(5_000)
  expect(held(executor)).toMatchObject([{ amount: '9000' }])
  expect(executor.told()).toContain('entry filled')
  expectSayable(executor)
})
