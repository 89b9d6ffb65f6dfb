// What an exchange holds orders against, as checks of the contract.
import assert from 'node:assert/strict'
import type { OrderRequest } from '../../core/model/exchange.ts'
import { accepted, allFills, canceled, found, isOver, type TestVenue } from './steps.ts'

export interface Check {
  readonly name: string
  run(venue: TestVenue): Promise<void>
}

export type Refused = 'money' | 'rules' | 'sides' | 'names' | 'prices'

interface Makers {
  readonly buy: (change?: Partial<OrderRequest>) => OrderRequest
  readonly rest: () => OrderRequest
  readonly stop: (trigger: number) => OrderRequest
}

export function refusals({ buy, rest, stop }: Makers): Readonly<Record<Refused, Check>> {
  return {
    money: {
      name: 'says rejected when the money is not there',
      run: (venue) => rejected(venue, buy({ amount: '90' }), 'exchange_funds_insufficient'),
    },
    rules: {
      name: 'says rejected when a rule is broken',
      run: (venue) => rejected(venue, buy({ amount: '0.0010001' }), 'exchange_filter_refused'),
    },
    sides: {
      name: 'refuses a stop that the price has passed, or shows that it waits for the other direction',
      run: async (venue) => {
        const sent = stop(1.1)
        const placed = await venue.exchange.place(sent)
        if (placed.outcome === 'rejected')
          return assert.equal(placed.code, 'exchange_stop_would_trigger')
        accepted(placed)
        await found(venue, sent, ({ triggers }) => assert.equal(triggers, 'at_or_above'))
        await canceled(venue, sent)
      },
    },
    prices: {
      name: 'tells that an order which was to fill at once, and met no price, is over with nothing filled',
      run: async (venue) => {
        const sent = { ...rest(), timeInForce: 'IOC' } as const
        const { exchangeId } = accepted(await venue.exchange.place(sent))
        await found(venue, sent, ({ status, filled }) => {
          assert.ok(isOver(status))
          assert.equal(Number(filled), 0)
        })
        await allFills(venue, sent.market, exchangeId, '0')
      },
    },
    names: {
      name: 'says unknown, not rejected, when the id is already open',
      run: async ({ exchange, taken }) => {
        const sent = rest()
        accepted(await exchange.place(sent))
        assert.equal((await exchange.place(sent)).outcome, 'unknown')
        assert.equal(taken(sent.clientOrderId), 1)
      },
    },
  }
}

async function rejected(venue: TestVenue, sent: OrderRequest, code: string): Promise<void> {
  const placed = await venue.exchange.place(sent)
  assert.equal(venue.taken(sent.clientOrderId), 0)
  assert.equal(placed.outcome === 'rejected' ? placed.code : placed.outcome, code)
}
