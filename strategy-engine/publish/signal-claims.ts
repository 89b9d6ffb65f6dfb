// From a decision to the claims of its signal. The same decision gives the same claims, byte for byte, on every engine.
import { createHash } from 'node:crypto'
import { encodeBase64url, type Signal } from '@keyside/protocol'
import { TIMEFRAMES } from '../market/candle.ts'
import type { Decision } from '../strategies/decision.ts'
import type { Strategy } from '../strategies/file/strategy.ts'

const ENTRY_LIFE = 60
const EXIT_LIFE = 600

/** The signal's position in its stream. */
export interface StreamPosition {
  readonly plan: string
  readonly seq: number
  /** Hash of the token before it. */
  readonly prev: string
}

/** `start` is when the candle opened, Unix seconds. */
export interface SignalInput {
  readonly issuer: string
  readonly strategy: Strategy
  readonly start: number
  readonly decision: Decision
}

/** Issued when the candle closed, not when this machine came to it: a late signal has less time to live, or is expired. */
export function signalClaims(input: SignalInput, { plan, seq, prev }: StreamPosition): Signal {
  const { issuer, strategy, start, decision } = input
  const iat = start + TIMEFRAMES[strategy.timeframe]
  const exp = iat + (decision.kind === 'entry' ? ENTRY_LIFE : EXIT_LIFE)
  return {
    iss: issuer,
    aud: 'executors',
    plan,
    sub: strategy.name,
    iat,
    exp,
    jti: decisionId(strategy, start, decision.kind),
    seq,
    prev,
    kind: decision.kind,
    market: strategy.market,
    side: decision.kind === 'entry' ? 'buy' : 'sell',
    size: decision.size,
    type: 'market',
    ...(decision.kind === 'entry' && {
      stopPrice: decision.stop,
      ...decision.exits,
    }),
    referencePrice: decision.ref,
    candle: { timeframe: strategy.timeframe, start },
    reason: decision.reason,
    validUntil: decision.kind === 'entry' ? iat + strategy.validFor : exp,
  }
}

/** The decision's `jti`, from stream, candle and kind alone. */
export function decisionId(
  { name, timeframe }: Pick<Strategy, 'name' | 'timeframe'>,
  start: number,
  kind: Decision['kind'],
): string {
  const hash = createHash('sha256').update(`${name}|${start}|${timeframe}|${kind}`).digest()
  return encodeBase64url(hash.subarray(0, 16))
}
