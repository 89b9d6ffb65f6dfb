// What a thief of an engine key can leave behind: none of it outlives the keyset that revokes the key, and none of it
// touches another provider.
import { hashText } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { Engine, following, keyset, NAME, NEXT, STOLEN } from '../../testing/providers.ts'
import { followed, jtiOf, TestExecutor } from '../../testing/rig.ts'

const flat = (since: number) => ({ position: 'flat', since }) as const

/** The keyset that revokes the stolen key, and the genuine engine under its next one. */
async function revoke(executor: TestExecutor, genuine: Engine): Promise<void> {
  genuine.kid = NEXT
  await executor.give(keyset(executor, 2, [STOLEN]))
}

const held = (executor: TestExecutor) =>
  Object.values(executor.state().portfolio.positions).map(({ stream, amount }) => [stream, amount])
const count = (executor: TestExecutor, line: string) =>
  executor.told().filter((told) => told === line).length
const sales = (executor: TestExecutor) =>
  executor.exchange.sent.filter(({ side }) => side === 'sell')

test('an exit of 1 % of a candle in the year 4821 is refused, and where it was taken the next exit sells after the revocation', async () => {
  const executor = await following(NAME)
  const genuine = new Engine(executor)
  executor.take(genuine.head())
  await executor.give(genuine.signal())
  const one = { unit: 'percent', value: '1' } as const
  const far = { timeframe: '1m', start: 90_000_000_000 }
  await executor.give({ ...genuine.exit({ size: one, candle: far }) })
  expect(executor.told().at(-1)).toBe('refusal candle_ahead')
  genuine.seq -= 1
  genuine.hash = executor.state().portfolio.streams['north/demo']?.hash ?? ''
  // By a clock that is right, the thief takes the last candle there can be.
  const now = { timeframe: '1m', start: executor.clock.now() / 1000 }
  const thief = new Engine(executor)
  Object.assign(thief, { seq: genuine.seq, hash: genuine.hash })
  await executor.give(thief.exit({ size: one, candle: now }))
  await revoke(executor, genuine)
  await executor.give(genuine.exit())
  expect(executor.told().at(-1), 'no head yet').toBe('refusal sequence_unbased')
  await executor.give(genuine.head(flat(2)))
  await executor.clock.advance(3_000)
  expect(held(executor)).toEqual([])
  await executor.give(genuine.signal())
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('a head 9,000 ahead shuts the genuine stream out until the revocation, and no longer', async () => {
  const executor = await following(NAME)
  const genuine = new Engine(executor)
  executor.take(genuine.head())
  await executor.give(genuine.signal())
  const thief = new Engine(executor)
  await executor.give(thief.head({ seq: 9_001 }))
  await executor.clock.advance(3_000)
  await executor.give(genuine.exit())
  expect(executor.told().at(-1)).toBe('refusal sequence_old')
  await revoke(executor, genuine)
  await executor.give(genuine.head(flat(2)))
  expect(held(executor)).toEqual([])
  await executor.give(genuine.signal())
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('an entry numbered 9,000 ahead, bought by the thief, is sold by the first genuine head that is flat', async () => {
  const executor = await following(NAME)
  const genuine = new Engine(executor)
  executor.take(genuine.head())
  await executor.give(genuine.signal())
  const thief = new Engine(executor)
  Object.assign(thief, { seq: 9_000 })
  executor.take(thief.head({ seq: 9_000 }))
  await executor.clock.advance(2_500)
  await executor.give(thief.signal())
  expect(held(executor)).toHaveLength(1)
  await revoke(executor, genuine)
  genuine.exit()
  await executor.give(genuine.head(flat(2)))
  expect(held(executor)).toEqual([])
})

test('a number and a name that the thief has used are no obstacle for the genuine signal that bears them', async () => {
  const executor = await following(NAME)
  const genuine = new Engine(executor)
  executor.take(genuine.head())
  await executor.give(genuine.signal())
  const thief = new Engine(executor)
  Object.assign(thief, { seq: genuine.seq, hash: genuine.hash })
  const jti = jtiOf('foreseen')
  await executor.give(thief.signal({ jti, size: { unit: 'quote', value: '30' } }))
  await revoke(executor, genuine)
  executor.take(genuine.head())
  const level = { price: '70000', percent: '50' }
  await executor.give(genuine.signal({ jti, takeProfits: [level] }))
  expect(executor.told().at(-1)).toBe('entry filled')
  const sent = executor.exchange.sent.map(({ clientOrderId }) => clientOrderId)
  expect(new Set(sent).size).toBe(3)
  const [position] = Object.values(executor.state().portfolio.positions)
  expect(position?.exits.takeProfits).toHaveLength(1)
})

test('two signals with one number stop the provider until the key of either is revoked, and nobody else', async () => {
  const executor = await following(NAME, 'south')
  const [genuine, other] = [new Engine(executor), new Engine(executor, 'south')]
  for (const engine of [genuine, other]) executor.take(engine.head())
  const thief = new Engine(executor)
  await executor.give(thief.signal({ reason: 'a lie' }))
  genuine.kid = NEXT
  await executor.give(genuine.signal())
  expect(count(executor, 'notice equivocation')).toBe(1)
  await executor.give(other.signal())
  expect(executor.told().at(-1)).toBe('entry filled')
  await revoke(executor, genuine)
  executor.take(genuine.head())
  await executor.give(genuine.signal())
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('a head that names a keyset nobody has stops entries, exits go on, and the revocation of its signer ends it', async () => {
  const executor = await following(NAME, 'south')
  const [genuine, other] = [new Engine(executor), new Engine(executor, 'south')]
  executor.take(other.head())
  executor.take(genuine.head())
  await executor.give(genuine.signal())
  executor.take(genuine.head({ keyset: 9_000_000 }))
  await executor.give(genuine.signal())
  expect(executor.told().at(-1)).toBe('entry denied provider.state')
  await executor.give(other.signal())
  expect(executor.told().at(-1)).toBe('entry filled')
  await executor.give(genuine.exit())
  expect(executor.told().at(-1)).toBe('exit filled')
  await executor.clock.advance(2_500)
  executor.take(genuine.head({ keyset: 9_000_000 }))
  executor.take(genuine.head({ keyset: 1 }))
  expect(count(executor, 'notice keyset_missing')).toBe(1)
  await revoke(executor, genuine)
  executor.take(genuine.head({ keyset: 2 }))
  await executor.give(genuine.signal())
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('a newer keyset that a head names ends the wait when it is here', async () => {
  const executor = await following(NAME)
  const genuine = new Engine(executor)
  executor.take(genuine.head({ keyset: 2 }))
  await executor.give(genuine.signal())
  expect(executor.told().at(-1)).toBe('entry denied provider.state')
  await executor.give(keyset(executor, 2, []))
  expect(count(executor, 'notice keyset_taken')).toBe(1)
  await executor.give(genuine.signal())
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('a revocation withdraws the card and takes the resting entry of that key off the book, and no other order', async () => {
  const executor = await following(NAME, 'south')
  const [stolen, other] = [new Engine(executor), new Engine(executor, 'south')]
  for (const engine of [stolen, other]) executor.take(engine.head())
  executor.exchange.mode = 'rests'
  const limit = { type: 'limit', limitPrice: '59000' } as const
  await executor.give(stolen.signal(limit))
  await executor.give(other.signal(limit))
  executor.policy = { ...executor.policy, approval: 'always' }
  await executor.give(stolen.signal())
  const card = executor.card()
  await revoke(executor, stolen)
  expect(executor.told()).toContain('entry denied key_revoked')
  await executor.give(executor.approval(card))
  expect(executor.told()).toContain('refusal approval_unknown')
  await executor.clock.advance(3_000)
  const open = Object.values(executor.state().portfolio.orders)
  expect(open.map(({ stream }) => stream)).toEqual(['south/demo'])
})

test('what a revoked key signed is refused whenever it comes, its heads too, over a restart', async () => {
  const executor = await following(NAME)
  const [genuine, thief] = [new Engine(executor), new Engine(executor)]
  executor.take(genuine.head())
  await executor.give(genuine.signal())
  await revoke(executor, genuine)
  executor.take(genuine.head())
  executor.crash()
  executor.take(followed(NAME))
  Object.assign(thief, { seq: genuine.seq, hash: genuine.hash })
  const seen = executor.state().portfolio.streams
  await executor.give(thief.exit())
  await executor.give(thief.head(flat(2)))
  expect(count(executor, 'refusal key_revoked')).toBe(2)
  expect(sales(executor)).toEqual([])
  expect(executor.state().portfolio.streams).toEqual(seen)
})

test('an order of a revoked key that was on its way does not count as newer than the genuine head', async () => {
  const executor = await following(NAME)
  const genuine = new Engine(executor)
  executor.take(genuine.head())
  const thief = new Engine(executor)
  Object.assign(thief, { seq: 8_000 })
  executor.take(thief.head({ seq: 8_000 }))
  await executor.clock.advance(2_500)
  executor.exchange.mode = 'lost_after'
  executor.exchange.lookups = 'silent'
  await executor.give(thief.signal())
  await revoke(executor, genuine)
  executor.take(genuine.head(flat(0)))
  executor.exchange.mode = 'fills'
  executor.exchange.lookups = 'honest'
  await executor.clock.advance(20_000)
  await executor.give(genuine.head(flat(0)))
  expect(held(executor)).toEqual([])
})

test('nothing with an earlier date than the head with which a stream begins anew counts', async () => {
  const executor = await following(NAME)
  const genuine = new Engine(executor)
  executor.take(genuine.head())
  await executor.give(genuine.signal())
  await revoke(executor, genuine)
  const late = genuine.signal()
  await executor.clock.advance(1_000)
  genuine.seq -= 1
  genuine.hash = late.claims.prev
  executor.take(genuine.head())
  await executor.give(late)
  expect(executor.told().at(-1)).toBe('refusal sequence_old')
})

test('the streams of a provider bear its name and touch none of another with the same', async () => {
  const executor = await following(NAME, 'south')
  const [north, south] = [new Engine(executor), new Engine(executor, 'south')]
  for (const engine of [north, south]) executor.take(engine.head())
  await executor.give(north.signal())
  await executor.give(south.signal({ jti: jtiOf('north 1') }))
  expect(held(executor).map(([stream]) => stream)).toEqual(['north/demo', 'south/demo'])
  await executor.give(south.exit())
  expect(held(executor).map(([stream]) => stream)).toEqual(['north/demo'])
  await executor.give(keyset(executor, 2, [STOLEN], 'south'))
  expect(executor.state().portfolio.streams['north/demo']).toMatchObject({ epoch: 0, seq: 1 })
  expect(executor.state().portfolio.streams['south/demo']).toMatchObject({ epoch: 1, seq: 0 })
})

test.each([
  ['unverified', 'provider_unverified'],
  ['unreachable', 'provider_unreachable'],
  ['ended', 'provider_ended'],
  ['equivocated', 'provider_equivocated'],
  ['removed', 'provider_removed'],
] as const)(
  'a provider that is %s is told once, buys nothing, and what is held of it is looked after',
  async (status, code) => {
    const executor = await following(NAME, 'south')
    const [north, south] = [new Engine(executor), new Engine(executor, 'south')]
    for (const engine of [north, south]) executor.take(engine.head())
    await executor.give(north.signal({ maxHold: 30 }))
    executor.policy = { ...executor.policy, approval: 'always' }
    await executor.give(north.signal())
    executor.take(followed(NAME, status))
    await executor.give(followed(NAME, status))
    expect(count(executor, `notice ${code}`)).toBe(1)
    expect(executor.told()).toContain('entry denied approval_withdrawn')
    executor.policy = { ...executor.policy, approval: 'never' }
    await executor.give(north.signal())
    expect(executor.told().at(-1)).toBe('entry denied provider.state')
    await executor.give(south.signal())
    expect(executor.told().at(-1)).toBe('entry filled')
    await executor.clock.advance(31_000)
    expect(held(executor).map(([stream]) => stream)).toEqual(['south/demo'])
    await executor.give(followed(NAME))
    expect(count(executor, 'notice provider_followed')).toBe(1)
  },
)

test('a provider that nobody has introduced buys nothing, and another root under a name is refused', async () => {
  const executor = new TestExecutor({ streams: ['east/demo'] })
  const east = new Engine(executor, 'east')
  executor.take(east.head())
  await executor.give(east.signal())
  expect(executor.told().at(-1)).toBe('entry denied provider.state')
  executor.take(followed('east'))
  const other = { ...followed('east'), root: hashText('another root') }
  expect(() => executor.take(other)).toThrow('another than the one journaled')
})

test('which terms were accepted is in the journal, also when the same provider is followed anew', async () => {
  const executor = new TestExecutor()
  const terms = () => executor.state().portfolio.providers['north']?.terms
  const input = { ...followed('north'), terms: 'trend 2' }
  await executor.give(input)
  expect(terms()).toBe('trend 2')
  const told = executor.told().length
  await executor.give({ ...input, terms: 'trend 3' })
  await executor.give(followed('north'))
  expect(terms()).toBe('trend 3')
  expect(executor.told()).toHaveLength(told)
})
