// Watches what is lost: opens the day, closes it to entries, and halts far below the best.
import type { Decimal } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import { DAY_MS, dayNumber } from '../model/count.ts'
import type { Losses, Standing } from '../model/counters.ts'
import { atLeast, minus, plus, ratio, times } from '../model/decimals.ts'
import { isDayClosed, lostToday, standing } from '../model/profit.ts'
import type { Book, Position, State } from '../model/state.ts'
import { notice, record, type Turn } from './context.ts'
import { setTrading } from './trading-state.ts'

/** A price that is older says nothing of what a position is worth. */
const PRICE_LIFE_MS = 60_000
const LOOK_EVERY_MS = 60_000
/** A new best is written down once it is so much of the drawdown limit above the last one. */
const BEST_STEP = '0.01'

type Bids = Record<string, Decimal>

/** Called in each turn before an order is decided on. Before the first order there is nothing to lose. */
export function watchLosses(turn: Turn): undefined {
  if (turn.book.result.paid === '0' && Object.keys(turn.book.orders).length === 0) return
  const bids = heldBids(turn)
  if (bids === null) return
  if (today(turn) > turn.book.result.today.number) record(turn, { type: 'day_opened', bids })
  closeDay(turn, bids)
  if (turn.book.trading !== 'halted') watchBest(turn, bids)
}

export function losses(turn: Turn): Losses {
  const { result } = turn.book
  const bids = heldBids(turn)
  const opened = result.today.number >= today(turn)
  return {
    day: isDayClosed(turn.book, turn.world.now) ? 'closed' : 'open',
    today: bids === null || !opened ? null : lostToday(turn.book, bids),
    belowBest: bids === null ? null : belowBest(turn.book, bids),
  }
}

/** Whether the price of something held is on its way: an entry waits for it. */
export function awaitsPrices(turn: Turn): boolean {
  return heldMarkets(turn.book).some(
    (market) => bidOf(turn, market) === null && turn.live.quotes[market]?.state === 'open',
  )
}

/** At least once a minute while something is held. */
export function lossesDue({ book, live }: State): number[] {
  if (heldMarkets(book).length === 0) return []
  const { lookedAt } = live.watch
  // What falls before the first look of a day would not count as lost on it.
  const midnight = (dayNumber(lookedAt) + 1) * DAY_MS
  return [Math.min(lookedAt + LOOK_EVERY_MS, midnight)]
}

/** A clock that is set back opens no new day. */
function today({ world, book }: Turn): number {
  return Math.max(dayNumber(world.now), book.result.today.number, book.result.closedOn)
}

function closeDay(turn: Turn, bids: Bids): undefined {
  const lost = lostToday(turn.book, bids)
  const { dayLoss } = turn.world.policy.limits
  if (isDayClosed(turn.book, turn.world.now) || !atLeast(lost, dayLoss)) return
  record(turn, { type: 'day_lost', lost })
  const message = `${sentenceOf('day_lost')} (${lost} ${turn.world.policy.currency})`
  notice(turn, { level: 'warning', code: 'day_lost', message })
}

function watchBest(turn: Turn, bids: Bids): undefined {
  const { limits, currency } = turn.world.policy
  const now = standingNow(turn.book, bids)
  const { best } = turn.book.result
  const step = times(limits.drawdown, BEST_STEP)
  if (best === null || standing(now).gt(standing(best).plus(step)))
    record(turn, { type: 'best', worth: now.worth })
  const below = belowBest(turn.book, bids)
  if (!atLeast(below, limits.drawdown)) return
  setTrading(turn, 'halted', 'loss.dd')
  const message = `${sentenceOf('drawdown_reached')} (${below} ${currency})`
  notice(turn, { level: 'error', code: 'drawdown_reached', message })
}

function belowBest(book: Book, bids: Bids): Decimal {
  const { best } = book.result
  if (best === null) return '0'
  const now = standingNow(book, bids)
  return minus(
    plus(plus(best.got, best.worth), now.paid),
    plus(plus(now.got, now.worth), best.paid),
  )
}

function standingNow({ result, positions }: Book, bids: Bids): Standing {
  const worth = Object.values(positions).reduce(
    (sum, { market, amount }) => plus(sum, times(amount, bids[market] ?? '0')),
    '0',
  )
  return { got: result.got, paid: result.paid, worth }
}

/** Null when one is missing or too old. */
function heldBids(turn: Turn): Bids | null {
  const bids: Bids = {}
  for (const market of heldMarkets(turn.book)) {
    const bid = bidOf(turn, market)
    if (bid === null) return null
    bids[market] = bid
  }
  return bids
}

function heldMarkets({ positions }: Book): readonly string[] {
  return [...new Set(Object.values(positions).map(({ market }) => market))]
}

function bidOf(turn: Turn, market: string): Decimal | null {
  const { world } = turn
  const quote = world.exchange.quote(market)
  if (isShutDown(turn, market)) return quote?.bid ?? costOf(turn.book, market)
  if (quote === null || !(Math.abs(world.now - quote.at) <= PRICE_LIFE_MS)) return null
  return atLeast('0', quote.bid) ? null : quote.bid
}

/** Nobody will tell a price: what is held there must not close the other markets. */
function isShutDown({ world }: Turn, market: string): boolean {
  const { reachable, rules } = world.exchange
  const status = rules(market)?.status ?? 'gone'
  return reachable && status === 'gone'
}

/** What one of it cost, on the average: neither gained nor lost until somebody says otherwise. */
function costOf({ positions }: Book, market: string): Decimal | null {
  const here = Object.values(positions).filter((position) => position.market === market)
  const sum = (of: (position: Position) => Decimal) =>
    here.reduce((total, position) => plus(total, of(position)), '0')
  return ratio(
    sum(({ paid }) => paid),
    sum(({ bought }) => bought),
  )
}
