// From signal to wire strings: what is planned, what is refused, and what may never happen.
import { isDecimal } from '@keyside/protocol'
import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RULES as rules } from '../../../testing/market-rules.ts'
import type { Quote } from '../../model/exchange.ts'
import type { OrderIntent } from '../../model/order.ts'
import { isTooLittleToKeep } from './dust.ts'
import { type PlanInput, plan } from './plan.ts'

const quote: Quote = { bid: '49990', ask: '50000.03', at: 0 }
const entry: OrderIntent = {
  kind: 'entry',
  market: 'BTC/USDT',
  side: 'buy',
  size: { unit: 'quote', value: '100' },
  type: 'market',
}
const exit: OrderIntent = {
  ...entry,
  kind: 'exit',
  side: 'sell',
  size: { unit: 'percent', value: '100' },
}

function ask(signal: Partial<OrderIntent>, rest: Partial<PlanInput> = {}) {
  const base = signal.kind === 'exit' ? exit : entry
  return plan({
    signal: { ...base, ...signal },
    rules,
    quote,
    allocation: '1000',
    position: '0.5',
    bought: '0',
    stop: null,
    most: null,
    collar: { entry: '0.5', exit: '2' },
    clientOrderId: 'a'.repeat(32),
    ...rest,
  })
}

function code(signal: Partial<OrderIntent>, rest: Partial<PlanInput> = {}): string {
  const result = ask(signal, rest)
  return result.ok ? 'ok' : result.code
}

test('sends a market entry as a limit IOC at the collar above the ask, rounded down to the tick', () => {
  expect(ask({})).toEqual({
    ok: true,
    order: {
      clientOrderId: 'a'.repeat(32),
      market: 'BTC/USDT',
      side: 'buy',
      type: 'limit',
      timeInForce: 'IOC',
      amount: '0.00199',
      price: '50250.03', // 50250.03015 cut
    },
    value: '99.9975597',
    risk: '99.9975597',
  })
})

test('sends a market exit as a limit IOC at the exit collar below the bid, rounded up to the tick', () => {
  const result = ask({ kind: 'exit' }, { quote: { bid: '49990.01', ask: '50000', at: 0 } })
  expect(result).toMatchObject({
    ok: true,
    order: { side: 'sell', type: 'limit', timeInForce: 'IOC', amount: '0.5', price: '48990.21' }, // 48990.2098
    risk: '0',
  })
})

test('keeps the limit of a limit signal, rounded to the side that cannot hurt', () => {
  expect(ask({ type: 'limit', limitPrice: '49000.019' })).toMatchObject({
    order: { type: 'limit', timeInForce: 'GTC', price: '49000.01' },
  })
  expect(ask({ kind: 'exit', type: 'limit', limitPrice: '60000.011' })).toMatchObject({
    order: { type: 'limit', timeInForce: 'GTC', price: '60000.02' },
  })
})

test('takes percent of the allocation for an entry and of the position for an exit', () => {
  const limit = { type: 'limit', limitPrice: '40000' } as const
  expect(ask({ ...limit, size: { unit: 'percent', value: '50' } })).toMatchObject({
    order: { amount: '0.0125' },
    value: '500',
  })
  expect(ask({ kind: 'exit', ...limit, size: { unit: 'percent', value: '50' } })).toMatchObject({
    order: { amount: '0.25' },
  })
})

test('takes base amounts as they are, cut to the step', () => {
  expect(ask({ size: { unit: 'base', value: '0.123456789' } })).toMatchObject({
    order: { amount: '0.12345' },
  })
})

test.each([
  ['percent', '250'],
  ['base', '7'],
  ['quote', '999999'],
] as const)('cuts an exit of too many %s to the position', (unit, value) => {
  expect(ask({ kind: 'exit', size: { unit, value } })).toMatchObject({ order: { amount: '0.5' } })
})

