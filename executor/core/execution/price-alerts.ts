// Looks at the prices that the trader wants to hear of, once a second. What was not seen, because the exchange or this
// device was away, is looked for in candles; where there are none, that is said. No order comes of it.
import type { Decimal } from '@keyside/protocol'
import { seconds } from '@keyside/protocol'
import { kept } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import type { Candle } from '../model/exchange.ts'
import { timeOf } from '../model/moment.ts'
import {
  type Crossing,
  crossing,
  hasGoneBack,
  type PriceAlert,
  type PriceRange,
  withPrice,
} from '../model/price-alerts.ts'
import type { PriceAlertWatch } from '../model/session.ts'
import type { State } from '../model/state.ts'
import { forgetOthers, setCondition } from './conditions.ts'
import { append, type DecisionContext, emit, notice, report } from './context.ts'
import type { Input } from './inputs.ts'
import { isYoung } from './quotes.ts'

const LOOK_MS = 1_000
/** An older price is not compared. */
const PRICE_LIFE_MS = 5_000
/** Longer without a price is a gap that is looked through: slowed down by the exchange, one comes every 4 s. */
const GAP_MS = 15_000
/** The least time between two alerts of one that repeats. */
const REPEAT_MS = 60_000
/** Candles that one question may bring; those of the first timeframe that reach back far enough are asked for. */
const MAX_CANDLES = 300
const TIMEFRAMES = [
  { name: '1m', ms: 60_000 },
  { name: '1h', ms: 3_600_000 },
  { name: '1d', ms: 86_400_000 },
] as const
/** Longer than any exchange leaves a market that it trades without a bid and an ask. */
const UNSEEN_MS = 600_000
/** Tries to get them, and the pause between two. */
const TRIES = 3
const AGAIN_MS = 10_000

/** Called in each decision. */
export function watchPriceAlerts(context: DecisionContext): undefined {
  const { now } = context.environment
  const { evaluatedAt } = context.session.priceAlerts
  const all = alertsOf(context)
  if (all.length === 0 || (now >= evaluatedAt && now < evaluatedAt + LOOK_MS)) return
  const markets = new Set(all.map(({ market }) => market))
  for (const market of markets) lookAt(context, market)
  forgetOthers(context, 'price_unseen', markets)
  const { seen, windows } = context.session.priceAlerts
  setWatch(context, {
    evaluatedAt: now,
    seen: kept(seen, (market) => markets.has(market)),
    windows: kept(windows, (number) => number in context.portfolio.priceAlerts.all),
  })
}

/** The exchange is to be asked for these prices too. At a start, and when they are others. */
export function watchMarkets(context: DecisionContext): undefined {
  const all = Object.values(context.portfolio.priceAlerts.all)
  emit(context, { type: 'watch', markets: [...new Set(all.map(({ market }) => market))] })
}

/** Unix ms. */
export function priceAlertsDue({ portfolio, session }: State): readonly number[] {
  const isIdle = Object.keys(portfolio.priceAlerts.all).length === 0
  return isIdle ? [] : [session.priceAlerts.evaluatedAt + LOOK_MS]
}

function lookAt(context: DecisionContext, market: string): undefined {
  const { now, exchange } = context.environment
  const quote = exchange.quote(market)
  if (quote === null || !isYoung(quote, now, PRICE_LIFE_MS)) return watchUnseen(context, market)
  setCondition(context, { code: 'price_unseen', about: market }, 'not so')
  const before = context.session.priceAlerts.seen[market]
  if (before !== undefined && before.at === quote.at) return askAgain(context, market)
  // Since the last price; at a start since each of them was set, which no candle is too old for.
  const from = before?.at ?? Math.min(...alertsOf(context, market).map(since))
  const isGap = now - from > GAP_MS
  setSeen(context, market, {
    at: quote.at,
    gap:
      isGap && before?.gap == null
        ? { since: before?.at ?? 0, until: quote.at, tries: 0, at: now }
        : (before?.gap ?? null),
  })
  for (const alert of alertsOf(context, market)) judge(context, alert, quote.bid)
  askAgain(context, market)
}

/** While the exchange itself is away, that is told. */
function watchUnseen(context: DecisionContext, market: string): undefined {
  const { session, environment } = context
  const last = Math.max(
    session.priceAlerts.seen[market]?.at ?? 0,
    session.started,
    ...alertsOf(context, market).map(since),
  )
  if (environment.exchange.reachable && environment.now - last >= UNSEEN_MS)
    setCondition(context, { code: 'price_unseen', about: market }, 'so')
}

function judge(context: DecisionContext, alert: PriceAlert, price: Decimal): undefined {
  const { now } = context.environment
  const { number, threshold } = alert
  const range = { low: price, high: price }
  if (alert.state === 'spent') {
    if (isPast(alert, now) && hasGoneBack(threshold, range))
      append(context, { type: 'price_alert_armed', number })
    return
  }
  const window = context.session.priceAlerts.windows[number] ?? []
  const crossed = isPast(alert, now) ? crossing(threshold, range, window) : null
  if (crossed !== null) return fire(context, alert, crossed)
  if (threshold.is === 'move')
    setWindow(context, number, withPrice(window, { now, price, within: threshold.within }))
}

/** One that has just fired is left alone for a while; by a clock that was set back it is not. */
function isPast({ firedAt }: PriceAlert, now: number): boolean {
  return firedAt === 0 || now < firedAt || now >= firedAt + REPEAT_MS
}

