// Watches what is lost: opens the day, closes it to entries, and halts far below the best.
import type { Decimal } from '@keyside/protocol'
import type Big from 'big.js'
import { sentenceOf } from '../model/codes.ts'
import { DAY_MS, dayNumber } from '../model/count.ts'
import type { Equity, Losses } from '../model/counters.ts'
import { atLeast, isZero, minus, plus, ratio, sum, times } from '../model/decimals.ts'
import { equity, lostToday, marketValue } from '../model/profit.ts'
import type { Portfolio, State } from '../model/state.ts'
import { append, type DecisionContext, notice } from './context.ts'
import { isDayClosed, lossDay } from './loss-day.ts'
import { setTrading } from './trading-state.ts'

/** An older price is not used to value a position. */
const PRICE_LIFE_MS = 60_000
const LOOK_EVERY_MS = 60_000
/** A new high-water mark is journaled once it is this share of the drawdown limit above the last one. */
const HIGH_WATER_STEP = '0.01'

type Bids = Record<string, Decimal>

/** Called in each decision before an order is decided on. Before the first order there is nothing to lose. */
export function watchLosses(context: DecisionContext): undefined {
  if (!hasTraded(context.portfolio)) return
  const bids = heldBids(context)
  if (bids === null) return
  const number = lossDay(context)
  if (number > context.portfolio.profit.today.number)
    append(context, { type: 'day_opened', number, bids })
  closeDay(context, bids)
  if (context.portfolio.trading !== 'halted') watchHighWaterMark(context, bids)
}

function hasTraded({ profit, orders }: Portfolio): boolean {
  return profit.cost !== '0' || Object.keys(orders).length > 0
}

export function losses(context: DecisionContext): Losses {
  const { profit } = context.portfolio
  const bids = heldBids(context)
  const opened = profit.today.number >= lossDay(context)
  const now = bids === null ? null : reckon(context.portfolio, bids)
  return {
    day: isDayClosed(context) ? 'closed' : 'open',
    today: now === null || !opened ? null : now.lost,
    drawdown: now?.drawdown ?? null,
  }
}

/** For people: before the first order nothing is lost, where no day was opened either. */
export function lossesSoFar(context: DecisionContext): Losses {
  const now = losses(context)
  return hasTraded(context.portfolio) ? now : { ...now, today: '0', drawdown: '0' }
}

/** Whether the price of something held is on its way: an entry waits for it. */
export function awaitsPrices(context: DecisionContext): boolean {
  return Object.values(context.portfolio.positions).some(
    ({ market }) =>
      bidOf(context, market) === null && context.session.quotes[market]?.state === 'open',
  )
}

/** At least once a minute while something is held. */
export function lossesDue({ portfolio, session }: State): number[] {
  if (!isHolding(portfolio)) return []
  const { evaluatedAt } = session.priceWatch
  // The day is opened as early as possible: a loss before that would not count on it.
  const midnight = (dayNumber(evaluatedAt) + 1) * DAY_MS
  return [Math.min(evaluatedAt + LOOK_EVERY_MS, midnight)]
}

function closeDay(context: DecisionContext, bids: Bids): undefined {
  const { lost } = reckon(context.portfolio, bids)
  const { dayLoss } = context.environment.policy.limits
  if (isDayClosed(context) || !atLeast(lost, dayLoss)) return
  append(context, { type: 'day_lost', lost })
  const message = `${sentenceOf('day_lost')} (${lost} ${context.environment.policy.currency})`
  notice(context, { level: 'warning', code: 'day_lost', message })
}

function watchHighWaterMark(context: DecisionContext, bids: Bids): undefined {
  const { limits, currency } = context.environment.policy
  const { above, marketValue: worth } = reckon(context.portfolio, bids)
  if (above === null || above.gt(times(limits.drawdown, HIGH_WATER_STEP)))
    append(context, { type: 'high_water_mark', worth })
  const { drawdown: below } = reckon(context.portfolio, bids)
  if (!atLeast(below, limits.drawdown)) return
  setTrading(context, 'halted', 'loss.dd')
  const message = `${sentenceOf('drawdown_reached')} (${below} ${currency})`
  notice(context, { level: 'error', code: 'drawdown_reached', message })
}

function drawdownOf({ profit: { highWaterMark } }: Portfolio, now: Equity): Decimal {
  if (highWaterMark === null) return '0'
  return minus(
    plus(plus(highWaterMark.proceeds, highWaterMark.marketValue), now.cost),
    plus(plus(now.proceeds, now.marketValue), highWaterMark.cost),
  )
}

interface Reckoned {
  readonly positions: Portfolio['positions']
  readonly bids: Bids
  readonly lost: Decimal
  readonly marketValue: Decimal
  readonly drawdown: Decimal
  /** How far the result is above its best; null without one. */
  readonly above: Big | null
}

/** Each decision asks, and several times: it is calculated anew when something was traded or has another price. */
const LAST = new WeakMap<Portfolio['profit'], Reckoned>()

function reckon(portfolio: Portfolio, bids: Bids): Reckoned {
  const { profit, positions } = portfolio
  const last = LAST.get(profit)
  if (last?.positions === positions && areSame(last.bids, bids)) return last
  const { proceeds, cost, highWaterMark } = profit
  const now = { proceeds, cost, marketValue: marketValue(portfolio, bids) }
  const reckoned = {
    positions,
    bids,
    lost: lostToday(portfolio, bids),
    marketValue: now.marketValue,
    drawdown: drawdownOf(portfolio, now),
    above: highWaterMark === null ? null : equity(now).minus(equity(highWaterMark)),
  }
  LAST.set(profit, reckoned)
  return reckoned
}

/** Of the same positions, and so of the same markets. */
function areSame(before: Bids, bids: Bids): boolean {
  for (const market in bids) if (before[market] !== bids[market]) return false
  return true
}

/** Null when one is missing or too old. */
function heldBids(context: DecisionContext): Bids | null {
  const bids: Bids = {}
  for (const { market } of Object.values(context.portfolio.positions)) {
    if (bids[market] !== undefined) continue
    const bid = bidOf(context, market)
    if (bid === null) return null
    bids[market] = bid
  }
  return bids
}

function isHolding({ positions }: Portfolio): boolean {
  for (const _ in positions) return true
  return false
}

function bidOf(context: DecisionContext, market: string): Decimal | null {
  const { environment } = context
  const quote = environment.exchange.quote(market)
  const isFresh = quote !== null && Math.abs(environment.now - quote.at) <= PRICE_LIFE_MS
  if (isFresh && !isZero(quote.bid)) return quote.bid
  return isShutDown(context, market) ? (quote?.bid ?? costOf(context.portfolio, market)) : null
}

/** There will be no price: positions on a dead market must not block the other markets. */
function isShutDown({ environment }: DecisionContext, market: string): boolean {
  const { reachable, rules } = environment.exchange
  const status = rules(market)?.status ?? 'gone'
  return reachable && status === 'gone'
}

/** What one of it cost, on the average: neither gain nor loss while its price is unknown. */
function costOf({ positions }: Portfolio, market: string): Decimal | null {
  const here = Object.values(positions).filter((position) => position.market === market)
  return ratio(sum(here.map(({ cost }) => cost)), sum(here.map(({ baseBought }) => baseBought)))
}
