// Holds the journal against the exchange at the start and every minute, and tells what is seen wrong twice.
import { sentenceOf } from '../codes.ts'
import type { Input } from '../core/inputs.ts'
import { marketsOf } from '../core/markets.ts'
import { ask, notice, record, type Turn } from '../core/turn.ts'
import { type Judgement, judge } from './judge.ts'
import type { Comparison, Look, Seen, Sighting } from './seen.ts'

const EVERY_MS = 60_000
/** To the second look, which proves a doubt: longer than an exchange hides its newest truth. */
const AGAIN_MS = 10_000
/** How long an entry may wait for the first answer after a start: thirty markets take the slow line so long. */
export const FIRST_ANSWER_MS = 10_000
/** Nothing is bought before the first answer, so one that was lost is asked for again soon. */
const FIRST_AGAIN_MS = 2_000
/** Numbers in one notice: a report has room for a line. */
const NAMED = 5

/** At a start: nothing is known of any market. */
export function beginLooks(turn: Turn): undefined {
  const { now, policy } = turn.world
  const markets = marketsOf(turn.book, policy.markets)
  const first: Look = { state: 'due', at: now, found: 'awaited', since: null, doubts: [] }
  const looks = Object.fromEntries(markets.map((market) => [market, first]))
  turn.live = { ...turn.live, looks, started: now }
}

/** Called at the end of each turn. */
export function lookAround(turn: Turn): undefined {
  const { now } = turn.world
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
  const isFirst = look.found === 'awaited' || look.found === 'overdue'
  const pause = isFirst ? FIRST_AGAIN_MS : AGAIN_MS
  if (!result.ok) return setLook(turn, market, { state: 'due', at: now + pause })
  const judged = judge(turn.book, market, result.value)
  const doubts = doubtsOf(judged)
  const proved = doubts.filter((doubt) => look.doubts.includes(doubt))
  const open = doubts.filter((doubt) => !proved.includes(doubt))
  tellStrangers(turn, market, judged.strangers.filter(isIn(proved)))
  closeForReappeared(turn, market, judged.reappeared.filter(isIn(proved)))
  judgeCoins(turn, market, { judged, seen: result.value, proved })
  const found = foundNow(look, judged, open)
  const isWhole = open.length === 0 && judged.nameless === 'none'
  const settled = isWhole && found === 'agrees'
  setLook(turn, market, {
    state: 'due',
    at: now + (settled || turn.book.closed[market] !== undefined ? EVERY_MS : AGAIN_MS),
    found,
    since: isWhole ? result.value.next : look.since,
    doubts: open,
  })
}

function doubtsOf({ strangers, reappeared, coins, held }: Judgement): readonly string[] {
  const ids = [...strangers, ...reappeared].map(({ exchangeId }) => exchangeId)
  // With the amount: when a position changed between the looks, nothing is proved.
  return coins === 'short' ? [...ids, `short of ${held}`] : ids
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

function judgeCoins(
  turn: Turn,
  market: string,
  { judged, seen, proved }: { judged: Judgement; seen: Seen; proved: readonly string[] },
): undefined {
  const { coins, held } = judged
  const closed = turn.book.closed[market]
  if (coins === 'there' && closed === 'drift') {
    record(turn, { type: 'agreed', market })
    return notice(turn, {
      level: 'info',
      code: 'drift_over',
      message: `${sentenceOf('drift_over')} (${market})`,
    })
  }
  if (coins !== 'short' || closed !== undefined || !proved.includes(`short of ${held}`)) return
  record(turn, { type: 'drifted', market, held, there: seen.there })
  tell(turn, 'position_drift', `${market}: positions ${held}, there ${seen.there}`)
}

function tell(
  turn: Turn,
  code: 'unexpected_activity' | 'order_reappeared' | 'position_drift',
  details: string,
): undefined {
  notice(turn, { level: 'error', code, message: `${sentenceOf(code)} (${details})` })
}

function setLook(turn: Turn, market: string, change: Partial<Look>): undefined {
  const look = turn.live.looks[market]
  if (look === undefined) return
  turn.live = { ...turn.live, looks: { ...turn.live.looks, [market]: { ...look, ...change } } }
}