function fire(
  context: DecisionContext,
  { number, market, threshold, repeats }: PriceAlert,
  { price, from }: Crossing,
  missed?: { since: number; until: number },
): undefined {
  append(context, { type: 'price_alert_fired', number, price })
  setWindow(context, number, [])
  report(context, {
    type: 'price_alert',
    number,
    market,
    threshold,
    repeats,
    price,
    ...(from !== undefined && { from }),
    ...(missed && { missed: { since: seconds(missed.since), until: seconds(missed.until) } }),
  })
}

// The time in which no price was seen.
type Gap = NonNullable<PriceAlertWatch['seen'][string]['gap']>

function askAgain(context: DecisionContext, market: string): undefined {
  const { now } = context.environment
  const seen = context.session.priceAlerts.seen[market]
  if (seen?.gap == null || now < seen.gap.at) return
  const { gap } = seen
  if (gap.tries >= TRIES) {
    setSeen(context, market, { ...seen, gap: null })
    return tellGap(context, market, gap)
  }
  // An answer that never comes is asked for again too.
  const asked = { ...gap, tries: gap.tries + 1, at: now + AGAIN_MS }
  setSeen(context, market, { ...seen, gap: asked })
  const from = Math.min(...alertsOf(context, market).map((alert) => beginOf(alert, gap)))
  const { name, ms } = timeframeFor(now - from)
  const limit = Math.min(Math.ceil((now - from) / ms) + 1, MAX_CANDLES)
  emit(context, { type: 'look_back', market, timeframe: name, limit, of: gap.until })
}

function timeframeFor(ms: number): (typeof TIMEFRAMES)[number] {
  const [, , days] = TIMEFRAMES
  return TIMEFRAMES.find((one) => ms <= one.ms * (MAX_CANDLES - 1)) ?? days
}

export function onLookedBack(
  context: DecisionContext,
  { market, timeframe, of, candles }: Extract<Input, { type: 'looked_back' }>,
): undefined {
  const seen = context.session.priceAlerts.seen[market]
  if (seen?.gap == null || seen.gap.until !== of || candles === null) return
  const { gap } = seen
  setSeen(context, market, { ...seen, gap: null })
  const ms = TIMEFRAMES.find(({ name }) => name === timeframe)?.ms ?? 0
  const ranges = candles.map(toRange).filter(({ at }) => at <= gap.until)
  const unsure = alertsOf(context, market).filter(
    (alert) => lookBack(context, alert, { ranges, gap, ms }) === 'unsure',
  )
  if (unsure.length > 0) tellGap(context, market, gap)
}

/** A candle that began before may have been there before it was asked for: of that one nobody can say. */
function lookBack(
  context: DecisionContext,
  alert: PriceAlert,
  { ranges, gap, ms }: { ranges: readonly PriceRange[]; gap: Gap; ms: number },
): 'sure' | 'unsure' {
  const begin = beginOf(alert, gap)
  const { threshold } = alert
  const there = ranges.filter(({ at }) => at + ms > begin)
  let { state } = alert
  for (const [index, range] of there.entries()) {
    if (state === 'spent') {
      if (range.at >= begin && hasGoneBack(threshold, range)) state = 'armed'
      continue
    }
    const earlier =
      threshold.is === 'move' ? windowAt(there.slice(0, index), range.at, threshold.within) : []
    const crossed = crossing(threshold, range, earlier)
    if (crossed === null) continue
    if (range.at < begin) return 'unsure'
    fire(context, alert, crossed, { since: begin, until: gap.until })
    return 'sure'
  }
  if (threshold.is === 'move')
    setWindow(context, alert.number, [
      ...windowAt(
        there.filter(({ at }) => at >= begin),
        gap.until,
        threshold.within,
      ),
      ...(context.session.priceAlerts.windows[alert.number] ?? []),
    ])
  // An exchange may return fewer candles than it was asked for.
  const [first] = there
  return first !== undefined && first.at <= begin + ms ? 'sure' : 'unsure'
}

function windowAt(
  ranges: readonly PriceRange[],
  at: number,
  within: number,
): readonly PriceRange[] {
  return ranges.filter((range) => range.at >= at - within * 1000)
}

function toRange([start, , high, low]: Candle): PriceRange {
  return { at: start * 1000, low, high }
}

function tellGap(context: DecisionContext, market: string, gap: Gap): undefined {
  const first = Math.min(...alertsOf(context, market).map((alert) => beginOf(alert, gap)))
  const when = `between ${timeOf(first)} and ${timeOf(gap.until)}`
  const message = `${market}, ${when}: ${sentenceOf('price_alert_unseen')}`
  notice(context, { level: 'warning', code: 'price_alert_unseen', message })
}

/** From when on it is to be told of. */
function beginOf(alert: PriceAlert, gap: Gap): number {
  return Math.max(since(alert), gap.since)
}

function since({ setAt, firedAt }: PriceAlert): number {
  return Math.max(setAt, firedAt)
}

function alertsOf({ portfolio }: State, market?: string): readonly PriceAlert[] {
  const all = Object.values(portfolio.priceAlerts.all)
  return market === undefined ? all : all.filter((alert) => alert.market === market)
}

function setSeen(
  context: DecisionContext,
  market: string,
  value: PriceAlertWatch['seen'][string],
): undefined {
  setWatch(context, { seen: { ...context.session.priceAlerts.seen, [market]: value } })
}

function setWindow(
  context: DecisionContext,
  number: number,
  window: readonly PriceRange[],
): undefined {
  setWatch(context, { windows: { ...context.session.priceAlerts.windows, [number]: window } })
}

function setWatch(context: DecisionContext, change: Partial<PriceAlertWatch>): undefined {
  const { session } = context
  context.session = { ...session, priceAlerts: { ...session.priceAlerts, ...change } }
}
