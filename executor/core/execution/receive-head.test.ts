import { GENESIS, hashText } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'

const flat = (since: number) => ({ position: 'flat', since }) as const

test('executes a missed exit from the head and tells that signals were missed', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  executor.exit()
  await executor.give(executor.head(flat(2)))
  expect(executor.exchange.sent).toHaveLength(1)
  await executor.clock.advance(2_100)
  expect(executor.told()).toContain('notice signals_missed')
  expect(executor.told().at(-1)).toBe('exit filled')
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a missed entry stays missed', async () => {
  const executor = new TestExecutor()
  await executor.enter({ size: { unit: 'quote', value: '100' } })
  executor.signal()
  const long = { position: 'long', since: 2 } as const
  await executor.give(executor.head(long))
  await executor.clock.advance(60_000)
  expect(executor.exchange.sent).toHaveLength(1)
})

test('waits for a signal that a head has overtaken', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  const exit = executor.exit()
  await executor.give(executor.head(flat(2)))
  await executor.give(exit)
  await executor.clock.advance(5_000)
  expect(executor.told()).not.toContain('notice signals_missed')
  expect(executor.exchange.sent.filter(({ side }) => side === 'sell')).toHaveLength(1)
})

test.each([
  { silent: 'was never heard', since: 60_000, heard: false },
  { silent: 'was silent for a minute', since: 60_000, heard: true },
])('an entry of a stream that $silent waits for the head behind it', async ({ since, heard }) => {
  const executor = new TestExecutor()
  if (heard) await executor.give(executor.head())
  await executor.clock.advance(since)
  executor.exchange.quoteAt = executor.clock.now()
  await executor.give(executor.signal())
  await executor.clock.advance(5_000)
  expect(executor.exchange.sent).toEqual([])
  executor.exchange.quoteAt = executor.clock.now()
  await executor.give(executor.head())
  expect(executor.exchange.sent).toHaveLength(1)
})

test('tries the way out again and again when the exit did not fill, and calls for a person each minute', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  executor.exchange.mode = 'rejects'
  await executor.give(executor.exit())
  await executor.give(executor.head(flat(2)))
  await executor.clock.advance(200_000)
  // The signal's own, and then one every three seconds.
  expect(executor.exchange.sent.filter(({ side }) => side === 'sell')).toHaveLength(68)
  expect(executor.told().filter((line) => line === 'notice exit_failed')).toHaveLength(4)
  executor.exchange.mode = 'fills'
  await executor.clock.advance(60_000)
  expect(executor.state().portfolio.positions).toEqual({})
})

test('what an exit left over, too little for any order, is not a missed exit', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  executor.exchange.mode = 'rests'
  await executor.give(executor.exit())
  const exit = executor.exchange.accepted.at(-1)?.clientOrderId ?? ''
  executor.exchange.fill(exit, '0.0049', 'expired')
  await executor.clock.advance(3_000)
  await executor.give(executor.head(flat(2)))
  expect(executor.exchange.sent.filter(({ side }) => side === 'sell')).toHaveLength(1)
  expect(executor.told().slice(-2)).toEqual(['exit canceled not_filled', 'notice dust_written_off'])
})

test('a head that was flat before the newest entry sells nothing of it', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  await executor.enter({ candle: { timeframe: '1m', start: 99 } })
  await executor.clock.advance(3_000)
  await executor.give(executor.head(flat(2)))
  await executor.clock.advance(5_000)
  expect(executor.told()).not.toContain('notice position_closing')
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ seq: 2 }])
})

test('two heads with one number and two hashes stop their provider', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  await executor.give(executor.head({ hash: hashText('another') }))
  expect(executor.told()).toContain('notice equivocation')
  expect(executor.state().portfolio.providers['home']?.equivocations).toHaveLength(1)
})

test('a head that says less than the signals before it is refused', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  await executor.clock.advance(1_000)
  await executor.give(executor.head({ seq: 0 }))
  expect(executor.told().at(-1)).toBe('refusal head_behind')
})

test('an older head sent again is not a sign of life', async () => {
  const executor = new TestExecutor()
  const old = executor.head()
  await executor.clock.advance(1_000)
  executor.take(executor.head())
  const { at } = executor.state().session.heads['home/demo'] ?? { at: 0 }
  await executor.clock.advance(1_000)
  executor.take(old)
  expect(executor.state().session.heads['home/demo']?.at).toBe(at)
})

test('a head is a sign of life for the streams that it names, and for no other', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'other'] })
  executor.take(executor.head())
  executor.take(executor.head({ stream: 'other', seq: 0, hash: GENESIS, jti: jtiOf('other') }))
  for (let beat = 1; beat <= 10; beat += 1) {
    await executor.clock.advance(15_000)
    executor.take(executor.head({ jti: jtiOf(`beat ${beat}`) }))
  }
  const { streams } = executor.state().portfolio
  expect(streams['home/demo']?.silentSince).toBe(0)
  expect(streams['home/other']?.silentSince).toBeGreaterThan(0)
  expect(executor.told().filter((line) => line === 'notice stream_silent')).toHaveLength(1)
})

test('one head tells several streams what they should hold, and one of another plan changes nothing', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'other'] })
  await executor.enterFrom('demo')
  await executor.enterFrom('other')
  const head = executor.head({ position: 'flat', since: 2 })
  const row = (stream: string, position: 'long' | 'flat') => {
    const { seq = 0, hash = '' } = executor.state().portfolio.streams[`home/${stream}`] ?? {}
    return [stream, seq, hash, position, position === 'flat' ? 2 : 0, 0] as const
  }
  const streams = [
    row('demo', 'flat'),
    row('other', 'long'),
    ['none', 1, GENESIS, 'flat', 1, 0] as const,
  ]
  await executor.give({
    ...head,
    claims: { ...head.claims, streams: streams.map((each) => [...each]) },
  })
  await executor.clock.advance(5_000)
  expect(Object.keys(executor.state().portfolio.positions)).toEqual(['home/other BTC/USDT'])
  expect(Object.keys(executor.state().portfolio.streams)).toEqual(['home/demo', 'home/other'])
})

test('a stream that is flat holds nothing, on whatever market its signals were', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  await executor.give(executor.head({ position: 'flat', since: 2 }))
  await executor.clock.advance(5_000)
  expect(executor.state().portfolio.positions).toEqual({})
})

test('tells once when the provider falls silent', async () => {
  const executor = new TestExecutor()
  executor.take(executor.head())
  await executor.clock.advance(600_000)
  expect(executor.told().filter((line) => line === 'notice stream_silent')).toHaveLength(1)
})

test('a missed exit does not wait for an entry that rests at the exchange', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000' })
  const entry = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.fill(entry, '0.001', 'open')
  await executor.clock.advance(2_100)
  executor.exit()
  executor.exchange.mode = 'fills'
  await executor.give(executor.head(flat(2)))
  await executor.clock.advance(5_000)
  expect(executor.exchange.orders.get(entry)?.status).toBe('canceled')
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a missed exit does not wait for an entry that the trader has not answered', async () => {
  const executor = new TestExecutor({ approval: 'above 100' })
  await executor.enter({ size: { unit: 'quote', value: '60' } })
  await executor.give(executor.signal())
  expect(executor.told()).toContain('card')
  executor.exit()
  await executor.give(executor.head(flat(3)))
  await executor.clock.advance(5_000)
  expect(executor.state().portfolio.positions).toEqual({})
})
