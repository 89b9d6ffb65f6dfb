// A policy, an order of each kind, and the cases that each rule allows and refuses. For tests alone.
import type { Liquidity, OrderRequest, Quote } from '../../model/exchange.ts'
import type { Policy } from '../policy/schema.ts'
import type { RiskInput } from '../rules/types.ts'

export const NOW = 1_790_000_000_000
export const policy: Policy = {
  currency: 'USDT',
  markets: ['BTC/USDT', 'ETH/USDT'],
  streams: new Map([
    [
      'home/ema-cross',
      { allocation: '1000', lifetimeBudget: 'unlimited', markets: ['BTC/USDT', 'ETH/USDT'] },
    ],
    ['only-eth', { allocation: '1000', lifetimeBudget: 'unlimited', markets: ['ETH/USDT'] }],
  ]),
  limits: {
    order: '500',
    position: '1000',
    hour: '1000',
    day: '2000',
    ordersPerMinute: 6,
    ordersPerDay: 60,
    roundTrips: 10,
    dayLoss: '100',
    drawdown: '300',
  },
  collar: { entry: '0.5', exit: '2' },
  spread: '0.1',
  liquidity: { volume: '50000000', depth: 20 },
  maxStopDistance: '3',
  fatFinger: 5,
  duplicateWindowMs: 60_000,
  reentryCooldownMs: 300_000,
  maxSignalAgeMs: 10_000,
  approval: 'never',
  approvalTimeoutMs: 3_600_000,
  codeAbove: 'never',
  closeOnSilenceMs: 'never',
  looseningDelayMs: 86_400_000,
  realMoney: 'no',
}
const buy: OrderRequest = {
  clientOrderId: 'c'.repeat(32),
  market: 'BTC/USDT',
  side: 'buy',
  type: 'limit',
  timeInForce: 'IOC',
  amount: '0.01',
  price: '50000',
}
export const entry: RiskInput = {
  now: NOW,
  order: buy,
  kind: 'entry',
  stream: 'home/ema-cross',
  signal: 'a signal',
  signedAt: NOW - 1000,
  validUntil: NOW + 60_000,
  approved: 'no',
  stop: '48500',
  realMoney: 'no',
  rules: {
    market: 'BTC/USDT',
    base: 'BTC',
    quote: 'USDT',
    tick: '0.01',
    step: '0.00001',
    minAmount: '0.00001',
    maxAmount: '9000',
    minValue: '5',
    stop: { holds: 'coins', max: 5 },
    takerFee: '0.001',
    status: 'trading',
  },
  quote: { bid: '49990', ask: '50000', at: NOW - 500 },
  liquidity: {
    volume: '50000000',
    volumeAt: NOW - 60_000,
    asks: [
      ['50000', '0.2'],
      ['50200', '10'],
    ],
    asksAt: NOW - 5_000,
  },
  skewMs: 20,
  headAt: NOW - 5000,
  used: { today: '0', hour: '0', byStream: '0', entriesToday: 0, sentLastMinute: [] },
  held: { amount: '0', stop: null, cost: '0', onMarket: '0' },
  typicalSizes: ['400', '500', '450'],
  recent: [{ signal: 'a signal', market: 'BTC/USDT', amount: '0.01', at: NOW - 1000 }],
  soldAt: 0,
  roundTrips: 0,
  ownSales: [],
  otherStops: 0,
  losses: { day: 'open', today: '0', drawdown: '0' },
  unknownOnMarket: 0,
  comparison: 'agrees',
  trading: 'running',
}
export const exit: RiskInput = {
  ...entry,
  kind: 'exit',
  order: { ...buy, side: 'sell', price: '49500' },
  held: { amount: '0.01', stop: '48500', cost: '500', onMarket: '500' },
}
export const stop: RiskInput = {
  ...exit,
  kind: 'stop',
  order: {
    ...exit.order,
    type: 'stop_limit',
    timeInForce: 'GTC',
    triggerPrice: '49000',
    price: '48020',
  },
}

export function quoted(change: Partial<Quote>): Pick<RiskInput, 'quote'> {
  return { quote: { bid: '49990', ask: '50000', at: NOW - 500, ...change } }
}
export function used(change: Partial<RiskInput['used']>): Pick<RiskInput, 'used'> {
  return { used: { ...entry.used, ...change } }
}
export function held(change: Partial<RiskInput['held']>): Pick<RiskInput, 'held'> {
  return { held: { ...entry.held, ...change } }
}
export function order(
  change: Partial<OrderRequest>,
  from: RiskInput = entry,
): Pick<RiskInput, 'order'> {
  return { order: { ...from.order, ...change } }
}

export function market(change: Partial<Liquidity>): Pick<RiskInput, 'liquidity'> {
  return { liquidity: { ...deep(), ...change } }
}

