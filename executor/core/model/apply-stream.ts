// What signals and heads do to the numbers of their stream.
import { GENESIS } from '@keyside/protocol'
import type { FactOf } from './events.ts'
import type { Portfolio, Stream } from './state.ts'

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
  candles: { entry: -1, exit: -1 },
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
    ...(before.base === 'awaited' && { base: 'known', floor: event.iat }),
  })
}

export function applySignal(portfolio: Portfolio, event: FactOf<'signal'>): Portfolio {
  const before = streamOf(portfolio, event.stream)
  return withStream(portfolio, event.stream, {
    ...numbers(event, before),
    gap: event.gap,
    candles: { ...before.candles, [event.kind]: event.candle },
  })
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

/** Nothing of it is believed any more but that it was silent: number, hash and candle come from the next head. */
export function anew({ epoch, silentSince }: Stream): Stream {
  return { ...NEW_STREAM, epoch: epoch + 1, base: 'awaited', silentSince }
}
