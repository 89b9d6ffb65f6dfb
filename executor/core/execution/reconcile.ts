// Compares the journal with the exchange at the start and every minute, and reports discrepancies that were seen twice.

import type { Decimal } from '@keyside/protocol'
import { ORDER_EXPLAINS_MS } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import { atLeast } from '../model/decimals.ts'
import type { Comparison, ObservedOrder, Reconciliation } from '../model/observation.ts'
import { marketsOf } from '../model/positions.ts'
import { EMPTY_SESSION } from '../model/session.ts'
import { append, type DecisionContext, emit, notice } from './context.ts'
import {
  allocateMissing,
  baseOf,
  type Discrepancies,
  findDiscrepancies,
  isNameless,
  missingCoinsOf,
} from './discrepancies.ts'
import type { Input } from './inputs.ts'
import { pauseAfterSilence, pauseBefore, positionsMissing, setLook } from './reconcile-schedule.ts'

/** How long an entry may wait for the first answer after a start: thirty markets take that long over a slow connection. */
export const FIRST_ANSWER_MS = 10_000
/** Numbers in one notice: a report has room for a line. */
const NAMED = 5

/** At a start: no market has been compared yet. */
export function beginReconciling(context: DecisionContext): undefined {
  const { now } = context.environment
  context.session = {
    ...context.session,
    reconciliations: {},
    started: now,
    accountWatch: { ...EMPTY_SESSION.accountWatch, state: 'due', at: now, seenAt: now },
  }
  addLooks(context)
}

/** A policy that comes into force meanwhile may bring markets. */
function addLooks(context: DecisionContext): undefined {
  const { now, policy } = context.environment
  const { reconciliations } = context.session
  const added = marketsOf(
    context.portfolio,
    policy.markets,
    (market) => !(market in reconciliations),
  )
  if (added.length === 0) return
  const first: Reconciliation = {
    state: 'due',
    at: now,
    found: 'awaited',
    since: null,
    refusedAt: 0,
    missing: '0',
    missingSince: 0,
    answered: 0,
    doubts: [],
  }
  const all = added.map((market) => [market, first] as const)
  context.session = {
    ...context.session,
    reconciliations: { ...reconciliations, ...Object.fromEntries(all) },
  }
}

/** Called at the end of each decision. */
export function reconcileDue(context: DecisionContext): undefined {
  const { now } = context.environment
  if (context.session.started > 0) addLooks(context)
  const due: { market: string; since: number | null }[] = []
  for (const [market, look] of Object.entries(context.session.reconciliations)) {
    const late = look.found === 'awaited' && now >= context.session.started + FIRST_ANSWER_MS
    if (late) setLook(context, market, { found: 'overdue' })
    if (look.state === 'open' || look.at > now) continue
    setLook(context, market, { state: 'open', at: now })
    due.push({ market, since: look.since })
  }
  if (due.length === 0) return
  const waiting = waitedFor(context)
  const first = due.filter(({ market }) => waiting.has(market))
  const others = due.filter(({ market }) => !waiting.has(market))
  const exchangeTime = now + (context.environment.exchange.skewMs ?? 0)
  emit(context, { type: 'compare', markets: [...first, ...others], exchangeTime })
}

/** Markets where an entry cannot go on before they are compared. */
function waitedFor({ portfolio }: DecisionContext): ReadonlySet<string> {
  const entries = Object.values(portfolio.orders).filter(
    ({ kind, state }) => kind === 'entry' && (state === 'received' || state === 'approved'),
  )
  return new Set(entries.map(({ intent }) => intent.market))
}

export function comparison({ portfolio, session }: DecisionContext, market: string): Comparison {
  const closed = portfolio.closedMarkets[market]
  if (closed !== undefined) return closed
  return session.reconciliations[market]?.found === 'agrees' ? 'agrees' : 'not_yet'
}

export function onCompared(
  context: DecisionContext,
  { market, result }: Extract<Input, { type: 'compared' }>,
): undefined {
  const look = context.session.reconciliations[market]
  if (look === undefined) return
  const { now } = context.environment
  if (!result.ok) {
    const at = now + pauseAfterSilence(context, market)
    return setLook(context, market, { state: 'due', at })
  }
  const judged = findDiscrepancies(context.portfolio, market, result.value, sentSince(context))
  const doubts = doubtsOf(judged)
  const proved = doubts.filter((doubt) => look.doubts.includes(doubt))
  const open = doubts.filter((doubt) => !proved.includes(doubt))
  tellExternalOrders(context, market, judged.externalOrders.filter(isIn(proved)))
  closeForReappeared(context, market, judged.reappeared.filter(isIn(proved)))
  // While an order moves, coins that a sale was refused for are not counted yet.
  const isCounted = look.refusedAt > 0 && look.at >= look.refusedAt && judged.coins !== 'pending'
  if (isCounted) setLook(context, market, { refusedAt: 0 })
  const isSeenTwice = proved.includes(missingCoinsOf(judged))
  judgeCoins(context, market, judged, isCounted ? 'refusal' : isSeenTwice ? 'looks' : 'none')
  const found = foundNow(look, judged, open)
  const isWhole = open.length === 0 && judged.nameless === 'none'
  const settled = isWhole && found === 'agrees' ? 'settled' : 'open'
  setLook(context, market, {
    state: 'due',
    at: now + pauseBefore(context, market, settled),
    found,
    answered: look.at,
    since: isWhole ? result.value.next : look.since,
    doubts: open,
  })
}

