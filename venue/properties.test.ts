// Whatever is ordered: money is conserved, nothing fills beyond its limit, and what is held is what open orders may cost.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VenueBehavior } from './options.ts'
import { isOpen } from './order.ts'
import { openVenue, WHOLE, type Wish } from './testing/path-venue.ts'

const cents = fc.integer({ min: 5_900_000, max: 6_100_000 }).map((n) => (n / 100).toFixed(2))
const lots = fc.integer({ min: 10, max: 300_000 }).map((n) => (n / 100_000).toFixed(5))

const limit = fc.record({
  side: fc.constantFrom('buy' as const, 'sell' as const),
  timeInForce: fc.constantFrom('GTC' as const, 'IOC' as const, 'FOK' as const),
  amount: lots,
  price: cents,
})
const market = fc.record({
  side: limit.map(({ side }) => side),
  type: fc.constant('market' as const),
  amount: lots,
})
const stop = fc.record({
  side: limit.map(({ side }) => side),
  type: fc.constantFrom('stop_limit' as const, 'take_profit_limit' as const),
  amount: lots,
  price: cents,
  trigger: cents,
})
const stopMarket = fc.record({
  side: limit.map(({ side }) => side),
  type: fc.constantFrom('stop_market' as const, 'take_profit_market' as const),
  amount: lots,
  trigger: cents,
})
const step = fc.record({
  wish: fc.oneof(limit, market, stop, stopMarket) as fc.Arbitrary<Wish>,
  price: fc.integer({ min: 59_000, max: 61_000 }),
  cancels: fc.boolean(),
  half: fc.boolean(),
})
const behavior: fc.Arbitrary<VenueBehavior> = fc.record({
  stopsHold: fc.constantFrom('coins' as const, 'nothing' as const),
  wrongSidedStop: fc.constantFrom('rejected' as const, 'taken_as_take_profit' as const),
  triggeredStop: fc.constantFrom('same_order' as const, 'child_order' as const),
})

test('money is conserved, limits hold, and held is the sum of the open orders, after every step', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), behavior, (steps, mine) => {
      const made = openVenue({ math: WHOLE, depth: '0.7', levels: 5, behavior: mine })
      const { venue, submit, state, move } = made
      for (const { wish, price, cancels, half } of steps) {
        const submitted = submit(wish, half ? { fills: 'half_then_cancel' } : {})
        if (cancels && submitted.outcome === 'accepted') venue.cancel(submitted.order, state.now)
        move(price)
        check(made, mine)
      }
      for (const order of [...venue.open]) venue.cancel(order, state.now)
      expect([made.held('BTC'), made.held('USDT')], 'nothing stays held').toEqual(['0', '0'])
    }),
    { numRuns: 200 },
  )
})

function check(
  { venue, total }: ReturnType<typeof openVenue<bigint>>,
  { stopsHold }: VenueBehavior,
): void {
  const owned = { BTC: WHOLE.amount.parse('10'), USDT: WHOLE.value.parse('500000') }
  const held = { BTC: 0n, USDT: 0n }
  for (const order of venue.orders) {
    const { side, price, type } = order.request
    const sign = side === 'buy' ? 1n : -1n
    for (const fill of order.fills) {
      owned.BTC += sign * fill.amount
      owned.USDT -= sign * fill.amount * fill.price
      if (fill.fee !== null) owned[fill.fee.currency as 'BTC'] -= fill.fee.amount
      const isBeyond = price !== undefined && (fill.price - price) * sign > 0n
      expect(isBeyond, `${type} ${side} at ${price} filled at ${fill.price}`).toBe(false)
    }
    expect(order.filled <= order.amount).toBe(true)
    if (!isOpen(order)) expect(order.held, 'a closed order holds nothing').toBe(0n)
    held[side === 'buy' ? 'USDT' : 'BTC'] += order.held
    const rest = order.amount - order.filled
    const bound = price ?? order.request.triggerPrice ?? 0n
    const holds = stopsHold === 'coins' || order.status === 'open'
    if (isOpen(order)) expect(order.held).toBe(!holds ? 0n : side === 'sell' ? rest : rest * bound)
  }
  expect(total('BTC')).toBe(WHOLE.amount.format(owned.BTC))
  expect(total('USDT')).toBe(WHOLE.value.format(owned.USDT))
  const wallet = venue.wallet('a')
  expect([wallet.held('BTC'), wallet.held('USDT')]).toEqual([held.BTC, held.USDT])
}
