// Holds the journal against the exchange at the start and every minute, and tells what is seen wrong twice.

import type { Decimal } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import { atLeast, minus } from '../model/decimals.ts'
import type { Comparison, Look, Sighting } from '../model/observation.ts'
import { marketsOf } from '../model/positions.ts'
import { ask, notice, record, type Turn } from './context.ts'
import { baseOf, type Judgement, judge, shareOut } from './discrepancies.ts'
import type { Input } from './inputs.ts'
import { pauseAfterSilence, pauseBefore, setLook, shortIn } from './reconcile-schedule.ts'

/** How long an entry may wait for the first answer after a start: thirty markets take the slow line so long. */
export const FIRST_ANSWER_MS = 10_000
/** Numbers in one notice: a report has room for a line. */
const NAMED = 5

/** At a start: nothing is known of any market. */
export function beginLooks(turn: Turn): undefined {
  turn.live = { ...turn.live, looks: {}, started: turn.world.now }
  addLooks(turn)
}

/** A policy that comes into force meanwhile may bring markets. */
function addLooks(turn: Turn): undefined {
  const { now, policy } = turn.world
  const { looks } = turn.live
  const added = marketsOf(turn.book, policy.markets).filter((market) => looks[market] === undefined)
  if (added.length === 0) return
  const first: Look = {
    state: 'due',
    at: now,
    found: 'awaited',
    since: null,
    refusedAt: 0,
    short: '0',
    shortSince: 0,
    doubts: [],
  }
  const all = added.map((market) => [market, first] as const)
  turn.live = { ...turn.live, looks: { ...looks, ...Object.fromEntries(all) } }
}

/** Called at the end of each turn. */
export function lookAround(turn: Turn): undefined {
  const { now } = turn.world
  if (turn.live.started > 0) addLooks(turn)
  const due: { market: string; since: number | null }[] = []
  for (const [market, look] of Object.entries(turn.live.looks)) {
    const late = look.found === 'awaited' && now >= turn.live.started + FIRST_ANSWER_MS
    if (late) setLook(turn, market, { found: 'overdue' })
    if (look.state === 'open' || look.at > now) continue
    setLook(turn, market, { state: 'open', at: now })
    due.push({ market, since: look.since })
  }
  if (due.length === 0) return
  const waiting = waitedFor(turn)
  const first = due.filter(({ market }) => waiting.has(market))
  const others = due.filter(({ market }) => !waiting.has(market))
  const exchangeTime = now + (turn.world.exchange.skewMs ?? 0)
  ask(turn, { type: 'compare', markets: [...first, ...others], exchangeTime })
}

/** Markets where an entry cannot go on before they are compared. */
function waitedFor({ book }: Turn): ReadonlySet<string> {
  const entries = Object.values(book.orders).filter(
    ({ kind, state }) => kind === 'entry' && (state === 'received' || state === 'approved'),
  )
  return new Set(entries.map(({ idea }) => idea.market))
}

export function comparison({ book, live }: Turn, market: string): Comparison {
  const closed = book.closed[market]
  if (closed !== undefined) return closed
  return live.looks[market]?.found === 'agrees' ? 'agrees' : 'not_yet'
}

export function onCompared(
  turn: Turn,
  { market, result }: Extract<Input, { type: 'compared' }>,
): undefined {
  const look = turn.live.looks[market]
  if (look === undefined) return
  const { now } = turn.world
  if (!result.ok) {
    const at = now + pauseAfterSilence(look)
    return setLook(turn, market, { state: 'due', at })
  }
  const judged = judge(turn.book, market, result.value)
  const doubts = doubtsOf(judged)
  const proved = doubts.filter((doubt) => look.doubts.includes(doubt))
  const open = doubts.filter((doubt) => !proved.includes(doubt))
  tellStrangers(turn, market, judged.strangers.filter(isIn(proved)))
  closeForReappeared(turn, market, judged.reappeared.filter(isIn(proved)))
  // While an order moves, coins that a sale was refused for are not counted yet.
  const isCounted = look.refusedAt > 0 && look.at >= look.refusedAt && judged.coins !== 'moving'
  if (isCounted) setLook(turn, market, { refusedAt: 0 })
  const isSeenTwice = proved.includes(shortOf(judged))
  judgeCoins(turn, market, judged, isCounted ? 'refusal' : isSeenTwice ? 'looks' : 'none')
  const found = foundNow(look, judged, open)
  const isWhole = open.length === 0 && judged.nameless === 'none'
  const settled = isWhole && found === 'agrees' ? 'settled' : 'open'
  setLook(turn, market, {
    state: 'due',
    at: now + pauseBefore(turn, market, settled),
    found,
    since: isWhole ? result.value.next : look.since,
    doubts: open,
  })
}

