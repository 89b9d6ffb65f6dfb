import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allRows, toEvent } from '../../journal/journal.ts'
import type { Mode } from '../../testing/fake-exchange.ts'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'
import { decide } from '../decide.ts'
import { apply } from '../model/apply.ts'
import { EMPTY_PORTFOLIO } from '../model/state.ts'
import type { Input } from './inputs.ts'

const move = fc.oneof(
  fc.record({
    do: fc.constant('mode' as const),
    mode: fc.constantFrom<Mode>(
      'fills',
      'rests',
      'half',
      'rejects',
      'lost_after',
      'lost_before',
      'lost_rejected',
      'silent',
    ),
  }),
  fc.record({
    do: fc.constant('lookups' as const),
    lookups: fc.constantFrom('honest' as const, 'silent' as const),
  }),
  fc.record({ do: fc.constantFrom('entry' as const, 'exit' as const), stop: fc.boolean() }),
  fc.record({
    do: fc.constantFrom(
      'lose',
      'repeat',
      'crash',
      'head',
      'flat',
      'approve',
      'halt',
      'pause',
      'resume',
    ) as fc.Arbitrary<
      'lose' | 'repeat' | 'crash' | 'head' | 'flat' | 'approve' | 'halt' | 'pause' | 'resume'
    >,
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 70_000 }) }),
  fc.record({ do: fc.constant('fill' as const), part: fc.boolean() }),
)
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never

/** Plays a random life: whatever happens, one client order id reaches `place` at most once. */
async function play(executor: TestExecutor, moves: readonly Move[]): Promise<void> {
  let last: Input | null = null
  for (const [index, step] of moves.entries()) {
    executor.exchange.quoteAt = executor.clock.now()
    const name = `move ${index}`
    switch (step.do) {
      case 'mode':
        executor.exchange.mode = step.mode
        break
      case 'lookups':
        executor.exchange.lookups = step.lookups
        break
      case 'entry':
      case 'exit': {
        const stop = step.stop ? { stop: '58000' } : {}
        last =
          step.do === 'entry'
            ? executor.signal({ jti: jtiOf(name), ...stop })
            : executor.exit({ jti: jtiOf(name) })
        await executor.give(last)
        break
      }
      case 'lose':
        executor.signal({ jti: jtiOf(name) })
        break
      case 'repeat':
        if (last !== null) await executor.give(last)
        break
      case 'crash':
        executor.crash()
        break
      case 'head':
        await executor.give(executor.head())
        break
      case 'flat': {
        const seq = executor.head().claims.streams[0]?.[1] ?? 0
        await executor.give(executor.head({ position: 'flat', since: seq }))
        break
      }
      case 'approve': {
        const order = Object.values(executor.state().portfolio.orders).find(
          ({ state }) => state === 'waiting',
        )
        if (order?.planned)
          await executor.give(executor.approval(order.planned.id, 'approve', name))
        break
      }
      case 'halt':
        executor.take({ type: 'halt', by: 'test' })
        break
      case 'pause':
      case 'resume':
        await executor.give(executor.command({ do: step.do }, name))
        break
      case 'wait':
        await executor.clock.advance(step.ms)
        break
      case 'fill':
        fillOne(executor, step.part)
        break
    }
  }
}

function fillOne(executor: TestExecutor, part: boolean): void {
  const open = [...executor.exchange.orders.values()].find(({ status }) => status === 'open')
  if (open === undefined || open.fills.length > 0) return
  const { clientOrderId, amount } = open.order
  executor.exchange.fill(clientOrderId, part ? '0.00001' : amount, part ? 'open' : 'filled')
}

test('a decision brings the state to which its own events fold', async () => {
  const executor = new TestExecutor()
  const before = executor.state()
  const { events, state } = decide(before, executor.head(), executor.environment())
  expect(events.length).toBeGreaterThan(0)
  expect(state.portfolio).toEqual(events.reduce(apply, before.portfolio))
})

