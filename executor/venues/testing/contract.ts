// What every exchange adapter must do, as checks that run against a venue with faults.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Placed, WireOrder } from '../../core/model/exchange.ts'
import type { Exchange } from '../port.ts'

export interface TestVenue {
  readonly exchange: Exchange
  /** Makes the next order go wrong, in the venue's own way of going wrong. */
  breakNextOrder(how: string): void
  /** How many orders with this client id the venue took. */
  taken(clientOrderId: string): number
  /** Waits until the venue has taken the order. */
  untilTaken(clientOrderId: string): Promise<void>
}

export interface Check {
  readonly name: string
  run(venue: TestVenue): Promise<void>
}

const MARKET = 'BTC/USDT'
let made = 0

export function newId(): string {
  made += 1
  return made.toString(16).padStart(32, '0')
}

/** Buys a little at far above the market's 60 000, so that it fills. */
export function order(change: Partial<WireOrder> = {}): WireOrder {
  return {
    clientOrderId: newId(),
    market: MARKET,
    side: 'buy',
    type: 'ioc',
    amount: '0.001',
    price: '60100',
    ...change,
  }
}

/** Orders that the venue took although its answer does not say so. */
const TAKEN = [
  'reset-after-accept',
  'accept-then-hang',
  '500-after-accept',
  '503-after-accept',
  '504',
  'timeout-1007-accepted',
  'empty-200',
  'html-200',
  'json-empty-200',
  'wrong-order-200',
]

/** Orders that never reached it, which its answer does not prove. */
const LOST = ['reset-before', 'timeout-1007-not-accepted', 'html-502']

