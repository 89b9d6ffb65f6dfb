// What steps and trades do to the counters and to the result.
import { applyFill } from './apply-position.ts'
import { countEntry, countSent, countTaken, countTrade } from './count.ts'
import type { FactOf, Step } from './events.ts'
import { openDay, withoutTrade, withTradeResult } from './profit.ts'
import type { Book, Order } from './state.ts'

export function countStep(book: Book, order: Order, { event, at }: Step & { at: number }): Book {
  const { counters } = book
  if (event === 'send') return { ...book, counters: countSent(counters, at) }
  if (order.kind !== 'entry') return book
  if (event === 'intend') return { ...book, counters: countEntry(counters, order, at) }
  return event === 'accept' ? { ...book, counters: countTaken(counters, order) } : book
}

export function applyTrade(book: Book, order: Order, { trade, at }: FactOf<'fill'>): Book {
  if (order.trades.includes(trade.id)) return book
  const after = applyFill(book, order, trade, at)
  return {
    ...after,
    counters: countTrade(book.counters, order, at),
    result: withTradeResult(book, after, order, trade),
  }
}

/** Coins that leave the book without a sale are a loss. */
export function countLoss(before: Book, after: Book): Book {
  return { ...after, result: withoutTrade(before, after) }
}

export function applyDayOpened(book: Book, { bids, at }: FactOf<'day_opened'>): Book {
  return { ...book, result: openDay(book, bids, at) }
}

export function applyDayLost(book: Book): Book {
  return { ...book, result: { ...book.result, closedOn: book.result.today.number } }
}

export function applyBest(book: Book, { worth }: FactOf<'best'>): Book {
  const { got, paid } = book.result
  return { ...book, result: { ...book.result, best: { got, paid, worth } } }
}

/** After a halt for falling too far below the best a new one is taken: to go on is the trader's decision. */
export function forgetBest(book: Book, { by, state }: FactOf<'trading'>): Book {
  if (state !== 'halted' || by !== 'loss.dd') return book
  return { ...book, result: { ...book.result, best: null } }
}
