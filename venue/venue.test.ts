// How orders meet the market, and what a venue's behavior change.
import { expect, test } from 'vitest'
import { decimals } from './arithmetic.ts'
import { BestPriceFills, WorstPriceFills } from './fill-models.ts'
import { isOpen } from './order.ts'
import { BTC, openVenue, WHOLE } from './testing/path-venue.ts'
import { balancesAt, isFoundByName, tradesAt, viewAt } from './views.ts'

const open = (options = {}) => openVenue({ math: WHOLE, ...options })
const text = (order: { filled: bigint }) => WHOLE.amount.format(order.filled)

test('walks the levels of the book and takes the fee from what it brings', () => {
  const { place, free } = open()
  const order = place({ type: 'market', amount: '2.5' })
  expect(order.fills.map(({ price, amount }) => [price, amount])).toEqual([
    [60_001_00n, 1_0000_0000n],
    [60_002_00n, 1_0000_0000n],
    [60_003_00n, 5000_0000n],
  ])
  expect(free('BTC')).toBe('12.4975')
  expect(free('USDT')).toBe('349995.5')
})

test('fills an IOC as far as its price reaches and lets the rest expire', () => {
  const { place, held } = open()
  const order = place({ amount: '3', price: '60002', timeInForce: 'IOC' })
  expect([order.status, text(order), held('USDT')]).toEqual(['expired', '2', '0'])
})

test('fills a FOK whole or not at all', () => {
  const { place } = open()
  expect(place({ amount: '2.1', price: '60002', timeInForce: 'FOK' })).toMatchObject({
    status: 'expired',
    fills: [],
  })
  expect(place({ amount: '2', price: '60002', timeInForce: 'FOK' }).status).toBe('filled')
})

test('buys for a value, in whole steps', () => {
  const { place, free } = open()
  const order = place({ type: 'market', value: '100' })
  expect([order.status, text(order)]).toEqual(['filled', '0.00166'])
  expect(free('USDT')).toBe('499900.39834')
})

test('what was taken of a level is back with the next book', () => {
  const { place, move } = open({ levels: 1 })
  const take = () => place({ amount: '1', price: '60001', timeInForce: 'IOC' }).status
  expect([take(), take()]).toEqual(['filled', 'expired'])
  move(60_000)
  expect(take()).toBe('filled')
})

test('a resting order fills at its own price, part by part, as a maker', () => {
  const { place, move } = open({ levels: 1 })
  const order = place({ amount: '1.5', price: '59000' })
  move(59_500)
  expect(order.fills).toEqual([])
  move(58_000)
  expect([order.status, text(order)]).toEqual(['open', '1'])
  move(58_000)
  expect(order.status).toBe('filled')
  expect(order.fills.map(({ price, liquidity }) => [price, liquidity])).toEqual([
    [59_000_00n, 'maker'],
    [59_000_00n, 'maker'],
  ])
})

test.each([
  ['stop_limit', 'sell', '59000', '58000', 58_900],
  ['take_profit_limit', 'sell', '61000', '60500', 61_100],
  ['stop_limit', 'buy', '61000', '62000', 61_100],
  ['take_profit_limit', 'buy', '59000', '59500', 58_900],
] as const)('a %s to %s waits for its trigger', (type, side, trigger, price, moved) => {
  const { place, move, events } = open()
  const order = place({ type, side, trigger, price, amount: '0.1' })
  move(60_100)
  expect(order.status).toBe('waiting')
  move(moved)
  expect(order.status).toBe('filled')
  expect(events.map(({ type }) => type)).toEqual(['accepted', 'triggered', 'filled'])
})

test.each([
  ['price_step', { amount: '1', price: '60000.01' }],
  ['amount_step', { amount: '0.000001', price: '60000' }],
  ['amount_step', { amount: '9000.1', price: '60000' }],
  ['market_amount', { type: 'market', amount: '100.1' }],
  ['price_band', { amount: '1', price: '300000.1' }],
  ['price_band', { amount: '1', price: '11999.9' }],
  ['min_value', { amount: '0.00008', price: '60000' }],
] as const)('the filter %s refuses %j', (reason, wish) => {
  const { submit } = open({ markets: [{ ...BTC, tick: '0.1' }] })
  expect(submit(wish)).toEqual({ outcome: 'rejected', reason })
})