export const exchangeContract: readonly Check[] = [
  ...TAKEN.map((fault) => ({
    name: `says unknown, sends once and finds the order after ${fault}`,
    run: async ({ exchange, breakNextOrder, taken }: TestVenue) => {
      const sent = order()
      breakNextOrder(fault)
      assert.equal((await exchange.place(sent)).outcome, 'unknown')
      const found = await exchange.find(MARKET, sent.clientOrderId)
      assert.equal(found.outcome, 'found')
      assert.equal(found.order.status, 'filled')
      assert.equal(taken(sent.clientOrderId), 1)
    },
  })),
  ...LOST.map((fault) => ({
    name: `says unknown and then missing after ${fault}`,
    run: async ({ exchange, breakNextOrder, taken }: TestVenue) => {
      const sent = order()
      breakNextOrder(fault)
      assert.equal((await exchange.place(sent)).outcome, 'unknown')
      assert.deepEqual(await exchange.find(MARKET, sent.clientOrderId), { outcome: 'missing' })
      assert.equal(taken(sent.clientOrderId), 0)
    },
  })),
  {
    name: 'says unknown when the port is closed',
    run: async ({ exchange, breakNextOrder }) => {
      breakNextOrder('refuse-connect')
      assert.equal((await exchange.place(order())).outcome, 'unknown')
      assert.equal(exchange.reachable(), false)
      while (!(await exchange.refreshQuote(MARKET)).ok);
      // Whatever was asked meanwhile by the other way has failed there.
      while (!(await exchange.refreshBalances()).ok);
      assert.equal(exchange.reachable(), true)
    },
  },
  {
    name: 'is turned down when too much was asked, sends nothing in the pause, and goes on after it',
    run: async ({ exchange, breakNextOrder, taken }) => {
      const sent = [order(), order()]
      breakNextOrder('429')
      for (const one of sent) {
        const placed = await exchange.place(one)
        assert.equal(placed.outcome === 'turned_down' && placed.code, 'exchange_rate_limited')
        assert.equal(taken(one.clientOrderId), 0)
      }
      assert.equal(exchange.pause()?.why, 'too_many')
      assert.equal((await exchange.find(MARKET, newId())).outcome, 'unknown')
      assert.equal((await exchange.refreshQuote(MARKET)).ok, false)
      while (exchange.pause() !== null) await sleep(20)
      accepted(await exchange.place(order()))
    },
  },
  {
    name: 'says unknown when the order is taken after the time is up',
    run: async ({ exchange, breakNextOrder, taken, untilTaken }) => {
      const sent = order()
      breakNextOrder('slow-accept')
      assert.equal((await exchange.place(sent)).outcome, 'unknown')
      await untilTaken(sent.clientOrderId)
      assert.equal((await exchange.find(MARKET, sent.clientOrderId)).outcome, 'found')
      assert.equal(taken(sent.clientOrderId), 1)
    },
  },
  {
    name: 'brings the fills with the answer, the same as when asked for',
    run: async ({ exchange }) => {
      const placed = accepted(await exchange.place(order()))
      assert.equal(placed.status, 'filled')
      assert.equal(placed.filled, '0.001')
      const fills = await exchange.fills(MARKET, placed.exchangeId)
      assert.ok(fills.ok && fills.value.length > 0)
      assert.deepEqual(
        fills.value.map(({ id, amount, price, fee }) => ({ id, amount, price, fee })),
        placed.fills.map(({ id, amount, price, fee }) => ({ id, amount, price, fee })),
      )
    },
  },
  {
    name: 'tells a part that was filled before the rest expired',
    run: async ({ exchange, breakNextOrder }) => {
      breakNextOrder('partial-then-cancel')
      const sent = order()
      const placed = accepted(await exchange.place(sent))
      assert.notEqual(placed.status, 'open')
      assert.ok(Number(placed.filled) > 0 && Number(placed.filled) < 0.001)
    },
  },
  {
    name: 'keeps a limit order and a stop order waiting until they are canceled',
    run: async ({ exchange }) => {
      const rest = order({ type: 'rest', price: '50000' })
      const stop = order({ type: 'stop', side: 'sell', stop: '50000', price: '49500' })
      for (const waiting of [rest, stop]) {
        assert.equal(accepted(await exchange.place(waiting)).status, 'open')
        const open = await exchange.openOrders(MARKET)
        assert.ok(open.ok)
        assert.ok(open.value.some((one) => one.clientOrderId === waiting.clientOrderId))
        const canceled = { ok: true, value: 'canceled' }
        assert.deepEqual(await exchange.cancel(MARKET, waiting.clientOrderId), canceled)
        const found = await exchange.find(MARKET, waiting.clientOrderId)
        assert.ok(found.outcome === 'found' && found.order.status === 'canceled')
        assert.deepEqual(await exchange.cancel(MARKET, waiting.clientOrderId), canceled)
      }
    },
  },
  {
    name: 'says not open when a cancel comes after the fill',
    run: async ({ exchange }) => {
      const sent = order()
      accepted(await exchange.place(sent))
      const late = await exchange.cancel(MARKET, sent.clientOrderId)
      assert.deepEqual(late, { ok: true, value: 'not_open' })
    },
  },
  {
    name: 'does not call an order that nobody knows "not open"',
    run: async ({ exchange }) => {
      assert.equal((await exchange.cancel(MARKET, newId())).ok, false)
    },
  },
  {
    name: 'says turned down when the money is not there, the rule is broken or the stop would trigger',
    run: async ({ exchange }) => {
      const cases: [Partial<WireOrder>, string][] = [
        [{ amount: '90', price: '60100' }, 'exchange_funds_insufficient'],
        [{ amount: '0.0010001' }, 'exchange_filter_refused'],
        [
          { type: 'stop', side: 'sell', stop: '70000', price: '69000' },
          'exchange_stop_would_trigger',
        ],
      ]
      for (const [change, code] of cases) {
        const placed = await exchange.place(order(change))
        assert.equal(placed.outcome === 'turned_down' ? placed.code : placed.outcome, code)
      }
    },
  },
  {
    name: 'says unknown, not turned down, when the id is already open',
    run: async ({ exchange, taken }) => {
      const sent = order({ type: 'rest', price: '50000' })
      accepted(await exchange.place(sent))
      assert.equal((await exchange.place(sent)).outcome, 'unknown')
      assert.equal(taken(sent.clientOrderId), 1)
    },
  },
  {
    name: 'tells rules, quote, liquidity, balances, candles, clock and rights',
    run: async ({ exchange }) => {
      assert.equal(exchange.rules(MARKET)?.tick, '0.01')
      assert.equal(exchange.rules(MARKET)?.maxStops, 5)
      assert.ok(Number(exchange.quote(MARKET)?.bid) < Number(exchange.quote(MARKET)?.ask))
      const balances = await exchange.refreshBalances()
      assert.ok(balances.ok && balances.value.some(({ currency }) => currency === 'USDT'))
      const liquidity = exchange.liquidity(MARKET)
      assert.ok(liquidity !== null && Number(liquidity.volume) > 0)
      assert.ok(Number(liquidity.asks[0]?.[0]) >= Number(exchange.quote(MARKET)?.bid))
      assert.ok(Math.abs(exchange.skewMs() ?? 9e9) < 1_000)
      const candles = await exchange.candles(MARKET, '1m', 3)
      assert.ok(candles.ok && candles.value.length === 3)
      const rights = await exchange.keyRights()
      assert.ok(rights.ok && rights.value.withdraw === 'no' && rights.value.trade === 'yes')
    },
  },
]

function accepted(placed: Placed) {
  assert.equal(placed.outcome, 'accepted')
  assert.ok(placed.outcome === 'accepted')
  return placed.order
}
