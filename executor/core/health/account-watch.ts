// What happens on the account without this device: on any market, in any coin. It is looked at as a whole, and what its own
// trades do not explain is told once it has been seen twice, just the same, while no order of its own was under way.
import Big from 'big.js'
import { beginCondition, endCondition, setCondition } from '../execution/conditions.ts'
import { append, type DecisionContext, emit, notice } from '../execution/context.ts'
import { baseOf, isOfOrder } from '../execution/discrepancies.ts'
import { orOf } from '../execution/reconcile.ts'
import { setLook } from '../execution/reconcile-schedule.ts'
import { explainedAt, isUnmoved, type Moved, movedSince, restOf, signed } from '../model/account.ts'
import { ORDER_EXPLAINS_MS } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import type { Answered } from '../model/exchange.ts'
import type { AccountObservation, AccountOrder } from '../model/observation.ts'
import type { Order } from '../model/order.ts'
import { isWorking } from '../model/order-table.ts'
import type { Session } from '../model/session.ts'
import { keyRefused, keyTaken } from './key-rights.ts'

/** With the second look and its answer all of it is known within a minute. */
const EVERY_MS = 25_000
/** To the look that proves a doubt: longer than an exchange hides its newest truth. */
const AGAIN_MS = 10_000
const MARGIN_MS = 2_000
/** While little may be asked: how long a look is put off, and to the next try. With the second look it is still a minute. */
const MAX_PUT_OFF_MS = 20_000
const PUT_OFF_MS = 5_000
/** Several looks without an answer. */
const UNSEEN_MS = 180_000
/** In one notice: a report has room for a line. */
const NAMED = 5

/** Called in each decision. A paper account is nobody else's. */
export function watchAccount(context: DecisionContext): undefined {
  const { environment, session } = context
  if (environment.exchange.money === 'paper') return
  const { state, at } = session.accountWatch
  // Behind others: the answer to one that was asked at once is told by itself.
  if (state === 'open' && environment.now - at >= AGAIN_MS) tellUnseen(context)
  if (state !== 'due' || at > environment.now || putOff(context)) return
  setWatch(context, { state: 'open', at: environment.now, putOffSince: 0 })
  emit(context, { type: 'account' })
}

/**
 * It costs the most of all requests, and others wait behind it. While little may be asked it comes later: not for so long
 * that what it finds would be told after more than a minute, and not at all where something was found.
 */
function putOff(context: DecisionContext): boolean {
  const { now, exchange } = context.environment
  const { putOffSince, doubts } = context.session.accountWatch
  const since = putOffSince || now
  if (exchange.requestBudget === 'free' || Object.keys(doubts).length > 0) return false
  if (now - since >= MAX_PUT_OFF_MS) return false
  setWatch(context, { at: now + PUT_OFF_MS, putOffSince: since })
  return true
}

/** Told when the account could not be looked at for longer than a minute; an unreachable exchange has a notice of its own. */
function tellUnseen(context: DecisionContext): undefined {
  const { now, exchange } = context.environment
  const { seenAt } = context.session.accountWatch
  if (!exchange.reachable || exchange.backoff !== null) return
  if (now - seenAt >= UNSEEN_MS) beginCondition(context, { code: 'account_unseen', about: '' })
}

export function onAccount(
  context: DecisionContext,
  result: Answered<AccountObservation>,
): undefined {
  const { now } = context.environment
  watchRefusal(context, result)
  if (!result.ok) {
    tellUnseen(context)
    return setWatch(context, { state: 'due', at: now + AGAIN_MS })
  }
  setWatch(context, { seenAt: context.session.accountWatch.at })
  endCondition(context, { code: 'account_unseen', about: '' })
  const { balances, borrowed, open, unread } = result.value
  setCondition(context, UNREAD, unread > 0 ? 'so' : 'not so', { detail: String(unread) })
  const owed = Object.entries(borrowed).map(([coin, amount]) => `${amount} ${coin}`)
  const detail = owed.slice(0, NAMED).join(', ')
  setCondition(context, BORROWED, owed.length > 0 ? 'so' : 'not so', { detail })
  tellOrders(context, open)
  const seen = seenOf(context, open)
  if (context.portfolio.account.since === 0) begin(context, balances, seen)
  else judge(context, balances, seen)
  const isDoubtful = Object.keys(context.session.accountWatch.doubts).length > 0
  setWatch(context, { state: 'due', at: now + (isDoubtful ? AGAIN_MS : EVERY_MS) })
}

/** Whoever ordered it: one of our own whose row is of a new form looks as if it were moving for ever. */
const UNREAD = { code: 'orders_unread', about: '' } as const
const BORROWED = { code: 'coins_borrowed', about: '' } as const

