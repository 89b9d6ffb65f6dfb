// No entries for a while: of everything, of one stream, or of one market. A pause ends by itself, or by `resume`; a halt
// and a limit that is used up end by neither.
import { type Answer, seconds, shownStream } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import { type Pause, pauseKey } from '../model/pauses.ts'
import type { Portfolio, State } from '../model/state.ts'
import { append, type DecisionContext, notice, report, trueTime } from './context.ts'
import { refusedAnswer } from './refusals.ts'
import { setTrading } from './trading-state.ts'

/** What a report may list. */
const MAX_ROWS = 20
/** Names in a sentence. */
const MAX_NAMES = 8

interface Asked {
  /** A stream or a market, in full or as far as it is the only one; absent for everything. */
  readonly what?: string | undefined
  /** Seconds since 1970. */
  readonly until?: number | undefined
}

export function pause(context: DecisionContext, { what, until = 0 }: Asked, by: string): Answer {
  const end = until * 1000
  if (end !== 0 && end <= (trueTime(context) ?? context.environment.now))
    return refusedAnswer('pause_past')
  if (what === undefined) return pauseAll(context, end, by)
  const found = find(context, what)
  if ('about' in found) return found
  if (context.portfolio.pauses[pauseKey(found)]?.until !== end)
    append(context, { type: 'paused', ...found, until: end, by })
  return pausesAnswer(context)
}

function pauseAll(context: DecisionContext, until: number, by: string): Answer {
  const { trading, pausedUntil } = context.portfolio
  if (trading === 'halted') return refusedAnswer('halted_at_terminal_only')
  if (trading !== 'paused' || pausedUntil !== until)
    append(context, { type: 'trading', state: 'paused', by, ...(until !== 0 && { until }) })
  if (trading !== 'paused') report(context, { type: 'state', state: 'paused', by })
  return pausesAnswer(context)
}

/** Without `what` all pauses end. */
export function resume(context: DecisionContext, { what }: Asked, by: string): Answer {
  if (context.portfolio.trading === 'halted') return refusedAnswer('halted_at_terminal_only')
  if (what === undefined) {
    for (const { of, name } of Object.values(context.portfolio.pauses))
      append(context, { type: 'resumed', of, name, by })
    setTrading(context, 'running', by)
    return pausesAnswer(context)
  }
  const found = find(context, what)
  if ('about' in found) return found
  if (context.portfolio.pauses[pauseKey(found)] === undefined) return refusedAnswer('pause_none')
  append(context, { type: 'resumed', ...found, by })
  return pausesAnswer(context)
}

type Named = Pick<Pause, 'of' | 'name'>

/** The one that the word names: in full, or a stream without its provider, or the coin of a market. */
function find(context: DecisionContext, what: string): Named | Answer {
  const word = what.toLowerCase()
  const all = nameable(context)
  const exact = all.filter(({ name }) => name.toLowerCase() === word)
  const [found, ...others] = exact.length > 0 ? exact : all.filter((one) => isShort(one, word))
  if (found === undefined) return refusedAnswer('pause_unknown', `there are ${listed(all)}`)
  if (others.length > 0)
    return refusedAnswer('pause_ambiguous', `it may be ${listed([found, ...others])}`)
  return found
}

function isShort({ of, name }: Named, word: string): boolean {
  const [first = '', second = ''] = name.toLowerCase().split('/')
  return (of === 'stream' ? second : first) === word
}

function nameable({ portfolio, environment: { policy } }: DecisionContext): readonly Named[] {
  const positions = Object.values(portfolio.positions)
  const streams = [...policy.streams.keys(), ...positions.map(({ stream }) => stream)]
  const markets = [
    ...policy.markets,
    ...[...policy.streams.values()].flatMap((stream) => stream.markets),
    ...positions.map(({ market }) => market),
  ]
  const named = [
    ...streams.map((name) => ({ of: 'stream', name }) as const),
    ...markets.map((name) => ({ of: 'market', name }) as const),
    ...Object.values(portfolio.pauses).map(({ of, name }) => ({ of, name })),
  ]
  return [...new Map(named.map((one) => [pauseKey(one), one])).values()]
}

function listed(all: readonly Named[]): string {
  const names = all.map(({ of, name }) => (of === 'stream' ? shownStream(name) : name))
  const more = names.length - MAX_NAMES
  return `${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function pausesAnswer(context: DecisionContext): Answer {
  return { about: 'pauses', state: context.portfolio.trading, ...pausesNow(context.portfolio) }
}

/** Those in force. */
export function pausesNow({ trading, pausedUntil, pauses }: Portfolio) {
  const all = Object.values(pauses)
  const rows = all.slice(0, MAX_ROWS).map(({ of, name, until }) => {
    return { of, name, ...(until !== 0 && { until: seconds(until) }) }
  })
  return {
    ...(trading === 'paused' && pausedUntil !== 0 && { until: seconds(pausedUntil) }),
    pauses: rows,
    ...(all.length > MAX_ROWS && { morePauses: all.length - MAX_ROWS }),
  }
}

// A pause that is over. Nobody's clock but the exchange's ends it; a clock that is set back makes it no shorter.
const BY_TIME = 'the end of the pause'
/** Between two looks at a clock that differs from the exchange's. */
const LOOK_MS = 1_000

export function endPauses(context: DecisionContext): undefined {
  const now = trueTime(context)
  if (now === null) return
  const isOver = (until: number) => until !== 0 && until <= now
  const { trading, pausedUntil } = context.portfolio
  if (trading === 'paused' && isOver(pausedUntil)) setTrading(context, 'running', BY_TIME)
  for (const { of, name, until } of Object.values(context.portfolio.pauses)) {
    if (!isOver(until)) continue
    append(context, { type: 'resumed', of, name, by: BY_TIME })
    const message = `${of === 'stream' ? shownStream(name) : name}: ${sentenceOf('pause_over')}`
    notice(context, { level: 'info', code: 'pause_over', message })
  }
}

/** Unix ms. */
export function pausesDue({ portfolio, session }: State): readonly number[] {
  const { trading, pausedUntil, pauses } = portfolio
  const ends = Object.values(pauses).map(({ until }) => until)
  return [...ends, trading === 'paused' ? pausedUntil : 0]
    .filter((until) => until !== 0)
    .map((until) => Math.max(until, session.lastDecisionAt + LOOK_MS))
}