test('counts the risk of an entry down to what its stop may sell for', () => {
  const limit = {
    type: 'limit',
    limitPrice: '40000',
    size: { unit: 'base', value: '0.01' },
  } as const
  expect(ask({ ...limit, stopPrice: '39000' })).toMatchObject({ value: '400', risk: '17.8' })
  expect(ask(limit)).toMatchObject({ value: '400', risk: '400' })
})

test.each<[string, string, Partial<OrderIntent>, Partial<PlanInput>]>([
  ['an entry that sells', 'side_unsupported', { side: 'sell' }, {}],
  ['an exit that buys', 'side_unsupported', { kind: 'exit', side: 'buy' }, {}],
  ['a stop at the bid', 'stop_wrong_side', { stopPrice: '49990' }, {}],
  ['a stop that the tick lifts to the bid', 'stop_wrong_side', { stopPrice: '49989.991' }, {}],
  [
    'a stop above the limit',
    'stop_wrong_side',
    { type: 'limit', limitPrice: '40000', stopPrice: '40001' },
    {},
  ],
  ['an exit without a position', 'no_position', { kind: 'exit' }, { position: '0' }],
  ['a size below one step', 'size_zero', { size: { unit: 'quote', value: '0.1' } }, {}],
  [
    'a size below the least value',
    'size_below_minimum',
    { size: { unit: 'quote', value: '4.9' } },
    {},
  ],
  [
    'a size below the least amount',
    'size_below_minimum',
    {},
    { rules: { ...rules, minAmount: '0.01' } },
  ],
  ['a size above the most', 'size_above_maximum', { size: { unit: 'base', value: '9000.1' } }, {}],
  [
    'a size that no stop could hold with what is there',
    'size_above_maximum',
    { size: { unit: 'base', value: '0.002' }, stopPrice: '49000' },
    { bought: '8999.999' },
  ],
  [
    'a trail that is less than one tick',
    'trail_below_step',
    { trailingStop: { percent: '0.00001' } },
    {},
  ],
  ['a price below one tick', 'price_zero', { type: 'limit', limitPrice: '0.009' }, {}],
  [
    'a size no wire decimal can hold',
    'size_above_maximum',
    { size: { unit: 'percent', value: '999999999999' } },
    {},
  ],
  [
    'an amount no wire decimal can hold, whatever the exchange takes',
    'size_above_maximum',
    { size: { unit: 'quote', value: '5000' } },
    {
      rules: { ...rules, tick: '0.000000001', step: '1', maxAmount: '9000000000000000' },
      quote: { bid: '0.000000001', ask: '0.000000001', at: 0 },
    },
  ],
  [
    'a price no wire decimal can hold',
    'size_above_maximum',
    {
      kind: 'exit',
      type: 'limit',
      limitPrice: '999999999999.999999999999',
      size: { unit: 'base', value: '0.00001' },
    },
    {},
  ],
])('refuses %s with %s', (_, expected, signal, rest) => {
  expect(code(signal, rest)).toBe(expected)
})

test('never shows a value above a percent that ends past the wire places', () => {
  const fine = { ...rules, tick: '0.1', step: '0.000000000001', minAmount: '0', minValue: '0' }
  const signal = {
    type: 'limit',
    limitPrice: '0.5',
    size: { unit: 'percent', value: '0.00000000015' },
  } as const
  expect(ask(signal, { rules: fine, allocation: '1' })).toMatchObject({ value: '0.000000000001' })
})

test('gives the numbers and the way out when a size is below the minimum', () => {
  const result = ask({ size: { unit: 'quote', value: '4.9' } })
  expect(result.ok ? '' : result.message).toBe(
    "expected at least 0.00001 BTC and 5 USDT, got 0.00009 BTC for 4.5225027 USDT: raise the stream's allocation or the signal's size",
  )
})