function doubtsOf({ strangers, reappeared, coins, held }: Judgement): readonly string[] {
  const ids = [...strangers, ...reappeared].map(({ exchangeId }) => exchangeId)
  return coins === 'short' ? [...ids, shortOf({ held })] : ids
}

/** With the amount: when a position changed between the looks, nothing is proved. */
function shortOf({ held }: Pick<Judgement, 'held'>): string {
  return `short of ${held}`
}

function isIn(proved: readonly string[]): (sighting: Sighting) => boolean {
  return ({ exchangeId }) => proved.includes(exchangeId)
}

function foundNow(look: Look, judged: Judgement, open: readonly string[]): Look['found'] {
  if (judged.coins === 'moving') return look.found
  const grave = judged.reappeared.some(isIn(open)) || judged.coins === 'short'
  return grave ? 'doubt' : 'agrees'
}

function tellStrangers(turn: Turn, market: string, strangers: readonly Sighting[]): undefined {
  if (strangers.length === 0) return
  for (const { exchangeId, as } of strangers)
    record(turn, { type: 'unexpected', market, exchangeId, as })
  const named = strangers.slice(0, NAMED).map(({ exchangeId }) => exchangeId)
  const more = strangers.length > NAMED ? ` and ${strangers.length - NAMED} more` : ''
  tell(turn, 'unexpected_activity', `${market}, number ${named.join(', ')}${more}`)
}

function closeForReappeared(turn: Turn, market: string, back: readonly Sighting[]): undefined {
  for (const { order, exchangeId, as } of back) {
    if (order === null) continue
    record(turn, { type: 'reappeared', clientOrderId: order, market, exchangeId, as })
    tell(turn, 'order_reappeared', `${market}, ${order}, number ${exchangeId}`)
  }
}

// Coins that the positions say and the exchange does not have: told once, and not counted on until they are back.
/** `proof`: seen in two looks, or in one that followed a sale which was refused for want of coins. */
export function judgeCoins(
  turn: Turn,
  market: string,
  { coins, held, there }: Judgement,
  proof: 'none' | 'looks' | 'refusal',
): undefined {
  if (coins === 'moving') return
  if (coins === 'there') return allThere(turn, market)
  const look = turn.live.looks[market]
  const short = minus(held, there)
  const before = look?.short ?? '0'
  setLook(turn, market, { short })
  const wasShort = shortIn(turn.book.positions, baseOf(market)).length > 0
  // Of two looks the one that saw more coins is believed.
  const sure = proof === 'looks' && atLeast(short, before) ? before : short
  if (proof !== 'none' || wasShort) setMissing(turn, market, sure, proof)
  const closed = turn.book.closed[market]
  if (proof === 'none' || closed === 'drift' || (closed === 'reappeared' && wasShort)) return
  record(turn, { type: 'drifted', market, held, there })
  tell(turn, 'position_drift', `${market}: positions ${held}, there ${there}`)
}

function allThere(turn: Turn, market: string): undefined {
  setLook(turn, market, { short: '0' })
  setMissing(turn, market, '0', 'looks')
  if (turn.book.closed[market] !== 'drift') return
  record(turn, { type: 'agreed', market })
  const message = `${sentenceOf('drift_over')} (${market})`
  notice(turn, { level: 'info', code: 'drift_over', message })
}

/** What comes back is believed at once: a sale of too much would be refused, and the look behind it is another proof. */
function setMissing(
  turn: Turn,
  market: string,
  short: Decimal,
  proof: 'none' | 'looks' | 'refusal',
): undefined {
  const { book, live, world } = turn
  const base = baseOf(market)
  const shares = shareOut(book, base, short, (one) => world.exchange.rules(one)?.step)
  const changed = Object.entries(shares).filter(([key, missing]) => {
    const before = book.positions[key]?.missing ?? '0'
    return missing !== before && (proof !== 'none' || atLeast(before, missing))
  })
  const { shortSince = 0 } = live.looks[market] ?? {}
  setLook(turn, market, { shortSince: short === '0' ? 0 : shortSince || world.now })
  if (changed.length === 0) return
  record(turn, { type: 'missing', market, positions: Object.fromEntries(changed) })
}

export function tell(
  turn: Turn,
  code: 'unexpected_activity' | 'order_reappeared' | 'position_drift',
  details: string,
): undefined {
  notice(turn, { level: 'error', code, message: `${sentenceOf(code)} (${details})` })
}
