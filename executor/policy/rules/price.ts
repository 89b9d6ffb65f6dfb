// No order far from the exchange's own price.
import type { Quote } from '../../exchange/port.ts'
import { highestBuy, lowestSell } from '../../plan/collar.ts'
import { exact } from '../../plan/exact.ts'
import type { Policy } from '../schema.ts'
import type { Opinion, Question, Rule } from '../types.ts'
import { deny } from './opinion.ts'

const BOOK_LIFE_MS = 5000

/** Entries keep the narrow collar, exits the wide one. A stop's collar hangs on its own trigger. */
export const priceCollar: Rule = {
  tag: 'price.collar',
  check(question, { collar }) {
    const { kind, order, now, quote } = question
    if (kind === 'stop') return stopCollar(question, collar.exit)
    if (quote === null || !isFresh(quote, now))
      return deny(
        this,
        `expected the exchange's price of ${order.market} at most ${BOOK_LIFE_MS / 1000} s old, there is none: check the connection`,
      )
    return kind === 'entry' ? entryCollar(order, quote, collar) : exitCollar(order, quote, collar)
  },
}

function entryCollar(order: Question['order'], quote: Quote, { entry }: Policy['collar']): Opinion {
  // Between a far bid and a far ask a percentage of the ask bounds nothing.
  if (exact(quote.ask).gt(highestBuy(quote.bid, entry)))
    return deny(
      priceCollar,
      `expected bid and ask within ${entry} % of each other, the book says ${quote.bid} and ${quote.ask}: the market is too thin now`,
    )
  if (exact(order.price).lte(highestBuy(quote.ask, entry))) return null
  return deny(
    priceCollar,
    `expected to pay at most ${entry} % above the ask ${quote.ask}, the order says ${order.price}`,
  )
}

function exitCollar(order: Question['order'], quote: Quote, { exit }: Policy['collar']): Opinion {
  if (exact(order.price).gte(lowestSell(quote.bid, exit))) return null
  return deny(
    priceCollar,
    `expected to sell at most ${exit} % below the bid ${quote.bid}, the order says ${order.price}`,
  )
}

function stopCollar({ order }: Question, percent: string): Opinion {
  const { stop = '', price } = order
  if (exact(price).lte(exact(stop)) && exact(price).gte(lowestSell(stop, percent))) return null
  return deny(
    priceCollar,
    `expected a stop to sell at most ${percent} % below its trigger ${stop}, the order says ${price}`,
  )
}

function isFresh({ at, bid, ask }: Quote, now: number): boolean {
  const age = now - at
  return (
    age >= -BOOK_LIFE_MS && age <= BOOK_LIFE_MS && exact(bid).gt(0) && exact(ask).gte(exact(bid))
  )
}