test('throws for a price that is not a wire decimal', () => {
  for (const bad of ['NaN', '-1', '1e3', '0x10', '1,5', '\uff11\uff12\uff13', ' 1', '+1', ''])
    expect(() => ask({}, { quote: { ...quote, ask: bad } }), bad).toThrow(RangeError)
})

/** A decimal above zero with at most `places` places. */
function money(places: number, max = 1_000_000_000): fc.Arbitrary<string> {
  return fc.integer({ min: 1, max }).map((n) => new Big(n).div(new Big(10).pow(places)).toFixed())
}

const grid = fc.constantFrom('1', '0.5', '0.25', '0.05', '0.01', '0.003', '0.00001', '0.00000001')
const anyInput: fc.Arbitrary<PlanInput> = fc.record({
  signal: fc
    .record({
      kind: fc.constantFrom('entry' as const, 'exit' as const),
      size: fc.record({
        unit: fc.constantFrom('percent' as const, 'quote' as const, 'base' as const),
        value: money(4),
      }),
      limitPrice: fc.option(money(6), { nil: undefined }),
      stopPrice: fc.option(money(6), { nil: undefined }),
    })
    .map(
      ({ kind, size, limitPrice, stopPrice }): OrderIntent => ({
        kind,
        market: 'BTC/USDT',
        side: kind === 'entry' ? 'buy' : 'sell',
        size,
        type: limitPrice === undefined ? 'market' : 'limit',
        ...(limitPrice === undefined ? {} : { limitPrice }),
        ...(stopPrice === undefined ? {} : { stopPrice }),
      }),
    ),
  rules: fc.record({
    market: fc.constant('BTC/USDT'),
    base: fc.constant('BTC'),
    quote: fc.constant('USDT'),
    tick: grid,
    step: grid,
    minAmount: fc.constantFrom('0', '0.001'),
    maxAmount: fc.constant('100000000'),
    minValue: fc.constantFrom('0', '5'),
    stop: fc.constant({ holds: 'coins', max: null }),
    takerFee: fc.constant('0.001'),
    status: fc.constant('trading' as const),
  }),
  quote: fc
    .tuple(money(5), money(5))
    .map(([a, b]) => (new Big(a).lt(b) ? { bid: a, ask: b, at: 0 } : { bid: b, ask: a, at: 0 })),
  allocation: money(3),
  stop: fc.option(money(6)),
  bought: fc.constant('0'),
  position: money(8),
  most: fc.constant(null),
  collar: fc.record({ entry: money(3, 5000), exit: money(3, 20_000) }),
  clientOrderId: fc.constant('0'.repeat(32)),
})

test('never plans past the collar, off the grid, above what was asked, or in a number that is not a wire decimal', () => {
  let planned = 0
  fc.assert(
    fc.property(anyInput, (input) => {
      const result = plan(input)
      if (!result.ok) return
      planned += 1
      const { order, value, risk } = result
      const { signal, quote, collar } = input
      for (const text of [order.amount, order.price, value, risk])
        expect(isDecimal(text)).toBe(true)
      const [amount, price] = [new Big(order.amount), new Big(order.price)]
      expect(amount.mod(input.rules.step).toFixed()).toBe('0')
      expect(price.mod(input.rules.tick).toFixed()).toBe('0')
      const entering = signal.kind === 'entry'
      const far = entering
        ? new Big(quote.ask).times(new Big(100).plus(collar.entry))
        : new Big(quote.bid).times(new Big(100).minus(collar.exit))
      const bound = signal.limitPrice === undefined ? far : new Big(signal.limitPrice).times(100)
      expect(entering ? price.times(100).lte(bound) : price.times(100).gte(bound)).toBe(true)
      if (!entering) expect(amount.lte(input.position)).toBe(true)
      const rest = new Big(input.position).minus(amount)
      const isAll = !entering && rest.lt(input.rules.step)
      if (!entering && !isAll) expect(isLeftToKeep(input, rest), 'no rest is too little').toBe(true)
      expect(amount.gt(0)).toBe(true)
      expect(isAll || isWithinAsked(input, amount, value)).toBe(true)
      expect(new Big(risk).lte(value)).toBe(true)
    }),
    { numRuns: 2000 },
  )
  expect(planned, 'enough of the inputs became orders').toBeGreaterThan(300)
})

