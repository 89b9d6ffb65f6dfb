// How orders meet the market, and that no money appears or vanishes.
import { isOpen } from '@keyside/venue'
import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock, stoppedClock } from '../market/manual-clock.ts'
import { CALM, Market } from '../market/market.ts'
import { Book } from './book.ts'
import { ExchangeError } from './errors.ts'
import { marketSetup, refusalOf } from './filters.ts'
import type { SpotRequest } from './order-request.ts'
import { statusOf } from './order-views.ts'
import { Trading, type TradingEvent } from './trading.ts'

const BTC = 'BTC/USDT'
const START = Date.UTC(2026, 10, 23)

interface Wish {
  readonly side?: SpotRequest['side']
  readonly type?: SpotRequest['type']
  readonly timeInForce?: SpotRequest['timeInForce']
  readonly quantity?: string | undefined
  readonly quoteQuantity?: string | undefined
  readonly price?: string | undefined
  readonly stopPrice?: string | undefined
}

function open(depth?: { levels: number; quantity: string }) {
  const clock = manualClock(stoppedClock(START))
  const market = new Market({ seed: 1, wave: CALM })
  const book = new Book(market)
  if (depth !== undefined) book.setDepth(BTC, depth)
  const events: TradingEvent<SpotRequest>[] = []
  const trading = new Trading<SpotRequest>({
    marketOf: marketSetup,
    refused: refusalOf,
    clock,
    market,
    book,
    accounts: [{ name: 'a', balances: { BTC: '10', USDT: '500000' } }],
    onEvent: (event) => events.push(event),
  })
  const wallet = trading.venue.wallet('a')
  let names = 0
  const place = (wish: Wish, effects = {}) =>
    trading.place(requestOf(market, wish, `order-${++names}`), effects)
  const pass = (ms: number) => {
    clock.advance(ms)
    trading.advance()
  }
  const total = (asset: string) => wallet.total(asset)
  return { clock, market, trading, wallet, events, place, pass, total }
}

function requestOf(market: Market, wish: Wish, clientOrderId: string): SpotRequest {
  const [instrument] = market.instruments
  if (instrument === undefined) throw new Error('no instrument')
  const big = (text: string | undefined) => (text === undefined ? undefined : new Big(text))
  return {
    account: 'a',
    instrument,
    market: instrument.symbol,
    side: wish.side ?? 'buy',
    type: wish.type ?? 'limit',
    spotType: 'LIMIT',
    timeInForce: wish.timeInForce ?? 'GTC',
    amount: big(wish.quantity),
    value: big(wish.quoteQuantity),
    price: big(wish.price),
    triggerPrice: big(wish.stopPrice),
    clientOrderId,
    selfTradePrevention: 'EXPIRE_MAKER',
    responseType: 'FULL',
  }
}

test('walks the levels of the book and takes the fee from what it brings', () => {
  const { place, wallet } = open({ levels: 3, quantity: '1' })
  const order = place({ type: 'market', quantity: '2.5' })
  expect(order.fills.map((fill) => [fill.price.toFixed(), fill.amount.toFixed()])).toEqual([
    ['60003', '1'],
    ['60009', '1'],
    ['60015', '0.5'],
  ])
  expect(wallet.free('BTC').toFixed()).toBe('12.4975')
  expect(wallet.free('USDT').toFixed()).toBe('349980.5')
})

test('fills an IOC as far as its price reaches and lets the rest expire', () => {
  const { place, wallet } = open({ levels: 3, quantity: '1' })
  const order = place({ quantity: '3', price: '60009', timeInForce: 'IOC' })
  expect([statusOf(order), order.filled.toFixed()]).toEqual(['EXPIRED', '2'])
  expect(wallet.held('USDT').toFixed()).toBe('0')
})

test('fills a FOK whole or not at all', () => {
  const { place } = open({ levels: 3, quantity: '1' })
  expect(place({ quantity: '2.1', price: '60009', timeInForce: 'FOK' })).toMatchObject({
    status: 'expired',
    fills: [],
  })
  expect(place({ quantity: '2', price: '60009', timeInForce: 'FOK' }).status).toBe('filled')
})

test('does not sell the same level twice in one tick', () => {
  const { place, pass } = open({ levels: 1, quantity: '1' })
  expect(place({ quantity: '1', price: '60003', timeInForce: 'IOC' }).status).toBe('filled')
  expect(place({ quantity: '1', price: '60003', timeInForce: 'IOC' }).status).toBe('expired')
  pass(250)
  expect(place({ quantity: '1', price: '60003', timeInForce: 'IOC' }).status).toBe('filled')
})

test('fills a resting order at its own price when the market comes through, part by part', () => {
  const { place, market, clock, pass } = open({ levels: 1, quantity: '1' })
  const order = place({ quantity: '1.5', price: '59000' })
  pass(1_000)
  expect(statusOf(order)).toBe('NEW')
  market.nudge(BTC, 0.98, clock.now())
  pass(250)
  expect([statusOf(order), order.filled.toFixed()]).toEqual(['PARTIALLY_FILLED', '1'])
  pass(250)
  expect(statusOf(order)).toBe('FILLED')
  expect(order.fills.map((fill) => [fill.price.toFixed(), fill.liquidity])).toEqual([
    ['59000', 'maker'],
    ['59000', 'maker'],
  ])
})

