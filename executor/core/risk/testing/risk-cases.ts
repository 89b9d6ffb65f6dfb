// The cases of the rules about stops, losses, habits and what is counted over time. For tests alone.
import type { RiskInput } from '../rules/rule.ts'
import { type Case, FOLLOWED } from './cases.ts'
import { entry, exit, held, mapped, NOW, order, quoted, stop, used } from './inputs.ts'

const budget = (amount: string) => ({
  streams: new Map([
    [
      'home/ema-cross',
      {
        allocation: '1000',
        lifetimeBudget: amount,
        markets: ['BTC/USDT'] as const,
        map: new Map<string, string>(),
      },
    ],
  ]),
})
const lost = (change: Partial<RiskInput['losses']>) => ({ losses: { ...entry.losses, ...change } })
const before = (change: Partial<RiskInput['recent'][number]>) => ({
  recent: [{ signal: 'another', market: 'BTC/USDT', amount: '0.01', at: NOW - 59_999, ...change }],
})
const room = (max: number | null) => ({
  rules: entry.rules && { ...entry.rules, stop: { holds: 'coins', max } as const },
})
const LIVE = { realMoney: 'yes' } as const
const OPEN = { venue: 'okx', claims: ['look_up', 'cancels'] }
const UNPROVED: RiskInput = { ...entry, realMoney: 'yes', unproved: OPEN }
const sale = { ...exit, ...order({ type: 'limit', timeInForce: 'GTC' }, exit) }

