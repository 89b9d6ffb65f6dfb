// What every implementation of the port must do, as checks. What differs from venue to venue is told to them.
import assert from 'node:assert/strict'
import type { OrderRequest } from '../../core/model/exchange.ts'
import { type Check, type Refused, refusals } from './refusal-checks.ts'
import {
  AGAIN_MS,
  accepted,
  allFills,
  canceled,
  found,
  isOver,
  newId,
  order,
  type TestVenue,
  traded,
  within,
} from './steps.ts'

/** What the venue under test is like. */
export interface Expected {
  readonly market: string
  /** Around which the market trades, quote; a whole number. */
  readonly price: number
  readonly tick: string
  readonly maxStops: number | null
  readonly stopHolds: 'coins' | 'nothing'
  /** Some that the account holds. */
  readonly currencies: readonly string[]
  /** What the venue's numbers of orders look like. */
  readonly exchangeId: RegExp
  /** Of three candles that are asked for. */
  readonly candles: number
  /** What it holds orders against; every real one does all of it. */
  readonly refuses: readonly Refused[]
}

/** Names of what this venue can do wrong, by what it proves. What is left out is not checked. */
export interface Faults {
  /** The order is taken, and the answer does not say so. */
  readonly taken: readonly string[]
  /** The order is lost, and the answer does not prove it. */
  readonly lost: readonly string[]
  /** It answers nothing at all for a moment, and then again. */
  readonly away?: string
  /** Too much was asked: the order is not taken, and a pause begins. */
  readonly limited?: string
  /** The order is taken after the time for an answer is up. */
  readonly slow?: string
  /** A part is filled, the rest expires. */
  readonly part?: string
  /** A fee below nothing. */
  readonly rebate?: string
}

