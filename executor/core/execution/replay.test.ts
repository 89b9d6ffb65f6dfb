// Missed exits are made up for from a replay, once, and only where it chains from what is here to a live head.
import { hashText } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { Engine, following, keyset, NAME, NEXT, STOLEN } from '../../testing/providers.ts'
import { followed, jtiOf, TestExecutor } from '../../testing/rig.ts'
import type { Input, SignedSignal } from './inputs.ts'

const STREAM = `${NAME}/demo`
const MINUTE = 60_000
const percent = (value: string) => ({ unit: 'percent', value }) as const

function replayed(
  signals: readonly SignedSignal[],
  provider = NAME,
): Extract<Input, { type: 'replayed' }> {
  return { type: 'replayed', provider, stream: 'demo', signals, more: 'no' }
}

/** It holds 0.005 of the stream, bought with signal 1. */
async function holding(...others: string[]) {
  const executor = await following(NAME, ...others)
  const engine = new Engine(executor)
  executor.take(engine.head())
  const entry = engine.signal({ size: { unit: 'quote', value: '300' }, stopPrice: '58000' })
  await executor.give(entry)
  expect(amount(executor)).toBe('0.00497')
  return { executor, engine, entry }
}

const amount = (executor: TestExecutor) =>
  executor.state().portfolio.positions[`${STREAM} BTC/USDT`]?.amount ?? '0'
const missed = (executor: TestExecutor) => executor.state().portfolio.streams[STREAM]?.missed
const asked = (executor: TestExecutor) => executor.state().session.replays[STREAM]?.asked
const sales = (executor: TestExecutor) =>
  executor.exchange.sent.filter(({ side, type }) => side === 'sell' && type === 'limit')

test('a dropped exit of 60 % that a head shows is asked for and made up for, once', async () => {
  const { executor, engine } = await holding()
  const exit = engine.exit({ size: percent('60') })
  await executor.give(engine.head())
  await executor.clock.advance(2_100)
  expect(asked(executor)).toBe(1)
  expect(sales(executor)).toEqual([])
  for (let time = 0; time < 3; time += 1) await executor.give(replayed([exit]))
  expect(sales(executor)).toHaveLength(1)
  expect(amount(executor)).toBe('0.00199')
  expect(missed(executor)).toBeNull()
  const reasons = executor.reports.flatMap(({ event }) =>
    event.type === 'order' && event.order.kind === 'exit' ? [event.reason] : [],
  )
  expect(reasons.at(-1)).toMatch(/^missed exit/)
  await executor.give(exit)
  executor.crash()
  await executor.give(replayed([exit]))
  expect(sales(executor)).toHaveLength(1)
})

test('two dropped exits come to what they had sold one after the other, and entries among them stay missed', async () => {
  const { executor, engine } = await holding()
  const dropped = [
    engine.exit({ size: percent('60') }),
    engine.signal(),
    engine.exit({ size: percent('50') }),
  ]
  await executor.give(engine.head())
  await executor.clock.advance(2_100)
  await executor.give(replayed(dropped.slice(0, 2)))
  expect(sales(executor), 'the chain is not whole').toEqual([])
  await executor.give(replayed(dropped))
  expect(sales(executor).map(({ amount: sold }) => sold)).toEqual(['0.00397'])
})

test('all of it is sold until it is, where the exits come to everything', async () => {
  const { executor, engine } = await holding()
  const dropped = [engine.exit({ size: percent('30') }), engine.exit()]
  await executor.give(engine.head())
  await executor.clock.advance(2_100)
  await executor.give(replayed(dropped))
  expect(executor.told()).toContain('notice position_closing')
  await executor.clock.advance(5_000)
  expect(amount(executor)).toBe('0')
})

test('a signal behind a gap is followed where it is an exit, an entry waits, and what was missed comes after it', async () => {
  const { executor, engine } = await holding()
  const dropped = engine.exit({ size: percent('50') })
  const next = engine.exit({ size: percent('50') })
  await executor.give(next)
  expect(amount(executor)).toBe('0.00249')
  executor.take(engine.head())
  const entry = engine.signal()
  await executor.give(entry)
  expect(executor.told().at(-1)).toBe('refusal sequence_gap')
  executor.take(engine.head())
  await executor.give(replayed([dropped, next, entry]))
  expect(amount(executor)).toBe('0.00125')
  await executor.give(engine.signal())
  expect(executor.told().filter((line) => line === 'entry filled')).toHaveLength(2)
})