test('refuses a sixth stop, a name that is open, a passed trigger, and what nobody can pay', () => {
  const { submit, place, venue, state } = open()
  const stop = { type: 'stop_limit', side: 'sell', amount: '0.1', price: '49000' } as const
  const stops = [1, 2, 3, 4, 5].map(() => place({ ...stop, trigger: '50000' }))
  const reason = (wish: Parameters<typeof submit>[0]) => {
    const submitted = submit(wish)
    return submitted.outcome === 'rejected' ? submitted.reason : 'accepted'
  }
  expect(reason({ ...stop, trigger: '50000' })).toBe('max_stops')
  for (const one of stops) venue.cancel(one, state.now)
  place({ name: 'twin', amount: '0.1', price: '50000' })
  expect(reason({ name: 'twin', amount: '0.1', price: '50000' })).toBe('duplicate_client_order_id')
  expect(reason({ ...stop, trigger: '60000' })).toBe('stop_would_trigger')
  const before = venue.orders.length
  expect(reason({ side: 'sell', amount: '10.1', price: '70000' })).toBe('no_balance')
  expect(venue.orders).toHaveLength(before)
})

test('refuses one open order more than the market allows an account', () => {
  const { submit, place } = open()
  for (let i = 0; i < 20; i++) place({ amount: '0.001', price: '50000' })
  expect(submit({ amount: '0.001', price: '50000' })).toEqual({
    outcome: 'rejected',
    reason: 'max_orders',
  })
})

test('a cancel that comes after the fill finds nothing open', () => {
  const { place, venue, state, held } = open()
  const rests = place({ amount: '1', price: '50000' })
  expect(held('USDT')).toBe('50000')
  expect([venue.cancel(rests, state.now), venue.cancel(rests, state.now)]).toEqual([
    'canceled',
    'not_open',
  ])
  expect(held('USDT')).toBe('0')
  expect(venue.cancel(place({ amount: '1', price: '61000' }), state.now)).toBe('not_open')
})

test('while a market is not traded nothing triggers and nothing fills', () => {
  let isTraded = false
  const { place, move } = open({ isTraded: () => isTraded })
  const order = place({ amount: '1', price: '59000' })
  move(58_000)
  expect(order.status).toBe('open')
  isTraded = true
  move(58_000)
  expect(order.status).toBe('filled')
})

test('stops that hold nothing leave the coins free, and are rejected when they are gone', () => {
  const { place, move, free, held } = open({ behavior: { stopsHold: 'nothing' } })
  const stop = { type: 'stop_limit', side: 'sell', trigger: '59000', price: '58000' } as const
  const [one, other] = [place({ ...stop, amount: '2' }), place({ ...stop, amount: '9' })]
  expect([free('BTC'), held('BTC')]).toEqual(['10', '0'])
  move(58_900)
  expect([one.status, other.status]).toEqual(['filled', 'rejected'])
})

test('a triggered stop may go on as another order with another number', () => {
  const { place, move, venue, total, events } = open({
    behavior: { triggeredStop: 'child_order' },
  })
  const wish = { type: 'stop_limit', side: 'sell', trigger: '59000', price: '58000' } as const
  const stop = place({ ...wish, amount: '1' })
  move(58_900)
  const child = venue.orders.find(({ id }) => id === stop.child)
  expect(stop).toMatchObject({ status: 'triggered', fills: [], held: 0n })
  expect(child).toMatchObject({ parent: stop.id, status: 'filled', filled: 1_0000_0000n })
  expect(child?.request).toMatchObject({ type: 'limit', clientOrderId: '' })
  expect(total('BTC')).toBe('9')
  expect(events.map(({ type, order }) => [type, order.id])).toEqual([
    ['accepted', stop.id],
    ['triggered', stop.id],
    ['accepted', child?.id],
    ['filled', child?.id],
  ])
})

test('a stop on the wrong side may be taken for a take-profit', () => {
  const { place, move } = open({ behavior: { wrongSidedStop: 'taken_as_take_profit' } })
  const wish = { type: 'stop_limit', side: 'sell', trigger: '61000', price: '60000' } as const
  const order = place({ ...wish, amount: '1' })
  expect(order).toMatchObject({ status: 'waiting', triggersOn: 'rise' })
  move(59_000)
  expect(order.status).toBe('waiting')
  move(61_000)
  expect(order.status).toBe('filled')
})

test('effects: half and then canceled, hidden, there but never at work', () => {
  const { place, venue, state, held, free } = open()
  const half = place({ amount: '1', price: '60500' }, { fills: 'half_then_cancel' })
  expect([half.status, text(half)]).toEqual(['canceled', '0.5'])
  const hidden = place({ amount: '1', price: '50000' }, { hiddenMs: 5_000 })
  expect(viewAt(venue, hidden, state.now + 4_999)).toBeNull()
  expect(viewAt(venue, hidden, state.now + 5_000)).toMatchObject({ status: 'open' })
  const before = free('USDT')
  const rejected = place({ amount: '1', price: '60500' }, { status: 'rejected' })
  expect([rejected.status, rejected.fills, free('USDT')]).toEqual(['rejected', [], before])
  expect(held('USDT')).toBe('50000')
})