/** A key that is no longer taken is seen here first: its IP list, most often, after the device has got another address. */
function watchRefusal(context: DecisionContext, result: Answered<AccountObservation>): undefined {
  const isRefused = !result.ok && result.code === 'exchange_key_refused'
  const refused = isRefused ? context.session.accountWatch.refused + 1 : 0
  // No answer says nothing about the key.
  if (result.ok || isRefused) setWatch(context, { refused })
  if (result.ok) keyTaken(context)
  else if (refused === REFUSED_TIMES) keyRefused(context, result.message)
}

/** A single refusal may be a fault of the exchange. */
const REFUSED_TIMES = 2

/** On a market of the policy the comparison tells it, which knows every number that an order of ours may have. */
function tellOrders(context: DecisionContext, open: readonly AccountOrder[]): undefined {
  const strangers = open.filter(({ order, told }) => order === null && told === 'no')
  const { reconciliations } = context.session
  for (const { market } of strangers) if (market in reconciliations) lookSoon(context, market)
  const news = strangers.filter(({ market }) => !(market in reconciliations))
  if (news.length === 0) return
  for (const { market, exchangeId } of news)
    append(context, { type: 'unexpected', market, exchangeId, as: 'open' })
  const named = news.slice(0, NAMED).map(({ market, exchangeId }) => `${market} ${exchangeId}`)
  const more = news.length > NAMED ? ` and ${news.length - NAMED} more` : ''
  tell(context, 'error', 'unexpected_activity', `${named.join(', ')}${more}`)
}

interface Seen {
  /** Coins of markets where an order of ours may be filling, or is not yet listed as the journal has it. */
  readonly busyCoins: ReadonlySet<string>
  /** Orders that have been so for ten minutes: they hold nothing back any more. */
  readonly endless: readonly Order[]
}

function seenOf(context: DecisionContext, open: readonly AccountOrder[]): Seen {
  const { now } = context.environment
  const listed = new Map(open.map((one) => [one.order, one.filled]))
  const orders = Object.values(context.portfolio.orders).filter(
    (order) => isWorking(order.state) && !isAtRest(order, listed.get(order.clientOrderId)),
  )
  const before = context.session.accountWatch.unsettled
  const { wokeAt } = context.session
  const since = (id: string) => Math.max(before[id] ?? now, wokeAt)
  setWatch(context, {
    unsettled: Object.fromEntries(orders.map(({ clientOrderId: id }) => [id, since(id)])),
  })
  const isEndless = ({ clientOrderId }: Order) => now - since(clientOrderId) >= ORDER_EXPLAINS_MS
  const recent = orders.filter((order) => !isEndless(order))
  return { busyCoins: coinsOfOrders(recent), endless: orders.filter(isEndless) }
}

function coinsOfOrders(orders: readonly Order[]): ReadonlySet<string> {
  return new Set(orders.flatMap(({ intent }) => intent.market.split('/')))
}

function isAtRest({ state, filled }: Order, seen: string | undefined): boolean {
  const rests = state === 'accepted' || state === 'partially_filled'
  return rests && seen !== undefined && new Big(seen).eq(filled)
}

type Balances = AccountObservation['balances']

/** Before the first start nothing was ours: what is there, twice the same, is where it begins. */
function begin(context: DecisionContext, balances: Balances, { busyCoins }: Seen): undefined {
  const { account } = context.portfolio
  const coins = coinsOf(context, balances)
  const rest = Object.fromEntries(
    coins.map((coin) => [coin, restOf(account, coin, balances[coin] ?? '0').toFixed()]),
  )
  const whole = JSON.stringify(rest)
  if (busyCoins.size > 0) return setWatch(context, { doubts: { [WHOLE]: doubt(context, '') } })
  const before = context.session.accountWatch.doubts[WHOLE]
  if (before?.rest !== whole || !isProved(context, before.since)) {
    const since = before?.rest === whole ? before : doubt(context, whole)
    return setWatch(context, { doubts: { [WHOLE]: since } })
  }
  append(context, { type: 'account_seen', rest })
  setWatch(context, { doubts: {} })
}

/** No coin's name. */
const WHOLE = ''

function judge(context: DecisionContext, balances: Balances, seen: Seen): undefined {
  const { account } = context.portfolio
  const before = context.session.accountWatch.doubts
  const doubts: Record<string, { rest: string; since: number }> = {}
  for (const coin of coinsOf(context, balances)) {
    const rest = restOf(account, coin, balances[coin] ?? '0')
    if (mayBeOurs(seen.busyCoins, coin, movedSince(account, coin, rest))) {
      // Nothing is concluded from this look, neither that it stands nor that it does not.
      const known = before[coin]
      if (known !== undefined) doubts[coin] = known
    } else if (!isUnmoved(account, coin, rest)) {
      const known = before[coin]
      const isSame = known !== undefined && rest.eq(known.rest)
      doubts[coin] = isSame ? known : doubt(context, rest.toFixed())
    }
  }
  setWatch(context, { doubts })
  if (isCompared(context)) settle(context, seen)
}