test('only what was missed is owed: what was followed already is a link of the chain and no more', async () => {
  const { executor, engine } = await holding()
  const tokens = [
    engine.exit({ size: percent('20') }),
    engine.exit({ size: percent('20') }),
    engine.exit({ size: percent('20') }),
  ]
  const [, second] = tokens
  if (second !== undefined) await executor.give(second)
  executor.take(engine.head())
  await executor.clock.advance(2_100)
  const before = sales(executor).length
  expect(executor.state().portfolio.streams[STREAM]?.missed?.ranges).toEqual([
    [2, 2],
    [4, 4],
  ])
  await executor.give(replayed(tokens))
  expect(before).toBe(1)
  expect(sales(executor)).toHaveLength(2)
  expect(amount(executor)).toBe('0.00255')
})

/** Signal 2 is dropped, the sale of signal 3 is under way until `land` is called, and signal 4 is dropped too. */
async function selling() {
  const { executor, engine } = await holding()
  const { exchange } = executor
  const first = engine.exit({ size: percent('20') })
  const second = engine.exit({ size: percent('20') })
  const held = Promise.withResolvers<void>()
  const place = exchange.place.bind(exchange)
  exchange.place = async (order) => {
    if (order.type === 'limit') await held.promise
    return place(order)
  }
  await executor.give(second)
  executor.take(engine.head())
  const land = async () => {
    held.resolve()
    await executor.clock.advance(0)
  }
  return { executor, engine, first, second, land }
}

test('what is missed only after the replay had it is owed too', async () => {
  const { executor, engine, first, second, land } = await selling()
  const third = engine.exit({ size: percent('50') })
  await executor.give(engine.head())
  await executor.give(replayed([first, second, third]))
  expect(missed(executor)?.ranges).toEqual([[2, 2]])
  await executor.clock.advance(2_100)
  expect(missed(executor)?.ranges).toEqual([
    [2, 2],
    [4, 4],
  ])
  await land()
  expect(missed(executor)).toBeNull()
  expect(sales(executor).map(({ amount: sold }) => sold)).toEqual(['0.00099', '0.00238'])
})

test('a replay that is whole up to an older head is asked for further', async () => {
  const { executor, engine, first, second, land } = await selling()
  await executor.give(replayed([first, second]))
  const third = engine.exit({ size: percent('50') })
  await executor.give(engine.head())
  await executor.clock.advance(2_100)
  await land()
  expect(missed(executor)?.ranges).toEqual([
    [2, 2],
    [4, 4],
  ])
  expect(sales(executor)).toHaveLength(1)
  await executor.give(replayed([third]))
  expect(missed(executor)).toBeNull()
  expect(sales(executor).map(({ amount: sold }) => sold)).toEqual(['0.00099', '0.00238'])
})

test.each([
  ['another hash', { prev: hashText('another') }],
  ['another number', { seq: 4 }],
  ['another stream', { sub: 'other' }],
] as const)('a token that does not chain owes nothing: %s', async (_, change) => {
  const { executor, engine } = await holding()
  const exit = engine.exit({ size: percent('60') })
  await executor.give(engine.head())
  await executor.clock.advance(2_100)
  await executor.give(replayed([{ ...exit, claims: { ...exit.claims, ...change } }]))
  expect(sales(executor)).toEqual([])
  await executor.give(replayed([exit]))
  expect(sales(executor)).toHaveLength(1)
})

test('a chain of a thief that ends in no head owes nothing, and the genuine one counts after it', async () => {
  const { executor, engine, entry } = await holding()
  const thief = new Engine(executor)
  Object.assign(thief, { seq: 1, hash: entry.hash })
  const forged = [thief.exit({ size: percent('90'), reason: 'a lie' }), thief.exit()]
  const genuine = [engine.exit({ size: percent('10') }), engine.signal()]
  await executor.give(engine.head())
  await executor.clock.advance(2_100)
  await executor.give(replayed(forged.slice(0, 1)))
  await executor.give(replayed(forged))
  expect(sales(executor)).toEqual([])
  await executor.give(replayed(genuine))
  expect(sales(executor)).toHaveLength(1)
  expect(amount(executor)).toBe('0.00448')
})

test('a false beginning, after which nothing chains, is given up at the next question', async () => {
  const { executor, engine } = await holding()
  const genuine = [engine.exit({ size: percent('10') }), engine.exit({ size: percent('10') })]
  await executor.give(engine.head())
  await executor.clock.advance(2_100)
  const [first, second] = genuine
  if (first === undefined || second === undefined) throw new Error('there are two')
  await executor.give(replayed([{ ...first, hash: hashText('false') }]))
  expect(executor.state().session.replays[STREAM]?.seq).toBe(2)
  await executor.give(replayed([second]))
  await executor.clock.advance(3_000)
  expect(executor.state().session.replays[STREAM]?.seq).toBe(1)
  await executor.give(replayed(genuine))
  expect(missed(executor)).toBeNull()
})