test('finds a closed order by its name for so long, and a triggered stop for as long after its child', () => {
  const { place, move, state, venue } = open({ behavior: { triggeredStop: 'child_order' } })
  const found = (order: ReturnType<typeof place>, closedMs: number, asOf: number) => {
    const child = order.child === null ? undefined : venue.order(order.child)
    return isFoundByName(order, child, { closedMs, asOf })
  }
  const rests = place({ amount: '1', price: '50000' })
  const over = place({ amount: '1', price: '60002', timeInForce: 'IOC' })
  const { now } = state
  expect([found(over, 0, now - 1), found(over, 0, now)]).toEqual([false, false])
  expect([found(over, 500, now + 499), found(over, 500, now + 500)]).toEqual([true, false])
  expect(found(rests, 0, now + 1e9)).toBe(true)
  const wish = { type: 'stop_limit', side: 'sell', trigger: '59000', price: '58500' } as const
  const stop = place({ ...wish, amount: '1' })
  move(58_000)
  expect(stop).toMatchObject({ status: 'triggered' })
  expect(found(stop, 0, state.now + 1e9)).toBe(true)
  move(59_000)
  expect(found(stop, 0, state.now)).toBe(false)
  expect(found(stop, 1_000, state.now)).toBe(true)
  expect(found(stop, 1_000, state.now + 1_000)).toBe(false)
})

test('a view that lags shows orders, trades and balances as they were', () => {
  const { place, move, venue, state } = open()
  const stop = place({
    type: 'stop_limit',
    side: 'sell',
    trigger: '59000',
    price: '58000',
    amount: '1',
  })
  const rests = place({ amount: '1', price: '58950' })
  move(60_000)
  const before = state.now
  move(58_900)
  expect(viewAt(venue, stop, before)).toMatchObject({ status: 'waiting', filled: 0n, fills: [] })
  expect(viewAt(venue, rests, before)).toMatchObject({ status: 'open' })
  expect(viewAt(venue, stop, state.now)).toMatchObject({ status: 'filled' })
  expect(viewAt(venue, stop, stop.createdAt - 1)).toBeNull()
  expect(tradesAt(venue, 'a', before)).toEqual([])
  expect(tradesAt(venue, 'a', state.now).map(({ fill }) => fill.id)).toEqual([1n, 2n])
  const base = balancesAt(venue, 'a', before).find(({ currency }) => currency === 'BTC')
  expect(WHOLE.amount.format((base?.free ?? 0n) + (base?.held ?? 0n))).toBe('10')
})

test('at the best price everything fills at once, at the worst price each at its limit', () => {
  const quotes = { bid: () => 59_990_00n, ask: () => 60_010_00n }
  const best = open({ fills: new BestPriceFills(WHOLE, quotes) })
  expect(best.place({ amount: '7', price: '60100' }).fills).toMatchObject([{ price: 60_010_00n }])
  expect(isOpen(best.place({ amount: '1', price: '60009.99' }))).toBe(true)
  const worst = new WorstPriceFills(WHOLE, {
    quotes,
    fillsAt: () => 'limit',
    isContinuous: () => true,
  })
  const { place } = open({ fills: worst })
  expect(place({ amount: '1', price: '60100' }).fills).toMatchObject([{ price: 60_100_00n }])
})

test('on a path without leaps a triggered stop is filled at its limit, wherever the price went', () => {
  let bid = 60_000_00n
  const fills = new WorstPriceFills(WHOLE, {
    quotes: { bid: () => bid, ask: () => bid + 1n },
    fillsAt: () => 'limit',
    isContinuous: () => true,
  })
  const { place, venue, state } = open({ fills })
  const stop = place({
    type: 'stop_limit',
    side: 'sell',
    trigger: '59000',
    price: '58500',
    amount: '1',
  })
  bid = 40_000_00n
  venue.advance(state.now + 1)
  expect(stop.fills).toMatchObject([{ price: 58_500_00n }])
})

test('counts in decimals as in whole numbers', () => {
  const run = (venue: ReturnType<typeof openVenue<never>>) => {
    venue.place({ amount: '1.2345', price: '60002' })
    venue.move(61_000)
    venue.place({ side: 'sell', amount: '0.7', price: '60990', timeInForce: 'IOC' })
    return [venue.total('BTC'), venue.total('USDT')]
  }
  const whole = run(open() as never)
  expect(run(openVenue({ math: decimals(10) }) as never)).toEqual(whole)
})

test('forgets the oldest orders that are over, and gives no number twice', () => {
  const { place, venue } = open()
  const over = place({ amount: '1', price: '60002', timeInForce: 'IOC' })
  const rests = place({ amount: '1', price: '50000' })
  const later = place({ amount: '1', price: '60002', timeInForce: 'IOC' })
  venue.forgetClosed()
  expect(venue.orders).toEqual([rests, later])
  expect(venue.order(over.id)).toBeUndefined()
  expect(venue.order(later.id)).toBe(later)
  const next = place({ amount: '1', price: '50000' })
  expect(next.id).toBe(later.id + 1n)
  expect(venue.order(next.id)).toBe(next)
})
