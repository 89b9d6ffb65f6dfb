// Beside the contract, what a dialect says of markets and keys, held against the sandbox behind it.
import assert from 'node:assert/strict'
import Big from 'big.js'
import { vi } from 'vitest'
import type { MarketRules, OrderRequest } from '../../core/model/exchange.ts'
import type { Exchange } from '../port.ts'
import { MARKET, PRICE, type SandboxCheck } from './sandbox-checks.ts'
import { accepted, allFills, canceled, found, order } from './steps.ts'

const OTHER = 'ETH/USDT'
/** Far enough below that it rests. */
const LOW = '49800'

const RULES: SandboxCheck = {
  name: 'the rules of a market are those that its orders are held to',
  run: async (venue) => {
    const { exchange } = venue
    const rules = exchange.rules(MARKET)
    assert.ok(rules)
    const { base, quote, step, tick, status } = rules
    assert.deepEqual([base, quote, status], ['BTC', 'USDT', 'trading'])
    assert.ok(new Big(rules.minAmount).gte(step), 'less than a step is no amount')
    const least = leastAt(LOW, rules)
    const rest = (amount: Big, price = LOW) =>
      order({ timeInForce: 'GTC', amount: amount.toFixed(), price })
    const taken = [
      rest(least),
      rest(least.plus(step)),
      rest(least, new Big(LOW).plus(tick).toFixed()),
    ]
    for (const one of taken) {
      accepted(await exchange.place(one))
      await canceled(venue, one)
    }
    const below = least.minus(step)
    const refused = [
      rest(least.plus(new Big(step).div(10))),
      rest(least, new Big(LOW).plus(new Big(tick).div(10)).toFixed()),
      ...(below.gt(0) ? [rest(below)] : []),
    ]
    for (const one of refused)
      assert.equal(await refusalOf(exchange, one), 'exchange_filter_refused')
  },
}

function leastAt(price: string, { minAmount, minValue, step }: MarketRules): Big {
  const steps = new Big(minValue).div(price).div(step).round(0, Big.roundUp)
  const [a, b] = [steps.times(step), new Big(minAmount)]
  return a.gt(b) ? a : b
}

async function refusalOf(exchange: Exchange, sent: OrderRequest): Promise<string> {
  const placed = await exchange.place(sent)
  return placed.outcome === 'rejected' ? placed.code : placed.outcome
}

const PRICES: SandboxCheck = {
  name: 'quote, book, turnover and candles are what the market has',
  run: async ({ exchange, sandbox, moveTo }) => {
    const { market } = sandbox
    // A minute with a way in it, that ends elsewhere than it began.
    await moveTo(1.01)
    await moveTo(1.005)
    await vi.waitFor(async () => {
      const candles = await exchange.candles(MARKET, '1m', 2)
      const known = market.candles(MARKET, '1m', { limit: 2 }, Date.now())
      assert.deepEqual(
        candles.ok && candles.value.map((candle) => candle.map(Number)),
        known.map(({ openTime, open, high, low, close }) =>
          [openTime / 1_000, open, high, low, close].map(Number),
        ),
      )
      assert.ok(known.some(({ open, high, close }) => open !== close && high !== close))
    }, 3_000)
    await moveTo(1)
    await vi.waitFor(() => {
      const { bid = '0', ask = '0' } = exchange.quote(MARKET) ?? {}
      const { asks = [], volume = '0' } = exchange.liquidity(MARKET) ?? {}
      assert.ok(
        Number(bid) < PRICE && Number(ask) > PRICE && Number(ask) - Number(bid) < PRICE / 1_000,
      )
      const prices = asks.map(([price]) => Number(price))
      assert.equal(prices[0], Number(ask))
      assert.deepEqual(
        prices,
        [...new Set(prices)].toSorted((a, b) => a - b),
      )
      const day = Number(market.lastDay(MARKET, Date.now()).quoteVolume)
      assert.ok(Math.abs(Number(volume) / day - 1) < 0.2, `a turnover of ${volume}, not ${day}`)
    }, 5_000)
  },
}

const NAMES: SandboxCheck = {
  name: 'markets are known by their names, one that is not there is told from one of which nothing is known',
  run: async ({ exchange }) => {
    const symbols = await exchange.symbols()
    assert.deepEqual(symbols.ok && symbols.value.toSorted(), [MARKET, OTHER])
    const seen = await exchange.lookUp(OTHER)
    assert.ok(seen.found === 'yes' && Math.abs(Number(seen.quote.bid) / 3_000 - 1) < 0.01)
    assert.equal((await exchange.lookUp('NONE/USDT')).found, 'no')
  },
}

const TWO_MARKETS: SandboxCheck = {
  name: 'a list of one market is not disturbed by another, and a market that is halted is known to be',
  run: async (venue) => {
    const { exchange, sandbox } = venue
    const both = venue.openAgain()
    try {
      await both.start([MARKET, OTHER])
      const there = { ...venue, exchange: both }
      const ether = (change: Partial<OrderRequest>) =>
        order({ market: OTHER, amount: '0.01', timeInForce: 'GTC', price: '2500', ...change })
      const [waiting, sent] = [ether({}), ether({ price: '3010', timeInForce: 'IOC' })]
      accepted(await both.place(waiting))
      const { exchangeId } = accepted(await both.place(sent))
      const [fill] = await allFills(there, OTHER, exchangeId, sent.amount)
      await found(there, waiting)
      const [open, trades] = [await exchange.openOrders(MARKET), await exchange.trades(MARKET, 0)]
      assert.ok(open.ok && !open.value.some((one) => one.clientOrderId === waiting.clientOrderId))
      assert.ok(trades.ok && !trades.value.some((one) => one.exchangeId === exchangeId))
      const others = await both.trades(OTHER, 0)
      assert.deepEqual(others.ok && others.value.map(({ id }) => id).includes(fill?.id ?? ''), true)
      await canceled(there, waiting)
      sandbox.setStatus(OTHER, 'BREAK')
      assert.equal(await refusalOf(both, ether({})), 'exchange_market_closed')
      await vi.waitFor(() => {
        assert.deepEqual(
          [MARKET, OTHER].map((one) => both.rules(one)?.status),
          ['trading', 'halted'],
        )
      }, 3_000)
    } finally {
      sandbox.setStatus(OTHER, 'TRADING')
      await both.stop()
    }
  },
}

const RIGHTS: SandboxCheck = {
  name: 'a key that may withdraw, or come from anywhere, or not trade, is known for it',
  run: async (venue) => {
    const unsafe = venue.openUnsafe()
    try {
      const rights = await unsafe.keyRights()
      assert.ok(rights.ok)
      const { trade, withdraw, transfer, ipList } = rights.value
      assert.deepEqual([trade, withdraw, ipList], ['no', 'yes', 'no'])
      assert.notEqual(transfer, 'no', 'what is not told is unknown')
      const own = await venue.exchange.keyRights()
      assert.equal(own.ok && own.value.ipList, 'yes')
    } finally {
      await unsafe.stop()
    }
  },
}

export const MARKET_CHECKS: readonly SandboxCheck[] = [RULES, PRICES, NAMES, TWO_MARKETS, RIGHTS]