test('nothing is owed before a live head says what the chain has to end in', async () => {
  const { executor, engine } = await holding()
  const dropped = engine.exit({ size: percent('60') })
  const entry = engine.signal()
  await executor.give(entry)
  await executor.clock.advance(46_000)
  await executor.give(replayed([dropped, entry]))
  expect(sales(executor)).toEqual([])
  executor.take(engine.head())
  await executor.give(replayed([dropped, entry]))
  expect(sales(executor)).toHaveLength(1)
})

test('tokens of a revoked key owe nothing, and neither does anything once the stream has begun anew', async () => {
  const { executor, engine } = await holding()
  const dropped = engine.exit({ size: percent('60') })
  await executor.give(engine.head())
  await executor.clock.advance(2_100)
  await executor.give(keyset(executor, 2, [STOLEN]))
  await executor.give(replayed([dropped]))
  engine.kid = NEXT
  executor.take(engine.head())
  await executor.give(replayed([dropped]))
  expect(sales(executor)).toEqual([])
  expect(missed(executor)).toBeNull()
})

test('what nobody answers is asked for again, less and less often, and counts as silence after 135 s', async () => {
  const { executor, engine } = await holding()
  executor.policy = { ...executor.policy, closeOnSilenceMs: 4 * MINUTE }
  const dropped = engine.exit({ size: percent('60') })
  const beats = async (count: number) => {
    for (let beat = 0; beat < count; beat += 1) {
      await executor.give(engine.head())
      await executor.clock.advance(15_000)
    }
  }
  await beats(8)
  expect(asked(executor)).toBeGreaterThanOrEqual(5)
  expect(asked(executor)).toBeLessThanOrEqual(8)
  expect(executor.told()).not.toContain('notice stream_silent')
  await beats(3)
  expect(executor.told().filter((line) => line === 'notice stream_silent')).toHaveLength(1)
  executor.crash()
  executor.take(followed(NAME))
  await beats(6)
  expect(amount(executor), 'sold, as the policy says').toBe('0')
  expect(missed(executor), 'nothing is owed of nothing').toBeNull()
  await executor.give(replayed([dropped]))
  await executor.give(engine.signal())
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('a gap that is filled ends the silence', async () => {
  const { executor, engine } = await holding()
  const dropped = engine.exit({ size: percent('60') })
  for (let beat = 0; beat < 11; beat += 1) {
    await executor.give(engine.head())
    await executor.clock.advance(15_000)
  }
  expect(executor.told()).toContain('notice stream_silent')
  const entry = engine.signal()
  await executor.give(entry)
  expect(executor.told().at(-1)).toBe('refusal sequence_gap')
  await executor.give(engine.head())
  await executor.give(replayed([dropped, entry]))
  expect(sales(executor)).toHaveLength(1)
  expect(executor.state().portfolio.streams[STREAM]?.silentSince).toBe(0)
})

test('who holds nothing is owed nothing, and an engine of one’s own is not asked', async () => {
  const executor = await following(NAME)
  const engine = new Engine(executor)
  executor.take(engine.head())
  engine.signal()
  await executor.give(engine.head())
  await executor.clock.advance(5_000)
  expect(missed(executor)).toBeNull()
  await executor.give(engine.signal())
  expect(executor.told().at(-1)).toBe('entry filled')
  const home = new TestExecutor()
  await home.enter()
  home.signal()
  await home.give(home.head())
  await home.clock.advance(5_000)
  expect(home.state().portfolio.streams['home/demo']?.missed).toBeNull()
})

test('a replay of one provider fills no gap of another', async () => {
  const { executor, engine } = await holding('south')
  const south = new Engine(executor, 'south')
  executor.take(south.head())
  await executor.give(south.signal({ jti: jtiOf('south') }))
  const dropped = engine.exit({ size: percent('60') })
  await executor.give(engine.head())
  await executor.give(south.head())
  await executor.clock.advance(2_100)
  await executor.give(replayed([dropped], 'south'))
  expect(sales(executor)).toEqual([])
})

test('a stop that moved up and was missed is made up for, once, and a later one is not lowered by it', async () => {
  const { executor, engine } = await holding()
  const stop = () => executor.state().portfolio.positions[`${STREAM} BTC/USDT`]?.stop
  const moved = (stopPrice: string) => engine.exit({ kind: 'stop', stopPrice })
  const dropped = [moved('58500'), moved('58700')]
  await executor.give(engine.head())
  await executor.clock.advance(2_100)
  expect(stop()).toBe('58000')
  await executor.give(replayed(dropped))
  expect([stop(), missed(executor)]).toEqual(['58700', null])
  const [late, next] = [moved('58600'), moved('58800')]
  await executor.give(next)
  expect(stop()).toBe('58800')
  executor.take(engine.head())
  await executor.give(replayed([late, next]))
  expect([stop(), missed(executor)]).toEqual(['58800', null])
  expect(sales(executor)).toEqual([])
})
