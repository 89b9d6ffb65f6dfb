// What was lost today, against sums that are done here by hand.
import { expect, test } from 'vitest'
import { applyTrade, countLoss } from '../model/apply-counters.ts'
import type { Fill } from '../model/exchange.ts'
import type { Order } from '../model/order.ts'
import { equity, lostToday, openDay } from '../model/profit.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from '../model/state.ts'

const [A, B] = ['A/USDT', 'B/USDT']
let trades = 0

function trade(
  portfolio: Portfolio,
  kind: 'entry' | 'exit',
  market: string,
  amount: string,
  price: string,
  fee?: Fill['fee'],
) {
  trades += 1
  const order = {
    clientOrderId: `c${trades}`,
    stream: 's',
    kind,
    signal: `j${trades}`,
    seq: trades,
    state: 'accepted',
    filled: '0',
    cost: '0',
    fees: [],
    costBasis: { amount: '0', cost: '0', fees: [] },
    trades: [],
    planned: { takerFee: '0.001' },
    intent: { market },
  } as unknown as Order
  const fill = { id: `t${trades}`, at: 0, amount, price, ...(fee && { fee }) }
  return applyTrade(portfolio, order, {
    type: 'fill',
    clientOrderId: order.clientOrderId,
    market,
    trade: fill,
    at: 0,
  })
}

test('a sale below what was paid is lost, one above it is gained', () => {
  let portfolio = trade(EMPTY_PORTFOLIO, 'entry', A, '2', '100')
  portfolio = trade(portfolio, 'exit', A, '1', '90')
  expect(lostToday(portfolio, { [A]: '100' })).toBe('10')
  portfolio = trade(portfolio, 'exit', A, '1', '104')
  expect(lostToday(portfolio, {})).toBe('6')
  expect(equity({ ...portfolio.profit, marketValue: '0' }).toFixed()).toBe('-6')
})

test('a fall that is not taken counts, a rise that is not taken does not', () => {
  let portfolio = trade(EMPTY_PORTFOLIO, 'entry', A, '1', '100')
  portfolio = trade(portfolio, 'entry', B, '1', '100')
  expect(lostToday(portfolio, { [A]: '93', [B]: '150' })).toBe('7')
  portfolio = trade(portfolio, 'exit', A, '1', '90')
  expect(lostToday(portfolio, { [B]: '150' })).toBe('10')
  portfolio = trade(portfolio, 'exit', B, '1', '150')
  expect(lostToday(portfolio, {})).toBe('0')
})

test('the day starts from what is held at its first price', () => {
  const held = trade(EMPTY_PORTFOLIO, 'entry', A, '2', '100')
  const portfolio = { ...held, profit: openDay(held, { number: 1, bids: { [A]: '80' } }) }
  expect(lostToday(portfolio, { [A]: '80' })).toBe('0')
  expect(lostToday(portfolio, { [A]: '79' })).toBe('2')
  expect(lostToday(trade(portfolio, 'exit', A, '1', '70'), { [A]: '80' })).toBe('10')
})

test('fees are lost in whatever they are taken', () => {
  const inMoney = trade(EMPTY_PORTFOLIO, 'entry', A, '1', '100', {
    amount: '0.1',
    currency: 'USDT',
  })
  expect(lostToday(inMoney, { [A]: '100' })).toBe('0.1')
  const inCoins = trade(EMPTY_PORTFOLIO, 'entry', A, '1', '100', { amount: '0.001', currency: 'A' })
  expect(lostToday(inCoins, { [A]: '100' })).toBe('0.1')
  const elsewhere = trade(EMPTY_PORTFOLIO, 'entry', A, '1', '100', {
    amount: '0.0001',
    currency: 'BNB',
  })
  expect(lostToday(elsewhere, { [A]: '100' })).toBe('0.1')
  expect(equity({ ...elsewhere.profit, marketValue: '100' }).toFixed()).toBe('-0.1')
})

test('coins that leave the book without a sale are lost', () => {
  const portfolio = trade(EMPTY_PORTFOLIO, 'entry', A, '1', '100')
  expect(lostToday(countLoss(portfolio, { ...portfolio, positions: {} }), {})).toBe('100')
})

test('the same trade twice counts once', () => {
  const order = { clientOrderId: 'c', trades: ['t'] } as unknown as Order
  const again = { type: 'fill', clientOrderId: 'c', market: A, at: 0 } as const
  const fill = { id: 't', at: 0, amount: '1', price: '1' }
  expect(applyTrade(EMPTY_PORTFOLIO, order, { ...again, trade: fill })).toBe(EMPTY_PORTFOLIO)
})