/** A fee may be taken in any coin, and is known with its trade. */
function mayBeOurs(busyCoins: Seen['busyCoins'], coin: string, moved: Big): boolean {
  return busyCoins.has(coin) || (busyCoins.size > 0 && moved.lt(0))
}

/** What has stood long enough is told, all of it together. */
function settle(context: DecisionContext, { busyCoins, endless }: Seen): undefined {
  const { account } = context.portfolio
  const { doubts } = context.session.accountWatch
  const { now } = context.environment
  const rest: Record<string, string> = {}
  const moved: Record<string, string> = {}
  for (const [coin, known] of Object.entries(doubts)) {
    const by = movedSince(account, coin, new Big(known.rest))
    if (!isProved(context, known.since) || mayBeOurs(busyCoins, coin, by)) continue
    rest[coin] = known.rest
    const unexplained = by.minus(explainedAt(account, coin, now))
    if (unexplained.abs().gt(TOLD_WITH)) moved[coin] = unexplained.toFixed()
  }
  if (Object.keys(rest).length === 0) return
  const isMoved = Object.keys(moved).length > 0
  append(context, { type: 'account_seen', rest, ...(isMoved && { moved }) })
  setWatch(context, {
    doubts: Object.fromEntries(Object.entries(doubts).filter(([coin]) => !(coin in rest))),
  })
  if (isMoved) tellMoved(context, moved, endless)
}

/** What a trade of somebody else that was told may differ by from what it did. */
const TOLD_WITH = new Big('0.00000001')

/** A trade on a market of the policy is told with its number; until its market was looked at nothing is said of its coins. */
function isCompared(context: DecisionContext): boolean {
  const { doubts } = context.session.accountWatch
  const open = Object.entries(context.session.reconciliations).filter(([market, look]) => {
    const known = doubts[baseOf(market)]
    if (known === undefined) return false
    const { viewLagMs } = context.environment.exchange
    return look.answered < known.since + viewLagMs || look.doubts.some(isOfOrder)
  })
  for (const [market] of open) lookSoon(context, market)
  return open.length === 0
}

function lookSoon(context: DecisionContext, market: string): undefined {
  const look = context.session.reconciliations[market]
  const { now } = context.environment
  // While there are doubts the next look is scheduled already, at the time that confirms them.
  if (look?.state === 'due' && look.doubts.length === 0)
    setLook(context, market, { at: Math.min(look.at, now) })
}

function isProved({ environment }: DecisionContext, since: number): boolean {
  const { now, exchange } = environment
  return now >= since + Math.max(AGAIN_MS, exchange.viewLagMs + MARGIN_MS)
}

function doubt({ environment }: DecisionContext, rest: string) {
  return { rest, since: environment.now }
}

function coinsOf({ portfolio: { account } }: DecisionContext, balances: Balances): string[] {
  const all = [account.flows, account.rest, balances].flatMap((record) => Object.keys(record))
  return [...new Set(all)].sort()
}

function tellMoved(context: DecisionContext, moved: Moved, endless: readonly Order[]): undefined {
  const went = Object.values(moved).filter((by) => by.startsWith('-')).length
  const came = Object.keys(moved).length - went
  const level = went === 0 ? 'warning' : 'error'
  const theirs = endless.filter((order) =>
    Object.entries(moved).some(([coin, by]) =>
      mayBeOurs(coinsOfOrders([order]), coin, new Big(by)),
    ),
  )
  const doubt = orOf(theirs.map(({ clientOrderId }) => clientOrderId))
  const looks = `${signed(moved, NAMED)}: ${looksLike(came, went)}`
  tell(context, level, 'unexpected_balance', `${looks}${doubt}`)
}

function looksLike(came: number, went: number): string {
  if (went === 0) return 'as by a deposit, or a transfer from another wallet'
  if (came === 0) return 'as by a withdrawal, or a transfer to another wallet'
  return went > 1 && came === 1
    ? 'as by small coins that were converted, or a trade'
    : 'as by a trade, or a conversion'
}

function tell(
  context: DecisionContext,
  level: 'warning' | 'error',
  code: 'unexpected_activity' | 'unexpected_balance',
  detail: string,
): undefined {
  notice(context, { level, code, message: `${sentenceOf(code)} (${detail})` })
}

function setWatch(context: DecisionContext, change: Partial<Session['accountWatch']>): undefined {
  const { accountWatch } = context.session
  context.session = { ...context.session, accountWatch: { ...accountWatch, ...change } }
}