test.each([
  ['stop_market', 'sell', '59000', 0.98],
  ['take_profit_market', 'sell', '61000', 1.02],
  ['stop_market', 'buy', '62000', 1.04],
  ['take_profit_market', 'buy', '59000', 0.98],
] as const)(
  'triggers a %s to %s when the price gets there, also over a jump of time',
  (type, side, stopPrice, factor) => {
    const { place, market, clock, pass } = open()
    const order = place({ type, side, quantity: '0.1', stopPrice })
    pass(60_000)
    expect(order.workingAt).toBeNull()
    market.drive(
      BTC,
      [
        { afterMs: 5_000, factor },
        { afterMs: 9_000, factor: 1 },
      ],
      clock.now(),
    )
    pass(3_600_000)
    expect(order.workingAt).toBeGreaterThan(START + 60_000)
    expect(['FILLED', 'EXPIRED']).toContain(statusOf(order))
  },
)

test('cuts a fee after the eighth decimal', () => {
  const { place, market, clock, pass, wallet } = open()
  const order = place({ side: 'sell', quantity: '0.00123', price: '60010.33' })
  market.nudge(BTC, 1.01, clock.now())
  pass(250)
  expect(order.fills.map((fill) => fill.fee?.amount.toFixed())).toEqual(['0.0738127'])
  expect(wallet.free('USDT').toFixed()).toBe('500073.7388932')
})

test('lets a triggered stop limit rest at its price', () => {
  const { place, market, clock, pass } = open()
  const order = place({
    type: 'stop_limit',
    side: 'sell',
    quantity: '1',
    price: '59500',
    stopPrice: '59000',
  })
  market.nudge(BTC, 0.98, clock.now())
  pass(250)
  expect([statusOf(order), order.workingAt === null]).toEqual(['NEW', false])
  market.nudge(BTC, 1.02, clock.now())
  pass(10_000)
  expect(statusOf(order)).toBe('FILLED')
  expect(order.fills.every((fill) => fill.price.eq('59500'))).toBe(true)
})

test('fills half and cancels when that fault is on the order', () => {
  const { place, events } = open()
  const order = place({ quantity: '0.5', price: '60500' }, { fills: 'half_then_cancel' })
  expect([statusOf(order), order.filled.toFixed()]).toEqual(['CANCELED', '0.25'])
  expect(events.at(-1)?.type).toBe('canceled')
})

test('changes nothing when it refuses', () => {
  const { place, total, trading, wallet } = open()
  expect(() => place({ side: 'sell', quantity: '11', price: '70000' })).toThrow(ExchangeError)
  expect(total('BTC').toFixed()).toBe('10')
  expect(wallet.held('BTC').toFixed()).toBe('0')
  expect(trading.venue.orders).toEqual([])
})

const cents = fc
  .integer({ min: 5_800_000, max: 6_200_000 })
  .map((n) => new Big(n).div(100).toFixed())
const lots = fc.integer({ min: 10, max: 500_000 }).map((n) => new Big(n).div(100_000).toFixed())
const wish = fc.record({
  side: fc.constantFrom('buy', 'sell'),
  kind: fc.constantFrom('limit', 'IOC', 'FOK', 'market', 'COST', 'stop_market', 'stop_limit'),
  quantity: lots,
  price: cents,
  stopPrice: cents,
  factor: fc.double({ min: 0.97, max: 1.03, noNaN: true }),
  cancel: fc.boolean(),
})

test('keeps every balance exact: what was bought, sold and paid in fees adds up to the last digit', () => {
  fc.assert(
    fc.property(fc.array(wish, { minLength: 1, maxLength: 12 }), (wishes) => {
      const { place, pass, market, clock, trading, wallet, total } = open({
        levels: 5,
        quantity: '0.7',
      })
      for (const { kind, side, quantity, price, stopPrice, factor, cancel } of wishes) {
        const immediate = kind === 'IOC' || kind === 'FOK'
        const priced = immediate || kind.includes('limit')
        try {
          const order = place({
            side: side as 'buy',
            type: (immediate ? 'limit' : kind === 'COST' ? 'market' : kind) as 'limit',
            timeInForce: immediate ? kind : 'GTC',
            quantity: kind === 'COST' ? undefined : quantity,
            quoteQuantity: kind === 'COST' ? new Big(quantity).times(60_000).toFixed(2) : undefined,
            price: priced ? price : undefined,
            stopPrice: kind.startsWith('stop') ? stopPrice : undefined,
          })
          if (cancel && isOpen(order)) trading.cancel(order, 'c')
        } catch (error) {
          if (!(error instanceof ExchangeError)) throw error
        }
        market.nudge(BTC, factor, clock.now())
        pass(500)
      }
      for (const order of [...trading.venue.open]) trading.cancel(order, 'c')
      const owned = { BTC: new Big(10), USDT: new Big(500_000) }
      for (const { request, fills } of trading.venue.orders)
        for (const fill of fills) {
          const sign = request.side === 'buy' ? 1 : -1
          owned.BTC = owned.BTC.plus(fill.amount.times(sign))
          owned.USDT = owned.USDT.minus(fill.price.times(fill.amount).times(sign))
          const asset = fill.fee?.currency as 'BTC'
          owned[asset] = owned[asset].minus(fill.fee?.amount ?? 0)
        }
      for (const asset of ['BTC', 'USDT'] as const) {
        expect(total(asset).toFixed()).toBe(owned[asset].toFixed())
        expect(wallet.held(asset).toFixed(), 'nothing stays locked').toBe('0')
      }
    }),
    { numRuns: 60 },
  )
})