function isLeftToKeep({ rules, quote, stop, collar }: PlanInput, rest: Big): boolean {
  return !isTooLittleToKeep(rest.toFixed(), { rules, bid: quote.bid, stop, collar: collar.exit })
}

function isWithinAsked(
  { signal, allocation, position }: PlanInput,
  amount: Big,
  value: string,
): boolean {
  const size = new Big(signal.size.value)
  if (signal.size.unit === 'base') return amount.lte(size)
  if (signal.size.unit === 'quote') return new Big(value).lte(size)
  if (signal.kind === 'exit') return amount.times(100).lte(size.times(position))
  return new Big(value).times(100).lte(size.times(allocation))
}

test('an exit that would take a stop away is sent to fill now or not at all, and keeps its limit', () => {
  const exit = { kind: 'exit', side: 'sell', type: 'limit', limitPrice: '60000.011' } as const
  expect(ask(exit, { stop: '58000' })).toMatchObject({
    order: { type: 'limit', timeInForce: 'IOC', price: '60000.02' },
  })
  expect(ask(exit, { stop: null })).toMatchObject({
    order: { type: 'limit', timeInForce: 'GTC', price: '60000.02' },
  })
})

test('an entry that would be too little for its own stop is refused before anybody is asked', () => {
  const small = (value: string, stop?: string) =>
    code({ size: { unit: 'quote', value }, ...(stop !== undefined && { stopPrice: stop }) })
  // Above 5 in the market; after fee, stop and collar less than 5 is left of it.
  expect(small('6', '48500')).toBe('size_below_minimum')
  expect(small('7', '48500')).toBe('ok')
  expect(small('7', '33000')).toBe('size_below_minimum')
  expect(small('9', '33000')).toBe('ok')
  // Without a stop it has to be enough for a sale at the bid.
  expect(small('6')).toBe('size_below_minimum')
  expect(small('7')).toBe('ok')
  // A dear venue takes more of it.
  const dear = { rules: { ...rules, takerFee: '0.3' } }
  const signal = { ...entry, size: { unit: 'quote', value: '7' } } as const
  expect(ask(signal, dear)).toMatchObject({ code: 'size_below_minimum' })
})

test('an exit whose rest would be too little to be sold or protected sells all of it', () => {
  const sold = (size: OrderIntent['size'], stop: string | null = null) => {
    const result = ask({ ...exit, size }, { stop, position: '0.01' })
    return result.ok ? result.order.amount : result.code
  }
  expect(sold({ unit: 'percent', value: '98' })).toBe('0.0098')
  expect(sold({ unit: 'percent', value: '99.5' })).toBe('0.01')
  // The rest could be sold for 7, and not protected by a stop a third below.
  expect(sold({ unit: 'base', value: '0.00985' })).toBe('0.00985')
  expect(sold({ unit: 'base', value: '0.00985' }, '33000')).toBe('0.01')
})

test('what the trader wants at most bounds the money and the amount, whatever the price has done', () => {
  const most = { value: '40', amount: '0.001' }
  expect(ask({}, { most })).toMatchObject({ ok: true, order: { amount: '0.00079' } })
  const cheap = { quote: { bid: '9990', ask: '10000', at: 0 }, most }
  expect(ask({}, cheap), 'no more of the coin than was shown').toMatchObject({
    ok: true,
    order: { amount: '0.001' },
  })
  expect(ask({ size: { unit: 'quote', value: '20' } }, { most })).toEqual(
    ask({ size: { unit: 'quote', value: '20' } }),
  )
})