export type Case = [tag: string, what: string, question: RiskInput, rules?: Partial<Policy>]

export const ALLOWED: readonly Case[] = [
  ['trading.state', 'an entry while running', entry],
  ['trading.state', 'an exit while halted', { ...exit, trading: 'halted' }],
  ['trading.state', 'a stop while paused', { ...stop, trading: 'paused' }],
  [
    'type.allow',
    'a limit entry that waits',
    { ...entry, ...order({ type: 'limit', timeInForce: 'GTC', price: '40000' }), stop: '39000' },
  ],
  ['type.allow', 'a stop', stop],
  [
    'sym.allow',
    'an exit from a market that left the list',
    exit,
    { markets: [], streams: new Map() },
  ],
  ['stream.allow', 'an exit of a stream that left the policy', { ...exit, stream: 'gone' }],
  ['hb.deadman', 'an entry with a head 45 s old', { ...entry, headAt: NOW - 45_000 }],
  ['hb.deadman', 'an exit without any head', { ...exit, headAt: null }],
  ['clock.skew', 'a skew of 2 s', { ...entry, skewMs: -2000 }],
  ['clock.skew', 'an exit with an unknown skew', { ...exit, skewMs: null }],
  ['time.expiry', 'a signal 10 s old', { ...entry, signedAt: NOW - 10_000 }],
  [
    'time.expiry',
    'an approved signal before its end',
    { ...entry, approved: 'tapped', signedAt: NOW - 600_000 },
  ],
  ['time.expiry', 'an old exit', { ...exit, signedAt: NOW - 600_000, validUntil: NOW - 1 }],
  ['exit.held', 'an exit of all that is held', exit],
  ['size.max', 'an order of exactly the limit', entry],
  ['size.max', 'an exit above the limit', exit, { limits: { ...policy.limits, order: '1' } }],
  [
    'pos.max',
    'an order that fills the allocation',
    { ...entry, ...held({ amount: '0.01', cost: '500' }) },
  ],
  ['vel.notional', 'an order that fills the day', { ...entry, ...used({ today: '1500' }) }],
  ['vel.notional', 'an exit after the day is used up', { ...exit, ...used({ today: '2000' }) }],
  [
    'vel.orders',
    'the sixth order in a minute',
    { ...entry, ...used({ sentLastMinute: Array(5).fill(NOW - 1) }) },
  ],
  [
    'vel.orders',
    'an order when earlier ones are a minute old',
    { ...entry, ...used({ sentLastMinute: Array(6).fill(NOW - 60_000) }) },
  ],
  [
    'vel.orders',
    'an exit in a busy minute',
    { ...exit, ...used({ sentLastMinute: Array(9).fill(NOW) }) },
  ],
  [
    'price.collar',
    'an entry at the collar',
    { ...entry, ...order({ amount: '0.009', price: '50250' }), stop: '49000' },
  ],
  ['price.collar', 'an exit at the exit collar', { ...exit, ...order({ price: '48990.2' }, exit) }],
  ['price.collar', 'a book 5 s old', { ...entry, ...quoted({ at: NOW - 5000 }) }],
  ['price.collar', 'a stop without a book: it must always be placed', { ...stop, quote: null }],
  ['price.collar', 'an exit from a wide book', { ...exit, ...quoted({ ask: '60000' }) }],
  ['sym.liquidity', 'exactly the turnover and the offers that are asked for', entry],
  [
    'sym.liquidity',
    'a turnover 5 min old and a book 20 s old',
    { ...entry, ...market({ volumeAt: NOW - 300_000, asksAt: NOW - 20_000 }) },
  ],
  [
    'sym.liquidity',
    'an entry that waits far below a deep book',
    {
      ...entry,
      ...order({ type: 'limit', timeInForce: 'GTC', price: '40000' }),
      ...market({ asks: [['50250', '9']] }),
      stop: '39000',
    },
  ],
  [
    'sym.liquidity',
    'an exit from a market of which nothing is known',
    { ...exit, liquidity: null },
  ],
  ['sym.liquidity', 'a stop in a market of which nothing is known', { ...stop, liquidity: null }],
  ['confirm.above', 'an entry of exactly the amount', entry, { approval: { above: '500' } }],
  ['confirm.above', 'an approved entry', { ...entry, approved: 'tapped' }, { approval: 'always' }],
  ['confirm.above', 'an exit', exit, { approval: 'always' }],
  ['unknown.open', 'an order when nothing is unknown', entry],
  ['recon.drift', 'an entry where the exchange bears the book out', entry],
  ['recon.drift', 'a way out of a market that does not agree', { ...exit, comparison: 'drift' }],
]

