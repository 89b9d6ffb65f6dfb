// What was lost today, against sums that are done here by hand.
import { expect, test } from 'vitest'
import { applyTrade, countLoss } from '../model/apply-counters.ts'
import type { Fill } from '../model/exchange.ts'
import { lostToday, openDay, standing } from '../model/profit.ts'
import { type Book, EMPTY_BOOK, type Order } from '../model/state.ts'

const [A, B] = ['A/USDT', 'B/USDT']
let trades = 0

function trade(
  book: Book,
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
    basis: { paid: '0', fees: [] },
    trades: [],
    plan: { takerFee: '0.001' },
    idea: { market },
  } as unknown as Order
  const fill = { id: `t${trades}`, at: 0, amount, price, ...(fee && { fee }) }
  return applyTrade(book, order, {
    type: 'fill',
    clientOrderId: order.clientOrderId,
    market,
    trade: fill,
    at: 0,
  })
}

test('a sale below what was paid is lost, one above it is gained', () => {
  let book = trade(EMPTY_BOOK, 'entry', A, '2', '100')
  book = trade(book, 'exit', A, '1', '90')
  expect(lostToday(book, { [A]: '100' })).toBe('10')
  book = trade(book, 'exit', A, '1', '104')
  expect(lostToday(book, {})).toBe('6')
  expect(standing({ ...book.result, worth: '0' }).toFixed()).toBe('-6')
})

test('a fall that is not taken counts, a rise that is not taken does not', () => {
  let book = trade(EMPTY_BOOK, 'entry', A, '1', '100')
  book = trade(book, 'entry', B, '1', '100')
  expect(lostToday(book, { [A]: '93', [B]: '150' })).toBe('7')
  book = trade(book, 'exit', A, '1', '90')
  expect(lostToday(book, { [B]: '150' })).toBe('10')
  book = trade(book, 'exit', B, '1', '150')
  expect(lostToday(book, {})).toBe('0')
})

test('the day starts from what is held at its first price', () => {
  const held = trade(EMPTY_BOOK, 'entry', A, '2', '100')
  const book = { ...held, result: openDay(held, { [A]: '80' }, 86_400_000) }
  expect(lostToday(book, { [A]: '80' })).toBe('0')
  expect(lostToday(book, { [A]: '79' })).toBe('2')
  expect(lostToday(trade(book, 'exit', A, '1', '70'), { [A]: '80' })).toBe('10')
})

test('fees are lost in whatever they are taken', () => {
  const inMoney = trade(EMPTY_BOOK, 'entry', A, '1', '100', { amount: '0.1', currency: 'USDT' })
  expect(lostToday(inMoney, { [A]: '100' })).toBe('0.1')
  const inCoins = trade(EMPTY_BOOK, 'entry', A, '1', '100', { amount: '0.001', currency: 'A' })
  expect(lostToday(inCoins, { [A]: '100' })).toBe('0.1')
  const elsewhere = trade(EMPTY_BOOK, 'entry', A, '1', '100', { amount: '0.0001', currency: 'BNB' })
  expect(lostToday(elsewhere, { [A]: '100' })).toBe('0.1')
  expect(standing({ ...elsewhere.result, worth: '100' }).toFixed()).toBe('-0.1')
})

test('coins that leave the book without a sale are lost', () => {
  const book = trade(EMPTY_BOOK, 'entry', A, '1', '100')
  expect(lostToday(countLoss(book, { ...book, positions: {} }), {})).toBe('100')
})

test('the same trade twice counts once', () => {
  const order = { clientOrderId: 'c', trades: ['t'] } as unknown as Order
  const again = { type: 'fill', clientOrderId: 'c', market: A, at: 0 } as const
  const fill = { id: 't', at: 0, amount: '1', price: '1' }
  expect(applyTrade(EMPTY_BOOK, order, { ...again, trade: fill })).toBe(EMPTY_BOOK)
})