export function exchangeContract(expected: Expected, faults: Faults): readonly Check[] {
  const { market, price } = expected
  const at = (share: number) => String(Math.round(price * share))
  const buy = (change: Partial<OrderRequest> = {}) => order({ market, price: at(1.002), ...change })
  const rest = () => buy({ type: 'limit', timeInForce: 'GTC', price: at(0.83) })
  const stop = (trigger: number) =>
    buy({
      type: 'stop_limit',
      timeInForce: 'GTC',
      side: 'sell',
      triggerPrice: at(trigger),
      price: at(trigger * 0.98),
    })
  return [
    ...faults.taken.map((fault) => ({
      name: `says unknown, sends once and finds the order after ${fault}`,
      run: async (venue: TestVenue) => {
        const sent = buy()
        venue.breakNextOrder(fault)
        assert.equal((await venue.exchange.place(sent)).outcome, 'unknown')
        await found(venue, sent, (one) => assert.equal(one.status, 'filled'))
        assert.equal(venue.taken(sent.clientOrderId), 1)
      },
    })),
    ...faults.lost.map((fault) => ({
      name: `says unknown and then missing after ${fault}`,
      run: async (venue: TestVenue) => {
        const sent = buy()
        venue.breakNextOrder(fault)
        assert.equal((await venue.exchange.place(sent)).outcome, 'unknown')
        await venue.pass(venue.exchange.viewLagMs)
        const missing = { outcome: 'missing' }
        assert.deepEqual(await venue.exchange.find(market, sent.clientOrderId), missing)
        assert.equal(venue.taken(sent.clientOrderId), 0)
      },
    })),
    ...when(faults.away, (fault) => ({
      name: 'says unknown when nobody answers, and is reachable again afterwards',
      run: async ({ exchange, breakNextOrder, pass }) => {
        breakNextOrder(fault)
        assert.equal((await exchange.place(buy())).outcome, 'unknown')
        assert.equal(exchange.reachable(), false)
        while (!(await exchange.refreshQuote(market)).ok) await pass(AGAIN_MS)
        // Whatever was asked meanwhile by the other way has failed there.
        while (!(await exchange.refreshBalances()).ok) await pass(AGAIN_MS)
        assert.equal(exchange.reachable(), true)
      },
    })),
    ...when(faults.limited, (fault) => ({
      name: 'is rejected when too much was asked, sends nothing in the pause, and goes on after it',
      run: async ({ exchange, breakNextOrder, taken, pass }) => {
        const sent = [buy(), buy()]
        breakNextOrder(fault)
        for (const one of sent) {
          const placed = await exchange.place(one)
          assert.equal(placed.outcome === 'rejected' && placed.code, 'exchange_rate_limited')
          assert.equal(taken(one.clientOrderId), 0)
        }
        assert.equal(exchange.backoff()?.why, 'too_many')
        assert.equal((await exchange.find(market, newId())).outcome, 'unknown')
        assert.equal((await exchange.refreshQuote(market)).ok, false)
        while (exchange.backoff() !== null) await pass(AGAIN_MS)
        accepted(await exchange.place(buy()))
      },
    })),
    ...when(faults.slow, (fault) => ({
      name: 'says unknown when the order is taken after the time is up',
      run: async (venue) => {
        const sent = buy()
        venue.breakNextOrder(fault)
        assert.equal((await venue.exchange.place(sent)).outcome, 'unknown')
        await venue.untilTaken(sent.clientOrderId)
        await found(venue, sent)
        assert.equal(venue.taken(sent.clientOrderId), 1)
      },
    })),
    {
      name: 'knows an order and its fills by the same numbers, whoever is asked',
      run: async (venue) => {
        const sent = buy()
        const { exchangeId, fills } = accepted(await venue.exchange.place(sent))
        assert.match(exchangeId, expected.exchangeId)
        await found(venue, sent, (one) => {
          assert.deepEqual(
            [one.kind, one.exchangeId, one.status, one.filled],
            ['order', exchangeId, 'filled', sent.amount],
          )
        })
        const listed = await allFills(venue, market, exchangeId, sent.amount)
        const withAnswer = fills.map(({ at: _, ...fill }) => fill)
        const asked = listed.map(({ at: _, ...fill }) => fill)
        if (fills.length > 0) assert.deepEqual(asked, withAnswer)
        await traded(venue, { market, exchangeId, side: 'buy', fills: listed })
      },
    },
    ...when(faults.rebate, (fault) => ({
      name: 'takes a fee below nothing for none',
      run: async (venue) => {
        const sent = buy()
        venue.breakNextOrder(fault)
        const { exchangeId } = accepted(await venue.exchange.place(sent))
        for (const { fee } of await allFills(venue, market, exchangeId, sent.amount))
          assert.ok(fee === undefined || Number(fee.amount) === 0)
      },
    })),
    ...when(faults.part, (fault) => ({
      name: 'tells a part that was filled before the rest expired',
      run: async (venue) => {
        const sent = buy()
        venue.breakNextOrder(fault)
        const { exchangeId } = accepted(await venue.exchange.place(sent))
        let part = ''
        await found(venue, sent, ({ status, filled }) => {
          assert.ok(isOver(status))
          assert.ok(Number(filled) > 0 && Number(filled) < Number(sent.amount))
          part = filled
        })
        await allFills(venue, market, exchangeId, part)
      },
    })),
    {
      name: 'keeps a limit order and a stop waiting until they are canceled',
      run: async (venue) => {
        const { exchange } = venue
        for (const waiting of [rest(), stop(0.83)]) {
          const kind = waiting.type === 'stop_limit' ? 'stop' : 'order'
          assert.equal(accepted(await exchange.place(waiting)).status, 'open')
          await within(venue, async () => {
            const open = await exchange.openOrders(market)
            assert.ok(open.ok)
            const listed = open.value.find((one) => one.clientOrderId === waiting.clientOrderId)
            assert.equal(listed?.kind, kind)
            const all = await exchange.openOrders(null)
            assert.ok(all.ok)
            const one = all.value.find(
              ({ clientOrderId }) => clientOrderId === waiting.clientOrderId,
            )
            assert.equal(one?.market, market, 'in a list of all markets each says which is its own')
          })
          await canceled(venue, waiting)
          await found(venue, waiting, ({ status }) => assert.equal(status, 'canceled'))
          await canceled(venue, waiting)
        }
      },
    },
    {
      name: 'says not open when a cancel comes after the fill',
      run: async (venue) => {
        const sent = buy()
        accepted(await venue.exchange.place(sent))
        await within(venue, async () => {
          const late = await venue.exchange.cancel(market, sent.clientOrderId, 'order')
          assert.deepEqual(late, { ok: true, value: 'not_open' })
        })
      },
    },
    {
      name: 'does not call an order that nobody knows "not open"',
      run: async ({ exchange }) => {
        assert.equal((await exchange.cancel(market, newId(), 'order')).ok, false)
        assert.equal((await exchange.cancel(market, newId(), 'stop')).ok, false)
      },
    },
    {
      name: 'tells the fills of a stop that triggered under the number by which it was accepted',
      run: async (venue) => {
        accepted(await venue.exchange.place(buy()))
        const sent = stop(0.97)
        const { exchangeId } = accepted(await venue.exchange.place(sent))
        await venue.moveTo(0.965)
        await found(venue, sent, (one) => {
          assert.deepEqual(
            [one.exchangeId, one.status, one.filled],
            [exchangeId, 'filled', sent.amount],
          )
        })
        const fills = await allFills(venue, market, exchangeId, sent.amount)
        await traded(venue, { market, exchangeId, side: 'sell', fills })
        await venue.moveTo(1)
      },
    },
    ...expected.refuses.map((refused) => refusals({ buy, rest, stop })[refused]),
    {
      name: 'tells rules, quote, liquidity, balances, candles, clock and rights',
      run: async ({ exchange }) => {
        const { tick, stop: stops } = exchange.rules(market) ?? {}
        assert.equal(tick, expected.tick)
        assert.deepEqual(stops, { holds: expected.stopHolds, max: expected.maxStops })
        assert.ok(Number(exchange.rules(market)?.takerFee) < 0.05)
        const { bid = '0', ask = '0' } = exchange.quote(market) ?? {}
        assert.ok(Number(bid) > 0 && Number(bid) <= Number(ask))
        const balances = await exchange.refreshBalances()
        assert.ok(balances.ok)
        const held = balances.value.map(({ currency }) => currency)
        for (const currency of expected.currencies) assert.ok(held.includes(currency))
        const liquidity = exchange.liquidity(market)
        assert.ok(liquidity !== null && Number(liquidity.volume) > 0)
        // Of another second than the quote.
        assert.ok(Number(liquidity.asks[0]?.[0]) >= Number(bid) * 0.99)
        assert.ok(Math.abs(exchange.skewMs() ?? 9e9) < 1_000)
        const candles = await exchange.candles(market, '1m', 3)
        assert.ok(candles.ok)
        assert.equal(candles.value.length, expected.candles)
        // Of just that minute, with the price that it began with.
        const [start = 0, open] = candles.value[0] ?? []
        const one = await exchange.candles(market, '1m', 1, start * 1_000)
        assert.deepEqual(one.ok && one.value.map((candle) => candle.slice(0, 2)), [[start, open]])
        const rights = await exchange.keyRights()
        assert.ok(rights.ok)
        assert.deepEqual([rights.value.trade, rights.value.withdraw], ['yes', 'no'])
      },
    },
  ]
}

function when(fault: string | undefined, check: (fault: string) => Check): readonly Check[] {
  return fault === undefined ? [] : [check(fault)]
}