export const REFUSED: readonly Case[] = [
  ['trading.state', 'an entry while paused', { ...entry, trading: 'paused' }],
  ['trading.state', 'an entry while halted', { ...entry, trading: 'halted' }],
  ['type.allow', 'an entry that sells', { ...entry, ...order({ side: 'sell' }) }],
  ['type.allow', 'an exit that buys', { ...exit, ...order({ side: 'buy' }, exit) }],
  [
    'type.allow',
    'an entry of type stop',
    { ...entry, ...order({ type: 'stop_limit', triggerPrice: '1' }) },
  ],
  ['type.allow', 'an entry with a trigger', { ...entry, ...order({ triggerPrice: '49000' }) }],
  ['type.allow', 'a stop that is a plain limit', { ...exit, kind: 'stop' }],
  ['type.allow', 'an amount of zero', { ...entry, ...order({ amount: '0' }) }],
  ['type.allow', 'a price of zero', { ...entry, ...order({ price: '0' }) }],
  ['type.allow', 'an unknown kind', { ...entry, kind: 'Entry' as 'entry' }],
  ['type.allow', 'an unknown side', { ...entry, ...order({ side: 'BUY' as 'buy' }) }],
  ['type.allow', 'a market order', { ...entry, ...order({ type: 'market' as 'limit' }) }],
  ['sym.allow', 'an entry off the list', entry, { markets: ['ETH/USDT'] }],
  ['sym.allow', 'an entry when the list is empty', entry, { markets: [] }],
  ['sym.allow', "an entry off the stream's own list", { ...entry, stream: 'only-eth' }],
  ['sym.allow', 'a market without rules', { ...entry, rules: null }],
  ['sym.allow', 'rules of another market', { ...entry, ...order({ market: 'ETH/USDT' }) }],
  [
    'sym.allow',
    'rules of the perpetual',
    { ...entry, rules: { ...exactRules(), market: 'BTC/USDT:USDT' } },
  ],
  [
    'sym.allow',
    'another coin behind the name',
    { ...entry, rules: { ...exactRules(), base: 'DOGE' } },
  ],
  ['sym.allow', 'a market id', { ...entry, ...order({ market: 'BTCUSDT' }) }],
  ['sym.allow', 'a market of another currency', entry, { currency: 'USDC' }],
  [
    'sym.allow',
    'a look-alike that the exchange knows too',
    {
      ...entry,
      ...order({ market: 'B\u0422C/USDT' }),
      rules: { ...exactRules(), market: 'B\u0422C/USDT', base: 'B\u0422C' },
    },
  ],
  ['stream.allow', 'a stream without an allocation', { ...entry, stream: 'home/other' }],
  [
    'stream.allow',
    'a stream named like a property of every object',
    { ...entry, stream: 'constructor' },
  ],
  ['unknown.open', 'an entry beside an unknown order', { ...entry, unknownOnMarket: 1 }],
  ['unknown.open', 'an exit beside an unknown order', { ...exit, unknownOnMarket: 1 }],
  ['unknown.open', 'a count that is no number', { ...entry, unknownOnMarket: Number.NaN }],
  ['recon.drift', 'an entry before the first comparison', { ...entry, comparison: 'not_yet' }],
  ['recon.drift', 'an entry where coins are missing', { ...entry, comparison: 'drift' }],
  ['recon.drift', 'an entry where an order came back', { ...entry, comparison: 'reappeared' }],
  ['hb.deadman', 'an entry before the first head', { ...entry, headAt: null }],
  ['hb.deadman', 'an entry 45 s after the last head', { ...entry, headAt: NOW - 45_001 }],
  ['hb.deadman', 'a head from the future', { ...entry, headAt: NOW + 60_000 }],
  ['hb.deadman', 'a head at no time', { ...entry, headAt: Number.NaN }],
  ['clock.skew', 'a skew above 2 s', { ...entry, skewMs: 2001 }],
  ['clock.skew', 'a skew below -2 s', { ...entry, skewMs: -2001 }],
  ['clock.skew', 'an unknown skew', { ...entry, skewMs: null }],
  ['clock.skew', 'a skew that is no number', { ...entry, skewMs: Number.NaN }],
  ['time.expiry', 'a signal above 10 s old', { ...entry, signedAt: NOW - 10_001 }],
  ['time.expiry', 'a signal from the future', { ...entry, signedAt: NOW + 2001 }],
  ['time.expiry', 'a signal signed at no time', { ...entry, signedAt: Number.NaN }],
  [
    'time.expiry',
    "an approval after the signal's end",
    { ...entry, approved: 'tapped', validUntil: NOW },
  ],
  [
    'time.expiry',
    "an approval after the trader's own time",
    { ...entry, approved: 'tapped', signedAt: NOW - 3_600_000, validUntil: NOW + 1e9 },
  ],
  [
    'time.expiry',
    'an approval of a signal without an end',
    { ...entry, approved: 'tapped', validUntil: Number.NaN },
  ],
  [
    'exit.held',
    'an exit above the position',
    { ...exit, ...held({ amount: '0.00999', cost: '0' }) },
  ],
  ['exit.held', 'a stop above the position', { ...stop, ...held({ amount: '0', cost: '0' }) }],
  [
    'exit.held',
    'an exit of an unreadable position',
    { ...exit, ...held({ amount: 'NaN', cost: '0' }) },
  ],
  ['size.max', 'an order above the limit', { ...entry, ...order({ amount: '0.01001' }) }],
  [
    'pos.max',
    'an order above what is left of the allocation',
    { ...entry, ...held({ amount: '0.01', cost: '500.01' }) },
  ],
  ['pos.max', 'a cost below zero', { ...entry, ...held({ amount: '0', cost: '-1000' }) }],
  [
    'vel.notional',
    'an order above what is left of the day',
    { ...entry, ...used({ today: '1500.01' }) },
  ],
  ['vel.notional', 'a used amount below zero', { ...entry, ...used({ today: '-5000' }) }],
  [
    'vel.orders',
    'the seventh order in a minute',
    { ...entry, ...used({ sentLastMinute: Array(6).fill(NOW - 59_999) }) },
  ],
  [
    'vel.orders',
    'orders sent at no time',
    { ...entry, ...used({ sentLastMinute: Array(6).fill(Number.NaN) }) },
  ],
  [
    'price.collar',
    'an entry past the collar',
    { ...entry, ...order({ amount: '0.009', price: '50250.01' }) },
  ],
  [
    'price.collar',
    'an exit past the exit collar',
    { ...exit, ...order({ price: '48990.19' }, exit) },
  ],
  ['price.collar', 'an entry without a book', { ...entry, quote: null }],
  ['price.collar', 'an exit without a book', { ...exit, quote: null }],
  ['price.collar', 'a book above 5 s old', { ...entry, ...quoted({ at: NOW - 5001 }) }],
  ['price.collar', 'a book from the future', { ...entry, ...quoted({ at: NOW + 5001 }) }],
  ['price.collar', 'a book of no time', { ...entry, ...quoted({ at: Number.NaN }) }],
  ['price.collar', 'a book without bids', { ...exit, ...quoted({ bid: '0' }) }],
  ['price.collar', 'a crossed book', { ...entry, ...quoted({ bid: '50001' }) }],
  [
    'price.spread',
    'a book whose ask is far from its bid',
    { ...entry, ...quoted({ bid: '49000' }) },
  ],
  ['price.collar', 'a book that is no number', { ...entry, ...quoted({ ask: 'NaN' }) }],
  ['sym.liquidity', 'an entry when nothing is known', { ...entry, liquidity: null }],
  ['sym.liquidity', 'too small a turnover', { ...entry, ...market({ volume: '49999999.99' }) }],
  [
    'sym.liquidity',
    'offers that fall short by a hair',
    { ...entry, ...market({ asks: [['50000', '0.1999']] }) },
  ],
  [
    'sym.liquidity',
    'offers beyond the price of the order',
    { ...entry, ...market({ asks: [['50000.01', '1000']] }) },
  ],
  [
    'sym.liquidity',
    'an entry that waits below offers of little worth',
    {
      ...entry,
      ...order({ type: 'limit', timeInForce: 'GTC', price: '40000' }),
      ...market({ asks: [['50000', '0.1']] }),
    },
  ],
  ['sym.liquidity', 'a book without offers', { ...entry, ...market({ asks: [] }) }],
  ['sym.liquidity', 'a book above 20 s old', { ...entry, ...market({ asksAt: NOW - 20_001 }) }],
  [
    'sym.liquidity',
    'a turnover above 5 min old',
    { ...entry, ...market({ volumeAt: NOW - 300_001 }) },
  ],
  ['sym.liquidity', 'a book from the future', { ...entry, ...market({ asksAt: NOW + 5_001 }) }],
  ['sym.liquidity', 'a turnover of no time', { ...entry, ...market({ volumeAt: Number.NaN }) }],
  ['sym.liquidity', 'a turnover that is no number', { ...entry, ...market({ volume: 'NaN' }) }],
  ['sym.liquidity', 'an amount below zero', { ...entry, ...market({ asks: [['50000', '-9']] }) }],
  [
    'price.collar',
    'a stop far below its trigger',
    { ...stop, ...order({ price: '48019.99' }, stop) },
  ],
  ['price.collar', 'a stop above its trigger', { ...stop, ...order({ price: '49000.01' }, stop) }],
]

function deep(): Liquidity {
  if (entry.liquidity === null) throw new Error('the entry has liquidity')
  return entry.liquidity
}

function exactRules() {
  if (entry.rules === null) throw new Error('the entry has rules')
  return entry.rules
}
