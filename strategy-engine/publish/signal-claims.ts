// From a decision to the claims of its signal. The same decision gives the same claims, byte for byte, on every engine.
import { hash } from 'node:crypto'
import type { Intent, Signal } from '@keyside/protocol'
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

/** `iat` is the close of the candle, not the time of signing: a late signal has less time to live, or is expired. */
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
    ...(decision.kind !== 'exit' && { stopPrice: decision.stop }),
    ...(decision.kind === 'entry' && decision.exits),
    referencePrice: decision.ref,
    candle: { timeframe: strategy.timeframe, start },
    reason: decision.reason,
    validUntil: decision.kind === 'entry' ? iat + strategy.validFor : exp,
  }
}

/** An intent that was checked, and the moment of its signal, Unix seconds. */
export interface IntentInput {
  readonly issuer: string
  readonly intent: Intent
  readonly at: number
}

/**
 * There is no candle behind it: executors count a stream's decisions by `candle.start`, so that is the moment of the
 * signal. The timeframe is that of the picture on a trader's card.
 */
export function signalOfIntent(
  { issuer, intent, at }: IntentInput,
  { plan, seq, prev }: StreamPosition,
): Signal {
  const { sub, jti, kind, market, size, referencePrice, reason } = intent
  const exp = at + (kind === 'entry' ? ENTRY_LIFE : EXIT_LIFE)
  return {
    iss: issuer,
    aud: 'executors',
    plan,
    sub,
    iat: at,
    exp,
    jti: intentId(sub, jti, kind),
    seq,
    prev,
    kind,
    market,
    side: kind === 'entry' ? 'buy' : 'sell',
    size,
    type: 'market',
    ...(kind === 'entry' && exitsOf(intent)),
    referencePrice,
    candle: { timeframe: '1m', start: at },
    reason,
    validUntil: kind === 'entry' ? at + (intent.validFor ?? ENTRY_LIFE) : exp,
  }
}

function exitsOf(intent: Extract<Intent, { kind: 'entry' }>) {
  const { stopPrice, takeProfits, trailingStop, breakEven, maxHold } = intent
  return {
    ...(stopPrice !== undefined && { stopPrice }),
    ...(takeProfits && { takeProfits }),
    ...(trailingStop && { trailingStop }),
    ...(breakEven !== undefined && { breakEven }),
    ...(maxHold !== undefined && { maxHold }),
  }
}

/** The `jti` of the signal that an intent asked for. */
export function intentId(stream: string, jti: string, kind: Intent['kind']): string {
  return nameOf(`${stream}|${jti}|${kind}`)
}

/** The decision's `jti`, from stream, candle and kind alone. */
export function decisionId(
  { name, timeframe }: Pick<Strategy, 'name' | 'timeframe'>,
  start: number,
  kind: Decision['kind'],
): string {
  return nameOf(`${name}|${start}|${timeframe}|${kind}`)
}

/** An alert's `jti`: in no candle is the same one said twice. */
export function alertId(
  { name, timeframe }: Pick<Strategy, 'name' | 'timeframe'>,
  start: number,
  rule: string | null,
): string {
  return nameOf(`${name}|${start}|${timeframe}|alert|${rule ?? ''}`)
}

function nameOf(text: string): string {
  return hash('sha256', text, 'buffer').toString('base64url', 0, 16)
}
