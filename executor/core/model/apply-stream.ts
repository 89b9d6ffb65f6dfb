// What signals and heads do to the numbers of their stream.

import { GENESIS } from '@keyside/protocol'
import type { FactOf } from './events.ts'
import type { Order } from './order.ts'
import { pauseKey } from './pauses.ts'
import { mapKey, providerOf, type Stream } from './provider.ts'
import type { Portfolio } from './state.ts'

const NEW_STREAM: Stream = {
  epoch: 0,
  base: 'known',
  floor: 0,
  kid: '',
  signers: [],
  seq: 0,
  hash: GENESIS,
  iat: 0,
  gap: 'none',
  ratios: {},
  missed: null,
  candles: { entry: -1, exit: -1, stop: -1 },
  last: null,
  silentSince: 0,
}

export function streamOf(portfolio: Portfolio, name: string): Stream {
  return portfolio.streams[name] ?? NEW_STREAM
}

export function applyBaselined(portfolio: Portfolio, event: FactOf<'baselined'>): Portfolio {
  const before = streamOf(portfolio, event.stream)
  return withStream(portfolio, event.stream, {
    ...numbers(event, before),
    gap: 'none',
    last: null,
    missed: missedAfter(portfolio, event, event.seq),
    ...(before.base === 'awaited' && { base: 'known', floor: event.iat }),
  })
}

export function applySignal(portfolio: Portfolio, event: FactOf<'signal'>): Portfolio {
  const before = streamOf(portfolio, event.stream)
  return withStream(portfolio, event.stream, {
    ...numbers(event, before),
    gap: event.gap,
    last: { kind: event.kind, at: event.iat },
    missed: missedAfter(portfolio, event, event.seq - 1),
    candles: { ...before.candles, [event.kind]: event.candle },
  })
}

/** Keeps the ratio of this entry, for the next one to be compared with; an entry that is never sent leaves none. */
export function keepRatio(
  portfolio: Portfolio,
  { kind, stream, intent, mapping }: Order,
): Portfolio {
  if (kind !== 'entry' || mapping === undefined || mapping.ratio === null) return portfolio
  const key = mapKey(mapping.market, intent.market)
  const ratios = { ...streamOf(portfolio, stream).ratios, [key]: mapping.ratio }
  return withStream(portfolio, stream, { ratios })
}

/** As many rows as one replay may fill; what is missed beside them stays missed. */
const MAX_RANGES = 32

/** `last`: the highest number that is now known to be missing, if it is above ours. */
function missedAfter(
  portfolio: Portfolio,
  { stream: name, at }: { readonly stream: string; readonly at: number },
  last: number,
): Stream['missed'] {
  const stream = portfolio.streams[name]
  if (stream === undefined || stream.base === 'awaited') return null
  const { missed, seq, hash } = stream
  if (last <= seq || !owes(portfolio, name)) return missed
  const range = [seq + 1, last] as const
  if (missed === null) return { after: seq, hash, ranges: [range], since: at }
  return { ...missed, ranges: [...missed.ranges, range].slice(0, MAX_RANGES) }
}

/** An engine of one's own answers no requests: there the head alone closes a gap. */
function owes(portfolio: Portfolio, stream: string): boolean {
  return portfolio.providers[providerOf(stream)]?.keyset != null && holds(portfolio, stream)
}

/** True if the stream holds something or is about to buy. */
export function holds({ positions, orders }: Portfolio, stream: string): boolean {
  return (
    Object.values(positions).some((position) => position.stream === stream) ||
    Object.values(orders).some((order) => order.kind === 'entry' && order.stream === stream)
  )
}

type Numbered = Pick<FactOf<'baselined'>, 'seq' | 'hash' | 'iat' | 'kid'>

function numbers({ seq, hash, iat, kid }: Numbered, { signers }: Stream): Partial<Stream> {
  return { seq, hash, iat, kid, signers: signers.includes(kid) ? signers : [...signers, kid] }
}

export function withStream(portfolio: Portfolio, name: string, change: Partial<Stream>): Portfolio {
  const before = streamOf(portfolio, name)
  // An old signal must stay old.
  if (change.seq !== undefined && change.seq < before.seq)
    throw new Error(`the number of ${name} went from ${before.seq} back to ${change.seq}`)
  return { ...portfolio, streams: { ...portfolio.streams, [name]: { ...before, ...change } } }
}

/** Only the silence is kept: number, hash and candle come from the next head. */
export function anew({ epoch, silentSince }: Stream): Stream {
  return { ...NEW_STREAM, epoch: epoch + 1, base: 'awaited', silentSince }
}

// What the trader has paused.
/** The newest word counts, also where it ends sooner. */
export function applyPaused(
  portfolio: Portfolio,
  { of, name, until }: FactOf<'paused'>,
): Portfolio {
  const pause = { of, name, until }
  return { ...portfolio, pauses: { ...portfolio.pauses, [pauseKey(pause)]: pause } }
}

export function applyResumed(portfolio: Portfolio, event: FactOf<'resumed'>): Portfolio {
  const { [pauseKey(event)]: _, ...pauses } = portfolio.pauses
  return { ...portfolio, pauses }
}
