// Beside the contract, what can be held against the sandbox behind a dialect: what it took, to the character, and to the
// cent what came of it.
import assert from 'node:assert/strict'
import type { SandboxExchange } from '@keyside/sandbox'
import Big from 'big.js'
import type { Balance, OrderRequest } from '../../core/model/exchange.ts'
import type { Exchange } from '../port.ts'
import {
  accepted,
  allFills,
  canceled,
  found,
  order,
  type TestVenue,
  traded,
  within,
} from './steps.ts'
import type { Answers } from './tampered.ts'
import type { Wiretap } from './wiretap.ts'

export const MARKET = 'BTC/USDT'
/** Around which the sandbox trades it, quote. */
export const PRICE = 60_000

export interface SandboxVenue extends TestVenue {
  readonly sandbox: SandboxExchange
  readonly tap: Wiretap
  readonly answers: Answers
  /** With the key whose rights are all but the usual ones. Not started. */
  openUnsafe(): Exchange
  /** Another one on the same account. Not started. */
  openAgain(): Exchange
}

export interface SandboxCheck {
  readonly name: string
  run(venue: SandboxVenue): Promise<void>
}

const STOP = { type: 'stop_limit', timeInForce: 'GTC', side: 'sell' } as const
export const resting = () => order({ timeInForce: 'GTC', price: '49800' })
export const stopFarBelow = () => order({ ...STOP, triggerPrice: '49800', price: '49000' })

const AS_MEANT: SandboxCheck = {
  name: 'what the exchange takes is the order, to the last place of its amount and its prices',
  run: async (venue) => {
    const stop = { ...STOP, triggerPrice: '58800.11', price: '58700.07', amount: '0.00123' }
    const sent = [
      order({ amount: '0.00123', price: '60100.37' }),
      order({ side: 'sell', amount: '0.00117', price: '59900.41' }),
      order({ timeInForce: 'GTC', amount: '0.00119', price: '50000.13' }),
      order(stop),
    ]
    for (const one of sent) accepted(await venue.exchange.place(one))
    const log = venue.sandbox.acceptLog()
    const taken = sent.map((one) => log.filter((row) => row.clientOrderId === one.clientOrderId))
    assert.deepEqual(
      taken.map((rows) => rows.map(asTaken)),
      sent.map((one) => [asMeant(one)]),
    )
    for (const waiting of sent.slice(2)) await canceled(venue, waiting)
  },
}

type Taken = ReturnType<SandboxExchange['acceptLog']>[number]

function asTaken({ symbol, side, timeInForce, quantity, price, stopPrice }: Taken) {
  return [symbol, side, timeInForce, quantity, price, stopPrice].map((one) => plain(one))
}

function asMeant({ market, side, timeInForce, amount, price, triggerPrice }: OrderRequest) {
  return [market, side, timeInForce, amount, price, triggerPrice].map((one) => plain(one))
}

function plain(text: string | undefined): string | undefined {
  return text !== undefined && /^[\d.]+$/.test(text) ? new Big(text).toFixed() : text
}

/** Of what an order brings: what every dialect of the sandbox takes. */
const FEE = '0.001'

