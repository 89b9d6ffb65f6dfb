// Orders in a market that is only watched: what a book, a quote and others' trades give them.
import { expect, test } from 'vitest'
import { decimals } from './arithmetic.ts'
import { type MarketSnapshot, SeenMarketFills } from './seen-market-fills.ts'
import { BTC, openVenue, type Wish } from './testing/path-venue.ts'

const math = decimals()
const level = (price: number, amount: number) => ({
  price: math.price.parse(String(price)),
  amount: math.amount.parse(String(amount)),
})

function watched() {
  const fills = new SeenMarketFills(math)
  const { priceBand: _, ...market } = BTC
  const fees = { maker: '0.0002', taker: '0.001' }
  const opened = openVenue({ math, fills, markets: [{ ...market, fees }] })
  const see = (
    book: { bids: [number, number][]; asks: [number, number][] } | null,
    traded: [number, number][] = [],
    quoted?: MarketSnapshot<ReturnType<typeof math.price.parse>>['quoted'],
  ) => {
    opened.state.now += 1_000
    const at = opened.state.now
    fills.see(BTC.symbol, {
      book: book && {
        bids: book.bids.map(([price, amount]) => level(price, amount)),
        asks: book.asks.map(([price, amount]) => level(price, amount)),
      },
      traded: traded.map(([price, amount]) => ({ ...level(price, amount), at })),
      quoted,
    })
    opened.venue.advance(opened.state.now)
    fills.forgetTrades(BTC.symbol)
  }
  see({
    bids: [
      [59_990, 1],
      [59_980, 2],
    ],
    asks: [
      [60_010, 1],
      [60_020, 2],
    ],
  })
  const filledAt = (wish: Wish) =>
    opened.place(wish).fills.map((fill) => [Number(fill.price), Number(fill.amount)])
  return { ...opened, fills, see, filledAt }
}

const RESTING: Wish = { side: 'buy', amount: '1', price: '59900' }
const CALM = { bids: [[59_990, 1]], asks: [[60_010, 1]] } as {
  bids: [number, number][]
  asks: [number, number][]
}

test('a taker walks the book, and what does not fit into it is not filled', () => {
  const { filledAt } = watched()
  const wish: Wish = { amount: '5', price: '60020', timeInForce: 'IOC' }
  expect(filledAt(wish)).toEqual([
    [60_010, 1],
    [60_020, 2],
  ])
})

test('what was taken is gone until the level shows another amount', () => {
  const { filledAt, see } = watched()
  const wish: Wish = { amount: '0.6', price: '60010', timeInForce: 'IOC' }
  expect(filledAt(wish)).toEqual([[60_010, 0.6]])
  expect(filledAt(wish)).toEqual([[60_010, 0.4]])
  see({ bids: [[59_990, 1]], asks: [[60_010, 1]] })
  expect(filledAt(wish)).toEqual([])
  see({ bids: [[59_990, 1]], asks: [[60_010, 1.2]] })
  expect(filledAt(wish)).toEqual([[60_010, 0.6]])
})

test('a resting order is not filled by trades at its own price, and by those beyond it in parts', () => {
  const { place, see } = watched()
  const order = place(RESTING)
  see(CALM, [[59_900, 9]])
  expect(order.status).toBe('open')
  see(CALM, [[59_899, 0.3]])
  expect(Number(order.filled)).toBe(0.3)
  see(CALM, [
    [59_899, 0.2],
    [59_950, 5],
    [59_000, 9],
  ])
  expect(order.status).toBe('filled')
  expect(order.fills.map(({ price }) => Number(price))).toEqual([59_900, 59_900, 59_900])
})

test('what was traded before an order came does not fill it', () => {
  const { place, state, fills, venue } = watched()
  const order = place(RESTING)
  const traded = [{ ...level(59_000, 9), at: state.now }]
  fills.see(BTC.symbol, { book: null, traded })
  venue.advance(state.now + 1_000)
  expect(order.status).toBe('open')
})

test('two resting orders share what was traded beyond them', () => {
  const { place, see } = watched()
  const orders = [place(RESTING), place(RESTING)]
  see(CALM, [[59_899, 1.5]])
  expect(orders.map(({ filled }) => Number(filled))).toEqual([1, 0.5])
})

test('a resting order pays the fee of a maker, and a taker that of a taker', () => {
  const { place, see } = watched()
  const taker = place({ amount: '1', price: '60010', timeInForce: 'IOC' })
  const maker = place(RESTING)
  see(CALM, [[59_899, 5]])
  expect([taker, maker].map(({ fills }) => String(fills[0]?.fee?.amount))).toEqual([
    '0.001',
    '0.0002',
  ])
})

test('an offer that reaches a resting order fills it at its own price', () => {
  const { place, see } = watched()
  const order = place(RESTING)
  see({ bids: [[59_800, 1]], asks: [[59_850, 0.4]] })
  expect(order.fills.map(({ price, amount }) => [Number(price), Number(amount)])).toEqual([
    [59_900, 0.4],
  ])
})

const STOP: Wish = {
  side: 'sell',
  type: 'stop_limit',
  amount: '1',
  trigger: '59500',
  price: '59000',
}

test('a stop looks at the bid, not at trades', () => {
  const { place, see } = watched()
  const stop = place(STOP)
  see(CALM, [[59_400, 1]])
  expect(stop.status).toBe('waiting')
})

test('a stop through a gap fills at the worse price', () => {
  const { place, see } = watched()
  const stop = place(STOP)
  see({
    bids: [
      [59_200, 0.5],
      [59_100, 5],
    ],
    asks: [[59_210, 1]],
  })
  expect(stop.fills.map(({ price, amount }) => [Number(price), Number(amount)])).toEqual([
    [59_200, 0.5],
    [59_100, 0.5],
  ])
})

test('a stop through a gap beyond its limit waits at the limit', () => {
  const { place, see } = watched()
  const stop = place(STOP)
  see({ bids: [[58_000, 5]], asks: [[58_010, 1]] })
  expect([stop.status, Number(stop.filled)]).toEqual(['open', 0])
  see({ bids: [[58_900, 5]], asks: [[58_910, 1]] }, [[59_001, 5]])
  expect(stop.status).toBe('filled')
  expect(Number(stop.fills[0]?.price)).toBe(59_000)
})

test('a stop that a quote has reached triggers, though the book is back above it', () => {
  const { place, see } = watched()
  const stop = place(STOP)
  const [bid, ask] = [59_400, 59_410].map((price) => math.price.parse(String(price)))
  if (bid === undefined || ask === undefined) throw new Error('no quote')
  see(CALM, [], { bid, ask })
  expect(Number(stop.fills[0]?.price)).toBe(59_990)
})

test('where nobody looked, the trades stand for the book', () => {
  const { place, see } = watched()
  const stop = place(STOP)
  see(null, [[59_450, 0.2]])
  expect([stop.status, Number(stop.filled)]).toEqual(['open', 0.2])
  see(null, [[59_600, 0.3]])
  expect(stop.fills.map(({ price }) => Number(price))).toEqual([59_450, 59_000])
})