export const RISK_ALLOWED: readonly Case[] = [
  [
    'env.real',
    'a real exchange when the policy says yes',
    { ...entry, realMoney: 'yes' },
    { realMoney: 'yes' },
  ],
  ['env.real', 'the sandbox whatever the policy says', entry],
  ['env.real', 'an exit at a real exchange', { ...exit, realMoney: 'yes' }],
  ['sl.required', 'a stop exactly at its furthest', { ...entry, stop: '48500' }],
  [
    'sl.required',
    'no stop where it is optional',
    { ...entry, stop: null },
    { maxStopDistance: 'optional' },
  ],
  [
    'sl.required',
    'any stop where it is optional',
    { ...entry, stop: '1' },
    { maxStopDistance: 'optional' },
  ],
  ['sl.required', 'the last stop that fits', { ...entry, otherStops: 4 }],
  ['sl.required', 'any number of stops', { ...entry, ...room(null), otherStops: 999 }],
  [
    'sl.required',
    'an entry without a stop where none fits',
    { ...entry, stop: null, otherStops: 5 },
    { maxStopDistance: 'optional' },
  ],
  ['sl.required', 'a stop for what is held already', { ...stop, otherStops: 5 }],
  ['sl.required', 'an exit where no stop fits', { ...exit, otherStops: 5 }],
  ['sl.required', 'an exit that fills now or not at all', exit],
  ['sl.required', 'an exit that waits where no stop is', { ...sale, ...held({ amount: '0.01' }) }],
  ['pos.market', 'an order that fills the market', { ...entry, ...held({ onMarket: '500' }) }],
  [
    'pos.market',
    'an exit above the limit',
    { ...exit, ...held({ amount: '0.01', onMarket: '2000' }) },
  ],
  ['vel.hour', 'an order that fills the hour', { ...entry, ...used({ hour: '500' }) }],
  ['vel.hour', 'an exit after the hour is used up', { ...exit, ...used({ hour: '1000' }) }],
  ['vel.orders', 'the sixtieth entry of a day', { ...entry, ...used({ entriesToday: 59 }) }],
  ['vel.orders', 'an exit on a busy day', { ...exit, ...used({ entriesToday: 60 }) }],
  [
    'budget.stream',
    'an order that fills the budget',
    { ...entry, ...used({ byStream: '2500' }) },
    budget('3000'),
  ],
  ['budget.stream', 'anything without a budget', { ...entry, ...used({ byStream: '999999' }) }],
  [
    'budget.stream',
    'an exit past the budget',
    { ...exit, ...used({ byStream: '3000' }) },
    budget('3000'),
  ],
  [
    'price.spread',
    'a book exactly as wide as allowed',
    { ...entry, ...quoted({ bid: '50000', ask: '50050' }) },
  ],
  ['price.spread', 'an exit from a wide book', { ...exit, ...quoted({ ask: '60000' }) }],
  [
    'self.trade',
    'an entry one step below an own sale',
    { ...entry, ownSales: ['50000.01', '60000'] },
  ],
  ['self.trade', 'an exit', { ...exit, ownSales: ['1'] }],
  ['loss.day', 'an entry a cent before the limit', { ...entry, ...lost({ today: '99.99' }) }],
  [
    'loss.day',
    'an exit on a day that is closed',
    { ...exit, ...lost({ day: 'closed', today: '500' }) },
  ],
  ['loss.day', 'a stop while a price is missing', { ...stop, ...lost({ today: null }) }],
  ['loss.dd', 'an entry a cent before the limit', { ...entry, ...lost({ drawdown: '299.99' }) }],
  ['loss.dd', 'an exit far below the best', { ...exit, ...lost({ drawdown: '999' }) }],
  ['churn', 'the tenth round trip', { ...entry, roundTrips: 9 }],
  ['churn', 'an entry five minutes after a sale', { ...entry, soldAt: NOW - 300_000 }],
  [
    'churn',
    'an entry at once where nobody wants to be asked',
    { ...entry, soldAt: NOW },
    { reentryCooldownMs: 'never' },
  ],
  ['churn', 'an exit after many round trips', { ...exit, roundTrips: 99, soldAt: NOW }],
  ['churn', 'an approved entry just after a sale', { ...entry, soldAt: NOW, approved: 'tapped' }],
  ['dup.window', 'the same order a minute later', { ...entry, ...before({ at: NOW - 60_000 }) }],
  ['dup.window', 'an order more than 1 % larger', { ...entry, ...before({ amount: '0.0098' }) }],
  [
    'dup.window',
    'the same order on another market',
    { ...entry, ...before({ market: 'ETH/USDT' }) },
  ],
  ['dup.window', 'what its own signal decided', { ...entry, ...before({ signal: entry.signal }) }],
  [
    'dup.window',
    'twice where nobody wants to be asked',
    { ...entry, ...before({}) },
    { duplicateWindowMs: 'never' },
  ],
  ['dup.window', 'an exit', { ...exit, ...before({}) }],
  [
    'size.fatfinger',
    'exactly five times the usual',
    { ...entry, typicalSizes: ['90', '100', '5000'] },
  ],
  [
    'size.fatfinger',
    'the usual of an even number',
    { ...entry, typicalSizes: ['1', '50', '150', '900'] },
  ],
  ['size.fatfinger', 'a stream with two entries behind it', { ...entry, typicalSizes: ['1', '1'] }],
  ['size.fatfinger', 'an exit', { ...exit, typicalSizes: ['1', '1', '1'] }],
  [
    'venue.unproved',
    'real money where all is shown',
    { ...UNPROVED, unproved: { ...OPEN, claims: [] } },
    LIVE,
  ],
  ['venue.unproved', 'the sandbox and paper', { ...UNPROVED, realMoney: 'no' }],
  [
    'venue.unproved',
    'what the trader has taken on',
    UNPROVED,
    { ...LIVE, unprovedVenue: 'accept' },
  ],
  ['venue.unproved', 'an exit', { ...exit, realMoney: 'yes', unproved: OPEN }, LIVE],
  ['venue.unproved', 'a stop', { ...stop, realMoney: 'yes', unproved: OPEN }, LIVE],
  ['confirm.code', 'an entry of exactly the amount', entry, { codeAbove: '500' }],
  [
    'confirm.code',
    'an entry above it with a code',
    { ...entry, approved: 'coded' },
    { codeAbove: '499' },
  ],
  ['confirm.code', 'an exit', exit, { codeAbove: '1' }],
]

