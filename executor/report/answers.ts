// Answers that need nothing but the book and what the exchange last said.
import { type Answer, type Decimal, toDecimal } from '@keyside/protocol'
import { seconds } from '@keyside/runtime'
import Big from 'big.js'
import { ratio } from '../core/money.ts'
import type { Order, Position } from '../core/state.ts'
import type { Turn } from '../core/turn.ts'
import { usedToday } from '../orders/question.ts'
import { stopOf } from '../orders/stop-of.ts'
import type { OrderState } from '../orders/table.ts'

export { balanceAnswer } from './balance.ts'

/** What a report may list. */
const MOST_STREAMS = 32
const MOST_ROWS = 50

export function statusAnswer({ book, live, world }: Turn): Answer {
  const { exchange, policy, now } = world
  const orders = Object.values(book.orders)
  const streams = [...policy.streams].flatMap(([stream, { markets }]) => {
    const seen = live.heads[stream]
    const market = seen?.head.target.market ?? markets[0]
    if (market === undefined) return []
    const headAgeMs = seen === undefined ? null : now - seen.at
    return [{ stream, market, seq: book.streams[stream]?.seq ?? 0, headAgeMs }]
  })
  return {
    about: 'status',
    state: book.trading,
    since: seconds(book.tradingSince),
    exchange: {
      name: exchange.live === 'no' ? `${exchange.name}-sandbox` : exchange.name,
      reachable: exchange.reachable,
      skewMs: exchange.skewMs ?? 0,
    },
    streams: streams.slice(0, MOST_STREAMS),
    ...(streams.length > MOST_STREAMS && { more: streams.length - MOST_STREAMS }),
    waiting: count(orders, ['waiting']),
    open: count(orders, ['sending', 'accepted', 'part_filled', 'ending']),
    unknown: count(orders, ['unknown']),
    positions: Object.keys(book.positions).length,
    turnover: {
      used: usedToday(book, orders, now),
      limit: policy.limits.day,
      currency: policy.currency,
    },
  }
}

function count(orders: readonly Order[], states: readonly OrderState[]): number {
  return orders.filter(({ state }) => states.includes(state)).length
}

export function positionsAnswer(turn: Turn): Answer {
  const positions = Object.entries(turn.book.positions)
  return {
    about: 'positions',
    rows: positions.slice(0, MOST_ROWS).map(([key, position]) => ({
      ...positionRow(position, priceOf(turn, position)),
      ...stopInForce(turn, key),
    })),
    ...(positions.length > MOST_ROWS && { more: positions.length - MOST_ROWS }),
  }
}

/** The one that rests at the exchange: a stop that is only wanted protects nobody. */
function stopInForce(turn: Turn, key: string) {
  const order = stopOf(turn.book, key)
  const stop = order?.exchangeId === '' ? undefined : order?.plan?.wire.stop
  return stop === undefined ? {} : { stop }
}

function priceOf({ world }: Turn, { market }: Position): Decimal | null {
  return world.exchange.quote(market)?.bid ?? null
}

/** Without a price now, the position is shown at its entry price. */
function positionRow(position: Position, bid: Decimal | null) {
  const { stream, market, amount } = position
  const entry = ratio(position.paid, position.bought) ?? '0'
  const price = bid ?? entry
  const gain = new Big(price).minus(entry).times(amount)
  return {
    stream,
    market,
    amount,
    entry,
    price,
    gain: toDecimal(gain.abs()),
    negative: gain.lt(0),
  }
}
