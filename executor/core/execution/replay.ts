// Signals that were missed while something is held: asked for again, and the exits among them made up for. Tokens of a
// replay make no order by themselves: they have to chain unbroken from what is here to what a live head says.
import { streamName, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { holds, streamOf } from '../model/apply-stream.ts'
import { kept } from '../model/backoff.ts'
import type { Position } from '../model/position.ts'
import { type Missed, providerOf } from '../model/provider.ts'
import type { MissedExit, Replay, Session, StreamHead } from '../model/session.ts'
import { HEAD_LIFE_MS } from '../risk/rules/timing.ts'
import { CLOSE_SENTENCES, isExiting, isSelling, startClosing } from './close-position.ts'
import { append, type DecisionContext, emit } from './context.ts'
import type { Input, SignedSignal } from './inputs.ts'
import { moveStops } from './moved-stops.ts'
import { isRevoked } from './providers.ts'
import { seedOf } from './receive-signal.ts'
import { offlineMs } from './silence.ts'
import { supersedeEntries } from './trading-state.ts'

/** Asked again after 2 s, then after twice that, up to half a minute; after twenty times in vain every ten minutes. */
const FIRST_PAUSE_MS = 2_000
const MAX_PAUSE_MS = 30_000
const MANY = 20
const LONG_PAUSE_MS = 600_000
/** More is not made up for: it stays a gap, which counts as silence. */
const MAX_MISSED = 1_000

/** Called in each decision. */
export function watchReplays(context: DecisionContext): undefined {
  const { streams } = context.portfolio
  const replays = kept(context.session.replays, (name) => streams[name]?.missed != null)
  if (replays !== context.session.replays) context.session = { ...context.session, replays }
  for (const [name, { missed }] of Object.entries(streams))
    if (missed !== null) watchGap(context, name, missed)
}

function watchGap(context: DecisionContext, name: string, missed: Missed): undefined {
  const { portfolio } = context
  if (!holds(portfolio, name)) return close(context, name, lastOf(missed), 'nothing_held')
  const replay = context.session.replays[name] ?? begun(context, missed)
  // While a sale was waited for, more may have gone missing.
  if (replay.state === 'whole' && replay.seq >= lastOf(missed))
    return settle(context, name, replay, missed)
  const head = liveHead(context, name)
  const { now } = context.environment
  const isAskable = head !== null && head.seq >= lastOf(missed) && canBeMadeUp(missed)
  if (!isAskable || now < replay.at) return setReplay(context, name, replay)
  // What brought nothing further may have gone on from tokens of another: then it is asked for from the beginning.
  const from = replay.asked > 0 ? fromStart(replay, missed) : replay
  const asked = replay.asked + 1
  setReplay(context, name, { ...from, state: 'asking', asked, at: now + pauseAfter(asked) })
  const [provider = '', stream = ''] = name.split('/')
  emit(context, { type: 'ask_replay', provider, plan: head.plan, stream, after: from.seq })
}

function fromStart(replay: Replay, { after: seq, hash }: Missed): Replay {
  return { ...replay, seq, hash, exits: [] }
}

function begun(context: DecisionContext, { after: seq, hash }: Missed): Replay {
  const { now } = context.environment
  const offline = offlineMs(context.session, now)
  return { seq, hash, exits: [], state: 'asking', asked: 0, at: now, offlineMs: offline }
}

function pauseAfter(asked: number): number {
  if (asked > MANY) return LONG_PAUSE_MS
  return Math.min(FIRST_PAUSE_MS * 2 ** (asked - 1), MAX_PAUSE_MS)
}

function canBeMadeUp(missed: Missed): boolean {
  return lastOf(missed) - missed.after <= MAX_MISSED
}

function lastOf({ after, ranges }: Missed): number {
  return ranges.at(-1)?.[1] ?? after
}

/** Unix ms: what was not answered is asked for again. */
export function replaysDue({ replays, lastDecisionAt }: Session): readonly number[] {
  return Object.values(replays).flatMap(({ at }) => (at > lastDecisionAt ? [at] : []))
}

/** Late, repeated or forged: tokens that do not chain from our last signal to a live head change nothing. */
export function onReplayed(
  context: DecisionContext,
  { provider, stream, signals }: Extract<Input, { type: 'replayed' }>,
): undefined {
  const name = streamName(provider, stream)
  const missed = context.portfolio.streams[name]?.missed ?? null
  const head = liveHead(context, name)
  if (missed === null || head === null || head.seq < lastOf(missed)) return
  const before = context.session.replays[name] ?? begun(context, missed)
  const start = fromStart(before, missed)
  const further = followChain(before, signals, { stream, head })
  // Where what came before was another's, the genuine tokens chain from the beginning.
  const after = further === before ? followChain(start, signals, { stream, head }) : further
  if (after === before || after === start || before.state === 'whole') return
  // A chain that does not end in what the head says was never ours.
  if (after.seq === head.seq && after.hash !== head.hash) return setReplay(context, name, start)
  const state = after.seq === head.seq ? 'whole' : 'asking'
  setReplay(context, name, { ...after, state, asked: 0, at: context.environment.now })
}

/**
 * As far as they chain, and no further than the head; the same where they do not. An entry that sells is a way out too,
 * and so is a stop that moved up.
 */
function followChain(
  from: Replay,
  signals: readonly SignedSignal[],
  about: { readonly stream: string; readonly head: StreamHead },
): Replay {
  let { seq, hash } = from
  const exits = [...from.exits]
  for (const { kid, claims, hash: next } of signals) {
    const isNext = claims.sub === about.stream && claims.seq === seq + 1 && claims.prev === hash
    if (!isNext || claims.seq > about.head.seq) continue
    seq = claims.seq
    hash = next
    if (claims.kind === 'exit' || claims.side === 'sell') exits.push({ kid, claims })
  }
  return seq === from.seq ? from : { ...from, seq, hash, exits }
}

/** Of what was missed, and signed by a key that counts. What came between was followed, or is on its way. */
function isOwed(
  { portfolio }: DecisionContext,
  name: string,
  missed: Missed,
  { kid, claims: { seq, iat } }: MissedExit,
): boolean {
  const isMissed = missed.ranges.some(([first, last]) => first <= seq && seq <= last)
  const counts = iat >= streamOf(portfolio, name).floor
  return isMissed && counts && !isRevoked(portfolio, providerOf(name), kid)
}

/** Of a sale that is under way nobody knows yet what it leaves: until then it waits. */
function settle(context: DecisionContext, name: string, replay: Replay, missed: Missed): undefined {
  const positions = Object.entries(context.portfolio.positions).filter(
    ([, { stream }]) => stream === name,
  )
  if (positions.some(([key]) => isExiting(context, key))) return
  const waysOut = replay.exits.filter((exit) => isOwed(context, name, missed, exit))
  const exits = waysOut.filter(({ claims }) => claims.kind !== 'stop')
  close(context, name, lastOf(missed), 'replayed')
  for (const { claims } of exits) supersedeEntries(context, { stream: name, since: claims.seq })
  for (const [key, position] of positions) {
    const owed = exits.filter(
      ({ claims }) => claims.market === position.signalMarket && claims.seq > position.seq,
    )
    makeUp(context, key, position, owed)
  }
  for (const { claims } of waysOut) if (claims.kind === 'stop') moveStops(context, name, claims)
}

/** All of it is sold until it is; of a part there is one order, as of the signal. */
function makeUp(
  context: DecisionContext,
  key: string,
  position: Position,
  owed: readonly MissedExit[],
): undefined {
  const last = owed.at(-1)
  if (last === undefined || position.closing !== null) return
  const atMarket = owed.filter(({ claims }) => isPercentAtMarket(claims))
  const left = atMarket.reduce(
    (rest, { claims }) => rest.times(new Big(100).minus(percentOf(claims))).div(100),
    new Big(1),
  )
  if (left.lte(0)) {
    if (!isSelling(context, key)) startClosing(context, key, 'head')
    return
  }
  const sold = new Big(100).minus(left.times(100)).round(12, Big.roundDown)
  const lastAtMarket = atMarket.at(-1)
  if (lastAtMarket !== undefined && sold.gt(0))
    order(context, position, lastAtMarket, { unit: 'percent', value: toDecimal(sold) })
  for (const exit of owed)
    if (!atMarket.includes(exit)) order(context, position, exit, exit.claims.size)
}

function isPercentAtMarket({ kind, type, size }: SignedSignal['claims']): boolean {
  return kind === 'entry' || (type === 'market' && size.unit === 'percent')
}

function percentOf({ kind, size }: SignedSignal['claims']): Big {
  return new Big(kind === 'entry' ? 100 : size.value)
}

function order(
  context: DecisionContext,
  { stream, market }: Position,
  { kid, claims }: MissedExit,
  size: SignedSignal['claims']['size'],
): undefined {
  const reason = `${CLOSE_SENTENCES.head}: ${claims.reason}`
  const kind = claims.kind === 'entry' ? 'entry' : 'exit'
  const seed = seedOf(context, { stream, kid, claims: { ...claims, size, reason }, kind }, market)
  if (context.portfolio.orders[seed.clientOrderId] === undefined)
    append(context, { type: 'ordered', order: seed })
}

function close(
  context: DecisionContext,
  stream: string,
  seq: number,
  why: 'replayed' | 'nothing_held',
): undefined {
  append(context, { type: 'gap_closed', stream, seq, why })
  const replays = kept(context.session.replays, (name) => name !== stream)
  context.session = { ...context.session, replays }
}

function setReplay(context: DecisionContext, name: string, replay: Replay): undefined {
  if (context.session.replays[name] === replay) return
  const replays = { ...context.session.replays, [name]: replay }
  context.session = { ...context.session, replays }
}

function liveHead({ session, environment }: DecisionContext, name: string): StreamHead | null {
  const seen = session.heads[name]
  return seen !== undefined && environment.now - seen.at <= HEAD_LIFE_MS ? seen.head : null
}
