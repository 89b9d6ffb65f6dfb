import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apply } from './apply.ts'
import type { NewEvent } from './events.ts'
import type { NewOrder } from './order.ts'
import {
  isFinal,
  nextState,
  ORDER_EVENTS,
  type OrderEvent,
  type OrderState,
} from './order-table.ts'
import { positionKey } from './position.ts'
import { ordersOf, stopOf } from './positions.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from './state.ts'

const step = fc.record({
  order: fc.nat({ max: 9 }),
  stream: fc.constantFrom('alpha', 'beta'),
  market: fc.constantFrom('BTC/USDT', 'ETH/USDT'),
  kind: fc.constantFrom('entry' as const, 'exit' as const, 'stop' as const),
  event: fc.constantFrom(...ORDER_EVENTS),
})

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

test('the index of orders is what a look through all of them would find, after any events', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const all = steps.reduce((before, one) => {
        const portfolio = after(before, one)
        expect(portfolio.ordersByPosition).toEqual(recomputed(portfolio))
        return portfolio
      }, EMPTY_PORTFOLIO)
      for (const key of new Set(Object.values(all.orders).map(positionKey))) {
        const here = Object.values(all.orders).filter((order) => positionKey(order) === key)
        expect(ordersOf(all, key)).toEqual(here)
        expect(stopOf(all, key)).toBe(here.find(({ kind }) => kind === 'stop'))
      }
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('what has no orders has none in the index either', () => {
  expect(ordersOf(EMPTY_PORTFOLIO, 'alpha BTC/USDT')).toEqual([])
  expect(stopOf(EMPTY_PORTFOLIO, 'alpha BTC/USDT')).toBeUndefined()
})

function recomputed({ orders }: Portfolio): Record<string, string[]> {
  const index: Record<string, string[]> = {}
  for (const [id, order] of Object.entries(orders)) {
    const ids = index[positionKey(order)] ?? []
    ids.push(id)
    index[positionKey(order)] = ids
  }
  return index
}

/** A new order, or the next move of one that is open, where the table has it. */
function after(portfolio: Portfolio, { order, event, ...what }: Step): Portfolio {
  const clientOrderId = `order ${order}`
  const known = portfolio.orders[clientOrderId]
  if (known === undefined)
    return happened(portfolio, { type: 'ordered', order: orderOf(clientOrderId, what) })
  const next = to(known.state, event)
  if (next === null || event === 'fill') return portfolio
  const moved = { type: 'step', clientOrderId, event } as const
  const result = happened(portfolio, moved)
  expect(clientOrderId in result.orders).toBe(!isFinal(next))
  return result
}

function happened(portfolio: Portfolio, event: NewEvent): Portfolio {
  return apply(portfolio, { ...event, at: 1 })
}

function to(state: OrderState, event: OrderEvent): OrderState | null {
  try {
    return nextState(state, event)
  } catch {
    return null
  }
}

function orderOf(
  clientOrderId: string,
  { stream, market, kind }: Pick<Step, 'stream' | 'market' | 'kind'>,
): NewOrder {
  const size = { unit: 'base', value: '1' } as const
  const intent = { kind: 'exit', market, side: 'sell', size, type: 'market' } as const
  const when = { signedAt: 1, validUntil: 1, timeframe: '1m' }
  return { clientOrderId, stream, kind, signal: 'x', seq: 1, reason: 'a test', intent, ...when }
}