test('in any interleaving of signals, repeats, faults and crashes no order is sent twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('never', 'always'),
      fc.array(move, { maxLength: 30 }),
      async (approval, moves) => {
        const executor = new TestExecutor({ approval })
        await executor.give(executor.head())
        await play(executor, moves)
        const ids = executor.exchange.sent.map(({ clientOrderId }) => clientOrderId)
        expect(new Set(ids).size).toBe(ids.length)
        expect(executor.failure).toBeNull()
        expect(executor.journal.fold()).toEqual(executor.state().portfolio)
        executor.close()
      },
    ),
    { numRuns: 150 },
  )
})

test('once the exchange answers again every order comes to an end and the books agree', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 25 }), async (moves) => {
      const executor = new TestExecutor()
      await executor.give(executor.head())
      await play(executor, moves)
      executor.exchange.mode = 'fills'
      executor.exchange.lookups = 'honest'
      executor.crash()
      await executor.clock.advance(120_000)
      const { orders, positions } = executor.state().portfolio
      const states = Object.values(orders)
        .filter(({ kind }) => kind !== 'stop')
        .map(({ state }) => state)
      expect(states.filter((state) => !['accepted', 'partially_filled'].includes(state))).toEqual(
        [],
      )
      const booked = Number(Object.values(positions)[0]?.amount ?? 0)
      expect(held(executor)).toBeCloseTo(booked + writtenOff(executor), 8)
      executor.close()
    }),
    { numRuns: 60 },
  )
})

/** What the exchange would say was bought less what was sold. */
function held(executor: TestExecutor): number {
  return [...executor.exchange.orders.values()].reduce((sum, { order, fills }) => {
    const amount = fills.reduce((part, fill) => part + Number(fill.amount), 0)
    return order.side === 'buy' ? sum + amount : sum - amount
  }, 0)
}

/** Too little for any order: the exchange still has it, and it is no position any more. */
function writtenOff({ journal }: TestExecutor): number {
  return [...allRows(journal.database())]
    .map(toEvent)
    .reduce((sum, event) => sum + (event.type === 'written_off' ? Number(event.amount) : 0), 0)
}

test('what is too little to be sold is on both sides of that account', async () => {
  const executor = new TestExecutor()
  await executor.give(executor.head())
  await play(executor, [
    { do: 'mode', mode: 'rests' },
    { do: 'entry', stop: false },
    { do: 'fill', part: true },
  ])
  executor.crash()
  await executor.clock.advance(120_000)
  const [entry] = executor.exchange.orders.values()
  if (entry !== undefined) entry.status = 'canceled'
  await executor.clock.advance(120_000)
  expect(executor.state().portfolio.positions).toEqual({})
  expect(held(executor)).toBeCloseTo(0.00001, 8)
  expect(writtenOff(executor)).toBeCloseTo(0.00001, 8)
})

test('the same state, input and world give the same decision', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  executor.take(executor.head())
  const input = executor.signal()
  const state = executor.state()
  expect(decide(state, input, executor.environment())).toEqual(
    decide(state, input, executor.environment()),
  )
  expect(executor.state(), 'and touch nothing').toBe(state)
})

test('nothing is sent in the turn that has not written the intent and the sending', async () => {
  const executor = new TestExecutor()
  await executor.give(executor.head())
  const { events, effects } = decide(executor.state(), executor.signal(), executor.environment())
  expect(effects.map(({ type }) => type)).toEqual(['place'])
  const types = events.map((event) => (event.type === 'step' ? event.event : event.type))
  expect(types).toEqual(['signal', 'ordered', 'day_opened', 'planned', 'initialize', 'submit'])
})

test('settled orders leave the state: a long life does not make it larger', async () => {
  const executor = new TestExecutor()
  for (let day = 0; day < 20; day += 1) {
    await executor.enter({ size: { unit: 'quote', value: '20' }, stopPrice: '58000' })
    await executor.give(executor.exit())
    executor.stop()
    await executor.clock.advance(86_400_000)
    executor.crash()
    executor.exchange.quoteAt = executor.clock.now()
  }
  expect(executor.exchange.accepted).toHaveLength(60)
  // Twenty entries alone would be more.
  expect(JSON.stringify(executor.state()).length).toBeLessThan(9_000)
  const events = [...allRows(executor.journal.database())].map(toEvent)
  expect(events.reduce(apply, EMPTY_PORTFOLIO)).toEqual(executor.state().portfolio)
})