function doubtsOf({ externalOrders, reappeared, coins, held }: Discrepancies): readonly string[] {
  const ids = [...externalOrders, ...reappeared].map(({ exchangeId }) => exchangeId)
  return coins === 'missing' ? [...ids, missingCoinsOf({ held })] : ids
}

function isIn(proved: readonly string[]): (sighting: ObservedOrder) => boolean {
  return ({ exchangeId }) => proved.includes(exchangeId)
}

function foundNow(
  look: Reconciliation,
  judged: Discrepancies,
  open: readonly string[],
): Reconciliation['found'] {
  if (judged.coins === 'pending') return look.found
  const grave = judged.reappeared.some(isIn(open)) || judged.coins === 'missing'
  return grave ? 'doubt' : 'agrees'
}

function tellExternalOrders(
  context: DecisionContext,
  market: string,
  externalOrders: readonly ObservedOrder[],
): undefined {
  if (externalOrders.length === 0) return
  for (const { exchangeId, as, moved } of externalOrders)
    append(context, { type: 'unexpected', market, exchangeId, as, ...(moved && { moved }) })
  const named = externalOrders.slice(0, NAMED).map(({ exchangeId }) => exchangeId)
  const more = externalOrders.length > NAMED ? ` and ${externalOrders.length - NAMED} more` : ''
  const unheard = Object.values(context.portfolio.orders).filter(
    (order) => order.intent.market === market && isNameless(order),
  )
  const traded = externalOrders.some(({ as }) => as === 'trade')
  const doubt = traded ? orOf(unheard.map(({ clientOrderId }) => clientOrderId)) : ''
  tell(context, 'unexpected_activity', `${market}, number ${named.join(', ')}${more}${doubt}`)
}

/** For a notice about something that may belong to one of our own orders: says which. */
export function orOf([first, ...others]: readonly string[]): string {
  if (first === undefined) return ''
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `; or it is of an order of this device that nobody knows the end of, ${first}${more}`
}

/** Just after a start or a sleep, orders from before it count too: they may still be found. */
function sentSince({ environment: { now }, session: { started, wokeAt } }: DecisionContext) {
  return now - Math.max(started, wokeAt) < ORDER_EXPLAINS_MS ? 0 : now - ORDER_EXPLAINS_MS
}

function closeForReappeared(
  context: DecisionContext,
  market: string,
  back: readonly ObservedOrder[],
): undefined {
  for (const { order, exchangeId, as, moved } of back) {
    if (order === null) continue
    const seen = { clientOrderId: order, market, exchangeId, as, ...(moved && { moved }) }
    append(context, { type: 'reappeared', ...seen })
    tell(context, 'order_reappeared', `${market}, ${order}, number ${exchangeId}`)
  }
}

// Coins that the positions say and the exchange does not have: told once, and not counted on until they are back.
/** `proof`: seen in two looks, or in one that followed a sale which was refused for want of coins. */
function judgeCoins(
  context: DecisionContext,
  market: string,
  { coins, held, there, missing }: Discrepancies,
  proof: 'none' | 'looks' | 'refusal',
): undefined {
  if (coins === 'pending') return
  if (coins === 'present') return allThere(context, market)
  const look = context.session.reconciliations[market]
  const before = look?.missing ?? '0'
  setLook(context, market, { missing })
  const wasMissing = positionsMissing(context.portfolio.positions, baseOf(market)).length > 0
  // Of two looks the one that saw more coins is believed.
  const sure = proof === 'looks' && atLeast(missing, before) ? before : missing
  if (proof !== 'none' || wasMissing) setMissing(context, market, sure, proof)
  const closed = context.portfolio.closedMarkets[market]
  if (proof === 'none' || closed === 'drift' || (closed === 'reappeared' && wasMissing)) return
  append(context, { type: 'position_drift', market, held, there })
  tell(context, 'position_drift', `${market}: positions ${held}, there ${there}`)
}

function allThere(context: DecisionContext, market: string): undefined {
  setLook(context, market, { missing: '0' })
  setMissing(context, market, '0', 'looks')
  if (context.portfolio.closedMarkets[market] !== 'drift') return
  append(context, { type: 'drift_over', market })
  const message = `${sentenceOf('drift_over')} (${market})`
  notice(context, { level: 'info', code: 'drift_over', message })
}

/** What comes back is believed at once: a sale of too much would be refused, and the look behind it is another proof. */
function setMissing(
  context: DecisionContext,
  market: string,
  missing: Decimal,
  proof: 'none' | 'looks' | 'refusal',
): undefined {
  const { portfolio, session, environment } = context
  const base = baseOf(market)
  const shares = allocateMissing(
    portfolio,
    base,
    missing,
    (one) => environment.exchange.rules(one)?.step,
  )
  const changed = Object.entries(shares).filter(([key, lacking]) => {
    const before = portfolio.positions[key]?.missing ?? '0'
    return lacking !== before && (proof !== 'none' || atLeast(before, lacking))
  })
  const { missingSince = 0 } = session.reconciliations[market] ?? {}
  setLook(context, market, { missingSince: missing === '0' ? 0 : missingSince || environment.now })
  if (changed.length === 0) return
  append(context, { type: 'missing', market, positions: Object.fromEntries(changed) })
}

function tell(
  context: DecisionContext,
  code: 'unexpected_activity' | 'order_reappeared' | 'position_drift',
  details: string,
): undefined {
  notice(context, { level: 'error', code, message: `${sentenceOf(code)} (${details})` })
}
