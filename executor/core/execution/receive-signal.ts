// A signal that the engine signed: is it the next, is it a new decision, and the order it becomes.
import { type Decimal, type Signal, shownStream, streamName, toDecimal } from '@keyside/protocol'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import { ceilTo, parseDecimal } from '../model/decimals.ts'
import type { NewOrder } from '../model/order.ts'
import { isWorking } from '../model/order-table.ts'
import { ordersOf } from '../model/positions.ts'
import { WIRE_END } from '../risk/plan/market-limits.ts'
import { append, type DecisionContext, notice } from './context.ts'
import { refuseInput } from './refusals.ts'
import { judgeSequence } from './sequence.ts'
import { setTrading, supersedeEntries } from './trading-state.ts'

export function onSignal(context: DecisionContext, claims: Signal, hash: string): undefined {
  const name = nameOf(claims)
  const stream = context.portfolio.streams[name] ?? null
  // One plan brings many streams: those that are not followed are none of ours.
  if (stream === null && !context.environment.policy.streams.has(name)) return
  const sequence = judgeSequence(stream, { seq: claims.seq, prev: claims.prev, hash })
  switch (sequence) {
    case 'repeat':
      return
    case 'equivocation':
      return onEquivocation(context, name, claims.seq)
    case 'sequence_jump':
      notice(context, { level: 'error', code: sequence, message: sentenceOf(sequence) })
      return refuse(context, claims, sequence)
    case 'sequence_old':
    case 'sequence_unbased':
      return refuse(context, claims, sequence)
    case 'gap':
    case 'next':
      return take(context, claims, hash, sequence)
  }
}

/** From here on the number is used up, whatever becomes of the signal. */
function take(
  context: DecisionContext,
  said: Signal,
  hash: string,
  sequence: 'next' | 'gap',
): undefined {
  const stream = nameOf(said)
  const before = context.portfolio.streams[stream]
  const gap = sequence === 'gap' ? 'open' : (before?.gap ?? 'none')
  const claims = asExit(context, said)
  const decided = claims.candle.start <= (before?.candles[claims.kind] ?? -1)
  append(context, {
    type: 'signal',
    stream,
    seq: claims.seq,
    hash,
    iat: claims.iat,
    kind: claims.kind,
    candle: Math.max(claims.candle.start, before?.candles[claims.kind] ?? -1),
    jti: claims.jti,
    gap,
  })
  if (sequence === 'gap') tellMissed(context, stream, claims.seq - (before?.seq ?? 0) - 1)
  if (decided) return refuse(context, claims, 'decision_repeated')
  if (gap === 'open' && claims.kind === 'entry') return refuse(context, claims, 'sequence_gap')
  if (claims.kind === 'exit') supersedeEntries(context, { stream, since: claims.seq })
  append(context, { type: 'ordered', order: seedOf(context, claims) })
}

/** An entry that sells is a way out for whoever holds something, or is about to. */
function asExit({ portfolio }: DecisionContext, claims: Signal): Signal {
  if (claims.kind !== 'entry' || claims.side !== 'sell') return claims
  const key = `${nameOf(claims)} ${claims.market}`
  const isBuying = ordersOf(portfolio, key).some(
    ({ kind, state }) => kind === 'entry' && isWorking(state),
  )
  if (portfolio.positions[key] === undefined && !isBuying) return claims
  const { limitPrice: _, ...rest } = claims
  return { ...rest, kind: 'exit', type: 'market', size: { unit: 'percent', value: '100' } }
}

function seedOf(context: DecisionContext, claims: Signal): NewOrder {
  const {
    kind,
    market,
    side,
    size,
    type,
    limitPrice,
    stopPrice,
    takeProfits,
    trailingStop,
    breakEven,
    maxHold,
  } = claims
  return {
    clientOrderId: context.environment.clientOrderId(decisionOf(claims), kind),
    stream: nameOf(claims),
    kind,
    signal: claims.jti,
    seq: claims.seq,
    signedAt: claims.iat * 1000,
    validUntil: claims.validUntil * 1000,
    reason: claims.reason,
    timeframe: claims.candle.timeframe,
    intent: {
      kind,
      market,
      side,
      size,
      type,
      ...(limitPrice !== undefined && { limitPrice }),
      ...(stopPrice !== undefined && { stopPrice: onTick(context, market, stopPrice) }),
      ...(takeProfits !== undefined && { takeProfits }),
      ...(trailingStop !== undefined && { trailingStop }),
      ...(breakEven !== undefined && { breakEven }),
      ...(maxHold !== undefined && { maxHold }),
    },
  }
}

/** The stop that is shown for approval is the one that will stand at the exchange: rounded up, to the earlier side. */
function onTick(context: DecisionContext, market: string, price: Decimal): Decimal {
  const rules = context.environment.exchange.rules(market)
  const onTick =
    rules === null ? parseDecimal(price) : ceilTo(parseDecimal(price), parseDecimal(rules.tick))
  // Above what a wire decimal can say it is above any price: the plan refuses it as it stands.
  return onTick.lt(WIRE_END) ? toDecimal(onTick) : price
}

/** What one provider signs never counts as another's: everything of a stream is kept under this name. */
function nameOf({ iss, sub }: Pick<Signal, 'iss' | 'sub'>): string {
  return streamName(iss, sub)
}

/** Once for each gap: from the signal behind it or from a head, whichever comes first. */
export function tellMissed(context: DecisionContext, stream: string, missed: number): undefined {
  const message = `${missed} missed on ${shownStream(stream)}: ${sentenceOf('signals_missed')}`
  notice(context, { level: 'warning', code: 'signals_missed', message })
}

/** Two different signals with the same sequence number (equivocation): trading halts until a person has looked. */
export function onEquivocation(context: DecisionContext, stream: string, seq: number): undefined {
  const message = `${sentenceOf('equivocation')} (${shownStream(stream)}, number ${seq})`
  refuseInput(context, { stream, code: 'equivocation', message })
  if (context.portfolio.trading === 'halted') return
  setTrading(context, 'halted', 'equivocation')
  notice(context, { level: 'error', code: 'equivocation', message })
}

function refuse(context: DecisionContext, claims: Signal, code: ExecutorCode): undefined {
  refuseInput(context, {
    code,
    message: sentenceOf(code),
    signal: claims.jti,
    stream: nameOf(claims),
    kind: claims.kind,
    market: claims.market,
  })
}

/** What a signal's orders are named after: its number too, for two signals of a bad provider may share one `jti`. */
function decisionOf(claims: Pick<Signal, 'iss' | 'sub' | 'seq' | 'jti'>): string {
  return `${nameOf(claims)}|${claims.seq}|${claims.jti}`
}
