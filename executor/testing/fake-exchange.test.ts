// The unit tests' exchange against the contract of the port, as far as it goes: it takes what it is sent.
import { test } from 'vitest'
import { exchangeContract } from '../venues/testing/contract.ts'
import type { TestVenue } from '../venues/testing/steps.ts'
import { FakeExchange, type Mode } from './fake-exchange.ts'

const contract = exchangeContract(
  {
    market: 'BTC/USDT',
    price: 60_000,
    tick: '0.01',
    maxStops: 5,
    stopHolds: 'coins',
    currencies: ['BTC', 'USDT'],
    exchangeId: /^\d+$/,
    candles: 1,
    refuses: [],
  },
  { taken: ['lost_after'], lost: ['lost_before'], part: 'half' },
)

/** It fills at once what is to be filled at once, lets the rest wait, and a stop triggers when the market gets there. */
function faked(): TestVenue {
  let now = 1_790_000_000_000
  let fault: Mode | null = null
  const exchange = new FakeExchange(() => now)
  const place = exchange.place.bind(exchange)
  exchange.place = (order) => {
    exchange.mode = fault ?? (order.timeInForce === 'IOC' ? 'fills' : 'rests')
    fault = null
    return place(order)
  }
  return {
    exchange,
    breakNextOrder: (mode) => {
      fault = mode as Mode
    },
    taken: (id) => exchange.accepted.filter(({ clientOrderId }) => clientOrderId === id).length,
    untilTaken: async () => undefined,
    pass: async (ms) => {
      now += ms
    },
    moveTo: async (share) => {
      exchange.price = String(60_000 * share)
      for (const { order, status } of exchange.orders.values())
        if (status === 'open' && Number(order.triggerPrice ?? 0) >= Number(exchange.price))
          exchange.fill(order.clientOrderId, order.amount, 'filled')
    },
  }
}

test.for(contract)('$name', ({ run }) => run(faked()))