const FILLS: SandboxCheck = {
  name: 'a fill says when it was, at which price, and what was taken of what the order brought',
  run: async (venue) => {
    const { exchange } = venue
    const sides = [
      { side: 'buy', price: '60100', amount: '0.00123' },
      { side: 'sell', price: '59900', amount: '0.00117' },
    ] as const
    for (const change of sides) {
      const sent = order(change)
      const before = Date.now()
      const { exchangeId } = accepted(await exchange.place(sent))
      const fills = await allFills(venue, MARKET, exchangeId, sent.amount)
      for (const { at, price, amount, fee, rebate } of fills) {
        assert.ok(at >= before - 1_000 && at <= Date.now() + 1_000, `at ${at}, Unix ms`)
        assert.ok(Math.abs(Number(price) / PRICE - 1) < 0.002, `a price of ${price}`)
        const brought = change.side === 'buy' ? new Big(amount) : new Big(amount).times(price)
        const taken = brought.times(FEE).round(8, Big.roundDown).toFixed()
        const currency = change.side === 'buy' ? 'BTC' : 'USDT'
        assert.deepEqual([fee, rebate], [{ amount: taken, currency }, undefined])
        const highest = brought.times(exchange.rules(MARKET)?.takerFee ?? 0)
        assert.ok(highest.gte(taken), 'the highest fee is at least what is taken')
      }
      await traded(venue, { market: MARKET, exchangeId, side: change.side, fills })
      const trades = await exchange.trades(MARKET, before - 1_000)
      const own = trades.ok ? trades.value.filter((one) => one.exchangeId === exchangeId) : []
      const asFills = own.map(({ exchangeId: _, clientOrderId: __, side: ___, ...fill }) => fill)
      assert.deepEqual(asFills, fills)
      const sinceLong = await exchange.fills(MARKET, exchangeId, before - 30 * DAY_MS)
      assert.deepEqual(sinceLong.ok && sinceLong.value, fills, 'also of an order that is old')
    }
  },
}

const DAY_MS = 86_400_000

const MANY_FILLS: SandboxCheck = {
  name: 'all fills of an order that has many are told, each once',
  run: async (venue) => {
    const { sandbox, exchange } = venue
    sandbox.book.setDepth(MARKET, { quantity: '0.0001' })
    const sent = order({ amount: '0.0045', price: '60500' })
    const { exchangeId } = accepted(await exchange.place(sent))
    sandbox.book.setDepth(MARKET, {})
    const fills = await allFills(venue, MARKET, exchangeId, sent.amount)
    assert.equal(fills.length, 45)
    assert.equal(new Set(fills.map(({ id }) => id)).size, 45)
    await traded(venue, { market: MARKET, exchangeId, side: 'buy', fills })
  },
}

const HELD: SandboxCheck = {
  name: 'what an order holds is not free, and what is free can be sold',
  run: async (venue) => {
    const { exchange } = venue
    const cases = [
      { waiting: resting(), currency: 'USDT', holds: '49.8' },
      { waiting: stopFarBelow(), currency: 'BTC', holds: '0.001' },
    ]
    for (const { waiting, currency, holds } of cases) {
      const before = await balanceOf(exchange, currency)
      accepted(await exchange.place(waiting))
      await within(venue, async () => {
        const { free, used } = await balanceOf(exchange, currency)
        assert.equal(new Big(before.free).minus(free).toFixed(), holds)
        assert.equal(new Big(used).minus(before.used).toFixed(), holds)
      })
      await canceled(venue, waiting)
      await within(venue, async () => assert.deepEqual(await balanceOf(exchange, currency), before))
    }
  },
}

async function balanceOf(exchange: Exchange, currency: string): Promise<Balance> {
  const balances = await exchange.refreshBalances()
  assert.ok(balances.ok)
  const balance = balances.value.find((one) => one.currency === currency)
  assert.ok(balance)
  return balance
}

/** Through the trigger and the limit at once: it rests above the market. */
const TRIGGERED_STOP: SandboxCheck = {
  name: 'a stop that has triggered, and waits at its price, is canceled, also where it is another order by then',
  run: async (venue) => {
    const { exchange, moveTo } = venue
    accepted(await exchange.place(order()))
    const stop = order({ ...STOP, triggerPrice: '58800', price: '58790' })
    const { exchangeId } = accepted(await exchange.place(stop))
    await moveTo(0.9)
    await found(venue, stop, (one) => {
      assert.deepEqual([one.exchangeId, one.status, one.triggers], [exchangeId, 'open', undefined])
    })
    await canceled(venue, stop)
    await found(venue, stop, (one) => assert.equal(one.status, 'canceled'))
    const open = await exchange.openOrders(MARKET)
    assert.ok(open.ok && open.value.every((one) => one.exchangeId !== exchangeId))
    await moveTo(1)
  },
}

export const ORDER_CHECKS: readonly SandboxCheck[] = [
  AS_MEANT,
  FILLS,
  MANY_FILLS,
  HELD,
  TRIGGERED_STOP,
]
