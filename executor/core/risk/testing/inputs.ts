// A policy, and what the rules are given for an order of each kind. For tests alone.
import { RULES } from '../../../testing/market-rules.ts'
import type { Liquidity, OrderRequest, Quote } from '../../model/exchange.ts'
import type { Policy } from '../policy/schema.ts'
import type { RiskInput } from '../rules/rule.ts'

export const NOW = 1_790_000_000_000
export const policy: Policy = {
  currency: 'USDT',
  markets: ['BTC/USDT', 'ETH/USDT'],
  streams: new Map([
    [
      'home/ema-cross',
      {
        allocation: '1000',
        lifetimeBudget: 'unlimited',
        markets: ['BTC/USDT', 'ETH/USDT'],
        map: new Map(),
      },
    ],
    [
      'only-eth',
      {
        allocation: '1000',
        lifetimeBudget: 'unlimited',
        markets: ['ETH/USDT'],
        map: new Map(),
      },
    ],
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
  unprovedVenue: 'ask',
  realMoney: 'no',
  trials: 'none',
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
  rules: RULES,
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
  unproved: { venue: 'binance', claims: [] },
  trading: 'running',
  pause: null,
  provider: 'followed',
  mapping: null,
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

function deep(): Liquidity {
  if (entry.liquidity === null) throw new Error('the entry has liquidity')
  return entry.liquidity
}

/** An entry whose signal is of BTC/EUR. */
export function mapped(ratio: string, last: string | null): RiskInput {
  return { ...entry, mapping: { market: 'BTC/EUR', ratio, last } }
}