export const RISK_REFUSED: readonly Case[] = [
  ['env.real', 'a real exchange when the policy says no', { ...entry, realMoney: 'yes' }],
  ['env.real', 'an exchange that says neither', { ...entry, realMoney: 'maybe' as 'no' }],
  ['sl.required', 'an entry without a stop', { ...entry, stop: null }],
  ['sl.required', 'a stop one cent too far', { ...entry, stop: '48499.99' }],
  ['sl.required', 'a stop at the price', { ...entry, stop: '50000' }],
  ['sl.required', 'a stop above the price', { ...entry, stop: '50000.01' }],
  ['sl.required', 'a stop that is no number', { ...entry, stop: 'NaN' }],
  ['sl.required', 'a stop for which the exchange has no room', { ...entry, otherStops: 5 }],
  [
    'sl.required',
    'the same where stops are optional',
    { ...entry, otherStops: 5 },
    { maxStopDistance: 'optional' },
  ],
  ['sl.required', 'an exit that waits and takes the stop away', sale],
  [
    'pos.market',
    'a cent more than the market may hold',
    { ...entry, ...held({ onMarket: '500.01' }) },
  ],
  ['pos.market', 'a cost that is no number', { ...entry, ...held({ onMarket: 'NaN' }) }],
  ['vel.hour', 'a cent more than the hour', { ...entry, ...used({ hour: '500.01' }) }],
  ['vel.hour', 'an hour below zero', { ...entry, ...used({ hour: '-1' }) }],
  ['vel.orders', 'the sixty-first entry of a day', { ...entry, ...used({ entriesToday: 60 }) }],
  ['vel.orders', 'a count that is no number', { ...entry, ...used({ entriesToday: Number.NaN }) }],
  [
    'budget.stream',
    'a cent more than the budget',
    { ...entry, ...used({ byStream: '2500.01' }) },
    budget('3000'),
  ],
  [
    'budget.stream',
    'a sum that is no number',
    { ...entry, ...used({ byStream: '' }) },
    budget('3000'),
  ],
  [
    'price.spread',
    'a book a cent too wide',
    { ...entry, ...quoted({ bid: '50000', ask: '50050.01' }) },
  ],
  [
    'self.trade',
    'an entry at the price of an own sale',
    { ...entry, ownSales: ['60000', '50000'] },
  ],
  ['self.trade', 'an own sale that is no number', { ...entry, ownSales: ['NaN'] }],
  ['loss.day', 'an entry at the limit', { ...entry, ...lost({ today: '100' }) }],
  [
    'loss.day',
    'an entry on a closed day, though prices recovered',
    { ...entry, ...lost({ day: 'closed' }) },
  ],
  ['loss.day', 'an entry while a price is missing', { ...entry, ...lost({ today: null }) }],
  ['loss.day', 'a loss that is no number', { ...entry, ...lost({ today: 'NaN' }) }],
  ['loss.dd', 'an entry at the limit', { ...entry, ...lost({ drawdown: '300' }) }],
  ['loss.dd', 'a result that is not known', { ...entry, ...lost({ drawdown: null }) }],
  ['churn', 'the eleventh round trip', { ...entry, roundTrips: 10 }],
  ['churn', 'a count that is no number', { ...entry, roundTrips: Number.NaN }],
  ['dup.window', 'an amount that is no number', { ...entry, ...before({ amount: 'x' }) }],
  [
    'size.fatfinger',
    'a usual size that is no number',
    { ...entry, typicalSizes: ['1', '2', 'NaN'] },
  ],
  [
    'confirm.code',
    'a tap above the amount',
    { ...entry, approved: 'tapped' },
    { codeAbove: '499.99' },
  ],
]

/** Asked about although the policy asks about nothing; an approval answers all of them but the code. */
export const ASKED: readonly Case[] = [
  ['map.ratio', 'a ratio more than 5 % above the last', mapped('1.0501', '1'), FOLLOWED],
  ['map.ratio', 'a ratio more than 5 % below the last', mapped('0.9499', '1'), FOLLOWED],
  ['map.ratio', 'the first signal of another market', mapped('1', null), FOLLOWED],
  ['confirm.above', 'an entry above the amount', entry, { approval: { above: '499.99' } }],
  ['confirm.above', 'any entry when told so', entry, { approval: 'always' }],
  ['confirm.code', 'an entry above the amount', entry, { codeAbove: '499.99' }],
  ['venue.unproved', 'real money where the venue has shown less than all', UNPROVED, LIVE],
  [
    'venue.unproved',
    'an exchange that says neither',
    { ...UNPROVED, realMoney: 'maybe' as 'no' },
    LIVE,
  ],
  ['churn', 'an entry just before five minutes after a sale', { ...entry, soldAt: NOW - 299_999 }],
  ['churn', 'a sale in the future of a clock set back', { ...entry, soldAt: NOW + 86_400_000 }],
  ['churn', 'a sale at no time', { ...entry, soldAt: Number.NaN }],
  ['dup.window', 'the same order a moment earlier', { ...entry, ...before({}) }],
  ['dup.window', 'an order 1 % smaller', { ...entry, ...before({ amount: '0.0099' }) }],
  ['dup.window', 'an order decided at no time', { ...entry, ...before({ at: Number.NaN }) }],
  [
    'size.fatfinger',
    'a cent more than five times the usual',
    { ...entry, typicalSizes: ['90', '99.99', '500'] },
  ],
]
