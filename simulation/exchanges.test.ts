// The simulation's two exchanges against the contract of the port: what the executor is proved with may not drift.
import { describe, test } from 'vitest'
import { exchangeContract } from '../executor/venues/testing/contract.ts'
import type { Refused } from '../executor/venues/testing/refusal-checks.ts'
import { order, type TestVenue } from '../executor/venues/testing/steps.ts'
import { Market as AttackedMarket } from './adversary/market.ts'
import { HostileVenue } from './adversary/venue.ts'
import { drained } from './base/scheduler.ts'
import { SimulatedExchange } from './exchange.ts'
import { MARKETS, type Market } from './market.ts'
import { Simulation } from './simulation.ts'
import { SimulatedVenue } from './venue.ts'

const BTC = 'BTC/USDT'
const CENTS = 6_000_000

function contract(refuses: readonly Refused[]) {
  return exchangeContract(
    {
      market: BTC,
      price: 60_000,
      tick: '0.01',
      maxStops: null,
      stopHolds: 'coins',
      currencies: ['BTC'],
      exchangeId: /^\d+$/,
      candles: 1,
      refuses,
    },
    { taken: [], lost: [] },
  )
}

/** What needs faults of its own is not checked here. */
const REST = {
  breakNextOrder: () => undefined,
  untilTaken: async () => undefined,
}

const BEHAVIORS = [
  { triggeredStop: 'same_order', wrongSidedStop: 'rejected' },
  { triggeredStop: 'child_order', wrongSidedStop: 'taken_as_take_profit' },
] as const

describe('the exchange of the simulation', () => {
  describe.each(BEHAVIORS)('that has a triggered stop as $triggeredStop', (behavior) => {
    test.for(contract(['rules', 'sides', 'names', 'prices']))('$name', ({ run }) =>
      run(simulated(behavior)),
    )
  })
})

function simulated(behavior: (typeof BEHAVIORS)[number]): TestVenue {
  const simulation = new Simulation(1)
  const { scheduler, random } = simulation
  let bid = CENTS
  const market = { bid: () => bid, ask: () => bid + 1 } as unknown as Market
  const markets = new Map(MARKETS.map((rules) => [rules.market, market]))
  const venue = new SimulatedVenue({ markets, random, behavior, onCanceled: () => undefined })
  const taken: string[] = []
  const exchange = new SimulatedExchange({
    simulation,
    venue,
    now: () => scheduler.now(),
    clockAt: (at) => at,
    survives: () => true,
    onTaken: ({ wire }) => taken.push(wire.clientOrderId),
    onCancel: () => undefined,
  })
  /** Every answer takes simulated time. */
  const timed = async <T>(answer: Promise<T>): Promise<T> => {
    let state: 'open' | 'over' = 'open'
    const over = () => {
      state = 'over'
    }
    answer.then(over, over)
    await drained()
    while (state === 'open') await scheduler.step(scheduler.now() + 1_000)
    return answer
  }
  const calm = async () => {
    while (await scheduler.step(simulation.healed));
    await exchange.start()
  }
  const started = calm()
  return {
    ...REST,
    exchange: new Proxy(exchange, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          const answer: unknown = value.apply(target, args)
          return answer instanceof Promise ? timed(answer) : answer
        }
      },
    }),
    taken: (id) => taken.filter((one) => one === id).length,
    pass: async (ms) => {
      await started
      while (await scheduler.step(scheduler.now() + ms));
    },
    moveTo: async (share) => {
      bid = Math.round(CENTS * share)
      venue.tick(scheduler.now())
    },
  }
}

describe('the exchange of the attacker', () => {
  test.for(contract(['rules', 'sides', 'names', 'prices']))('$name', async ({ run }) =>
    run(await hostile()),
  )
})

async function hostile(): Promise<TestVenue> {
  const [rules] = MARKETS
  if (rules === undefined) throw new Error('no market')
  const market = new AttackedMarket({ rules, kind: 'thin', mid: CENTS, volume: '2000000000' }, 0.01)
  const exchange = new HostileVenue(new Map([[BTC, market]]), () => 1_790_000_000_000, '0.001')
  exchange.fillAt = 'best'
  // Something to sell.
  await exchange.place(order({ amount: '1' }))
  const taken: string[] = []
  const place = exchange.place.bind(exchange)
  exchange.place = async (order) => {
    const placed = await place(order)
    if (placed.outcome === 'accepted') taken.push(order.clientOrderId)
    return placed
  }
  return {
    ...REST,
    exchange,
    taken: (id) => taken.filter((one) => one === id).length,
    pass: async () => undefined,
    moveTo: async (share) => {
      market.pump(share)
      exchange.settle()
    },
  }
}
