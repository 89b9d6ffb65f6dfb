// Notices about the connection to the exchange: told once when it is wrong for long and once when it is right again, and an
// alarm that repeats while a position or order is open and nobody answers.
import { sentenceOf } from '../model/codes.ts'
import { timeOf } from '../model/moment.ts'
import { isWorking } from '../model/order-table.ts'
import type { Session } from '../model/session.ts'
import type { Portfolio, State } from '../model/state.ts'
import {
  beginCondition,
  endCondition,
  forgetOthers,
  setCondition,
  setWhenLasting,
  stands,
} from './conditions.ts'
import { type DecisionContext, notice } from './context.ts'
import { isYoung } from './quotes.ts'

/** Early enough to do something about it: at 2 s policy stops entries. */
const CLOCK_OFF_MS = 1_000
/** A difference that wavers about 1 s is told once. */
const CLOCK_RIGHT_MS = 500
/** Without an answer for so long, and again after each such time. */
const LOST_MS = 60_000
/** After an hour without an answer it is told less often. */
const LONG_LOST_MS = 3_600_000
const LONG_PAUSE_MS = 600_000
/** Prices that take longer are too old: no exit is decided on them. */
const SLOW_MS = 5_000
/** A price that comes at all is not older: the question for it has ended by then. */
const LATE_MS = 15_000

const DOWN = { code: 'exchange_down', about: '' } as const

/** Called at the end of each decision. */
export function watchConnection(context: DecisionContext): undefined {
  const { backoff } = context.environment.exchange
  watchBackoff(context)
  watchSkew(context)
  watchSpeed(context)
  watchHeldPrices(context)
  const lost = lostNow(context)
  const pausedUntil = backoff?.until ?? 0
  const before = context.session.connection
  if (lost === before.lost && pausedUntil === before.pausedUntil) return
  context.session = { ...context.session, connection: { pausedUntil, lost } }
}

/** Short pauses are the exchange's usual way of slowing a client down. */
function watchBackoff(context: DecisionContext): undefined {
  const { backoff, reachable } = context.environment.exchange
  const banned = { code: 'exchange_banned', about: '' } as const
  if (backoff?.why === 'banned')
    beginCondition(context, banned, { detail: `until ${timeOf(backoff.until)}` })
  // A start knows of no ban until the exchange has answered.
  else if (reachable) endCondition(context, banned)
  const isLimited = backoff?.why === 'too_many'
  setWhenLasting(context, { code: 'exchange_limited', about: '' }, isLimited ? 'so' : 'not so')
}

function watchSkew(context: DecisionContext): undefined {
  const { skewMs } = context.environment.exchange
  if (skewMs === null) return
  const condition = { code: 'clock_off', about: '' } as const
  if (Math.abs(skewMs) >= CLOCK_OFF_MS)
    beginCondition(context, condition, { detail: `${skewMs} ms from the exchange's` })
  else if (Math.abs(skewMs) <= CLOCK_RIGHT_MS) endCondition(context, condition)
}

/** The newest price of any market that is traded, by when it was asked for. */
function watchSpeed(context: DecisionContext): undefined {
  setWhenLasting(context, { code: 'exchange_slow', about: '' }, slowness(context))
}

/** Where none comes at all, or none is asked for, it is not the exchange that is slow. */
function slowness({ environment }: DecisionContext): 'so' | 'not so' | 'unknown' {
  const { now, policy, exchange } = environment
  let newest = 0
  for (const market of policy.markets) newest = Math.max(newest, exchange.quote(market)?.at ?? 0)
  const age = now - newest
  if (!exchange.reachable || exchange.backoff !== null || age > LOST_MS) return 'unknown'
  return age > SLOW_MS ? 'so' : 'not so'
}

/** Where the exchange is away, or the market is not traded, that is told. */
function watchHeldPrices(context: DecisionContext): undefined {
  const held = new Set(Object.values(context.portfolio.positions).map(({ market }) => market))
  forgetOthers(context, 'market_unpriced', held)
  for (const market of held) {
    const condition = { code: 'market_unpriced', about: market } as const
    const is = unpriced(context, market)
    // The first price is the end of it.
    if (is === 'not so') endCondition(context, condition)
    setWhenLasting(context, condition, is)
  }
}

function unpriced({ environment }: DecisionContext, market: string): 'so' | 'not so' | 'unknown' {
  const { now, exchange } = environment
  if (!exchange.reachable || exchange.backoff !== null) return 'unknown'
  if (exchange.rules(market)?.status !== 'trading') return 'unknown'
  const quote = exchange.quote(market)
  if (quote === null || !isYoung(quote, now, LATE_MS)) return 'so'
  return isYoung(quote, now, SLOW_MS) ? 'not so' : 'unknown'
}

/** Repeats the alarm while a position or an order is open. */
function lostNow(context: DecisionContext): Session['connection']['lost'] {
  const { now, exchange } = context.environment
  const { lost } = context.session.connection
  if (exchange.reachable) {
    if (stands(context, DOWN)) endCondition(context, DOWN, { detail: `since ${timeOf(now)}` })
    return lost.since === 0 ? lost : { since: 0, toldAt: 0 }
  }
  if (lost.since === 0) return { since: now, toldAt: now }
  const isStaked = isAtStake(context.portfolio)
  if (now >= lost.since + LOST_MS)
    setCondition(context, DOWN, 'so', {
      detail: `since ${timeOf(lost.since)}`,
      told: isStaked ? 'no' : 'yes',
    })
  if (!isStaked || now < alarmDue(lost)) return lost
  const message = `${sentenceOf('exchange_unreachable')} (since ${timeOf(lost.since)})`
  notice(context, { level: 'error', code: 'exchange_unreachable', message })
  return { ...lost, toldAt: now }
}

function isAtStake({ positions, orders }: Portfolio): boolean {
  return (
    Object.keys(positions).length > 0 || Object.values(orders).some(({ state }) => isWorking(state))
  )
}

function alarmDue({ since, toldAt }: Session['connection']['lost']): number {
  return toldAt + (toldAt - since < LONG_LOST_MS ? LOST_MS : LONG_PAUSE_MS)
}

/** The end of a back-off, when waiting orders are sent. Unix ms. */
export function connectionDue({ portfolio, session: { connection } }: State): readonly number[] {
  const { pausedUntil, lost } = connection
  return [
    ...(pausedUntil === 0 ? [] : [pausedUntil]),
    ...(lost.since === 0 || !isAtStake(portfolio) ? [] : [alarmDue(lost)]),
  ]
}
