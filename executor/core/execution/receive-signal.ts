// A signal that the engine signed: is it the next, is it a new decision, and the order it becomes.
import {
  type Decimal,
  GENESIS,
  type Signal,
  shownStream,
  streamName,
  toDecimal,
} from '@keyside/protocol'
import { streamOf } from '../model/apply-stream.ts'
import { sentenceOf } from '../model/codes.ts'
import { ceilTo, parseDecimal } from '../model/decimals.ts'
import type { NewOrder, OrderIntent } from '../model/order.ts'
import { isWorking } from '../model/order-table.ts'
import { providerOf, type Stream } from '../model/provider.ts'
import { needsRatio } from '../risk/plan/map-signal.ts'
import { WIRE_END } from '../risk/plan/market-limits.ts'
import { append, type DecisionContext, notice } from './context.ts'
import type { SignedSignal } from './inputs.ts'
import { moveStops, whyRefused } from './moved-stops.ts'
import { isRevoked } from './providers.ts'
import { refuseInput } from './refusals.ts'
import { supersedeEntries, tooManyWait } from './trading-state.ts'

/** What one provider signs never counts as another's: everything of a stream is kept under this name. */
interface Received extends SignedSignal {
  readonly stream: string
}

export function onSignal(
  context: DecisionContext,
  { provider, kid, claims, hash }: SignedSignal & { readonly provider: string },
): undefined {
  const received = { stream: streamName(provider, claims.sub), kid, claims, hash }
  const { stream: name } = received
  const stream = context.portfolio.streams[name] ?? null
  // One plan brings many streams: those that are not followed are none of ours.
  if (stream === null && !context.environment.policy.streams.has(name)) return
  if (isRevoked(context.portfolio, provider, kid)) return refuse(context, received, 'key_revoked')
  const sequence = judgeSequence(stream, { ...claims, hash })
  switch (sequence) {
    case 'repeat':
      return
    case 'equivocation':
      return onEquivocation(context, name, { seq: claims.seq, kid })
    case 'sequence_jump':
      notice(context, {
        level: 'error',
        code: sequence,
        message: `${shownStream(name)}: ${sentenceOf(sequence)}`,
      })
      return refuse(context, received, sequence)
    case 'sequence_old':
    case 'sequence_unbased':
      return refuse(context, received, sequence)
    case 'gap':
    case 'next':
      // A decision on a candle that had not begun would make every later one look repeated.
      if (claims.candle.start > claims.iat) return refuse(context, received, 'candle_ahead')
      return take(context, received, sequence)
  }
}

/** From here on the number is used up, whatever becomes of the signal. */
function take(
  context: DecisionContext,
  { stream, kid, claims: said, hash }: Received,
  sequence: 'next' | 'gap',
): undefined {
  const before = streamOf(context.portfolio, stream)
  const gap = sequence === 'gap' ? 'open' : before.gap
  const claims = asExit(context, stream, said)
  const decided = claims.candle.start <= before.candles[claims.kind]
  append(context, {
    type: 'signal',
    stream,
    epoch: before.epoch,
    kid,
    seq: claims.seq,
    hash,
    iat: claims.iat,
    kind: claims.kind,
    candle: Math.max(claims.candle.start, before.candles[claims.kind]),
    jti: claims.jti,
    gap,
  })
  const { kind } = claims
  const received = { stream, kid, claims, hash }
  if (sequence === 'gap') tellMissed(context, stream, claims.seq - before.seq - 1)
  if (decided) return refuse(context, received, 'decision_repeated')
  if (kind === 'stop') return refuse(context, received, moveStops(context, stream, claims))
  // What is held may be too much: an exit that was missed comes before anything is added.
  const isBehind = gap === 'open' || streamOf(context.portfolio, stream).missed !== null
  if (isBehind && claims.kind === 'entry') return refuse(context, received, 'sequence_gap')
  if (claims.kind === 'exit') supersedeEntries(context, { stream, since: claims.seq })
  const markets = marketsFor(context, received)
  if (markets.length === 0) return refuse(context, received, 'exit_elsewhere')
  if (tooManyWait(context, { stream, kind, markets }))
    return refuse(context, received, 'orders_waiting_many')
  for (const market of markets)
    append(context, { type: 'ordered', order: seedOf(context, { ...received, kind }, market) })
}

/**
 * One's own markets. An entry goes where the policy maps it now; a way out to whatever was bought by signals of its
 * market, however the policy mapped them then.
 */
function marketsFor(context: DecisionContext, { stream, claims }: Received): readonly string[] {
  const { portfolio, environment } = context
  const now = environment.policy.streams.get(stream)?.map.get(claims.market) ?? claims.market
  if (claims.kind === 'entry') return [now]
  const held = boughtBy(context, stream, claims.market)
  const other = portfolio.positions[`${stream} ${now}`]
  return held.length > 0 || other !== undefined ? held : [now]
}

/** Markets of what the stream holds, or is about to, by signals of this market. */
function boughtBy(
  { portfolio }: DecisionContext,
  stream: string,
  signalMarket: string,
): readonly string[] {
  const held = Object.values(portfolio.positions)
    .filter((position) => position.stream === stream && position.signalMarket === signalMarket)
    .map(({ market }) => market)
  const coming = Object.values(portfolio.orders)
    .filter(({ kind, state, ...order }) => {
      const market = order.mapping?.market ?? order.intent.market
      const isEntry = kind === 'entry' && isWorking(state)
      return isEntry && order.stream === stream && market === signalMarket
    })
    .map(({ intent }) => intent.market)
  return [...new Set([...held, ...coming])]
}

/** An entry that sells is a way out for whoever holds something, or is about to. */
function asExit(context: DecisionContext, stream: string, claims: Signal): Signal {
  if (claims.kind !== 'entry' || claims.side !== 'sell') return claims
  if (boughtBy(context, stream, claims.market).length === 0) return claims
  const { limitPrice: _, ...rest } = claims
  return { ...rest, kind: 'exit', type: 'market', size: { unit: 'percent', value: '100' } }
}

/** The order that a signal becomes on `own`, one of the device's markets. */
export function seedOf(
  context: DecisionContext,
  { stream, kid, claims, kind }: Omit<Received, 'hash'> & Pick<OrderIntent, 'kind'>,
  own: string,
): NewOrder {
  const {
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
  const isMapped = own !== market
  const leg = isMapped ? `${kind} ${own}` : kind
  const intent: OrderIntent = {
    kind,
    market: own,
    side,
    size,
    type,
    ...(limitPrice !== undefined && { limitPrice }),
    ...(stopPrice !== undefined && {
      stopPrice: isMapped ? stopPrice : onTick(context, market, stopPrice),
    }),
    ...(takeProfits !== undefined && { takeProfits }),
    ...(trailingStop !== undefined && { trailingStop }),
    ...(breakEven !== undefined && { breakEven }),
    ...(maxHold !== undefined && { maxHold }),
  }
  const { referencePrice } = claims
  return {
    clientOrderId: context.environment.clientOrderId(decisionOf(context, stream, claims), leg),
    stream,
    kind,
    signal: claims.jti,
    kid,
    seq: claims.seq,
    signedAt: claims.iat * 1000,
    validUntil: claims.validUntil * 1000,
    reason: claims.reason,
    timeframe: claims.candle.timeframe,
    intent,
    ...(isMapped && needsRatio(intent) && { mapping: { market, referencePrice, ratio: null } }),
  }
}

/** The stop that is shown for approval is the one that will stand at the exchange: rounded up, to the earlier side. */
function onTick(context: DecisionContext, market: string, price: Decimal): Decimal {
  const rules = context.environment.exchange.rules(market)
  const onTick =
    rules === null ? parseDecimal(price) : ceilTo(parseDecimal(price), parseDecimal(rules.tick))
  // Too large for a wire decimal, so above any price: it is kept as it is, and the plan refuses it.
  return onTick.lt(WIRE_END) ? toDecimal(onTick) : price
}

/** Once for each gap: from the signal behind it or from a head, whichever comes first. */
export function tellMissed(context: DecisionContext, stream: string, missed: number): undefined {
  const message = `${shownStream(stream)}: ${missed} ${sentenceOf('signals_missed')}`
  notice(context, { level: 'warning', code: 'signals_missed', message })
}

/**
 * Two different signals with the same sequence number (equivocation): that provider has no more entries until the key of
 * either is revoked, or a person has looked.
 */
export function onEquivocation(
  context: DecisionContext,
  stream: string,
  { seq, kid }: Pick<SignedSignal, 'kid'> & { readonly seq: number },
): undefined {
  const message = `${shownStream(stream)}, number ${seq}: ${sentenceOf('equivocation')}`
  const provider = context.portfolio.providers[providerOf(stream)]
  const signers = [...new Set([streamOf(context.portfolio, stream).kid, kid])]
  const isKnown = (
    { length }: readonly string[],
    at: number,
    all: readonly (readonly string[])[],
  ) => length === signers.length && signers.every((one) => all[at]?.includes(one))
  // The first time it is an alarm, later ones of the same keys are refusals like any other.
  if (provider === undefined || provider.equivocations.some(isKnown))
    return refuseInput(context, { stream, code: 'equivocation', message })
  append(context, { type: 'equivocated', stream, seq, signers })
  notice(context, { level: 'error', code: 'equivocation', message })
}

function refuse(
  context: DecisionContext,
  { stream, claims }: Received,
  code: ReturnType<typeof moveStops>,
): undefined {
  if (code === null) return
  const { market } = claims
  refuseInput(context, {
    code,
    message: whyRefused(code, claims),
    signal: claims.jti,
    stream,
    kind: claims.kind,
    market,
  })
}

/**
 * What a signal's orders are named after: whose it is, which time the stream began and its number too, for two signals
 * of a bad provider, or of a thief and the genuine engine, may share one `jti`.
 */
function decisionOf(
  { portfolio }: DecisionContext,
  stream: string,
  { sub, seq, jti }: Pick<Signal, 'sub' | 'seq' | 'jti'>,
): string {
  const name = providerOf(stream)
  const { epoch } = streamOf(portfolio, stream)
  return `${portfolio.providers[name]?.root ?? name}|${sub}|${epoch}|${seq}|${jti}`
}

// Whether a signal is the next of its stream, one we have, or a sign that something is missing or false.
/** Furthest that a number may run ahead: a single wrong number could otherwise block a stream for ever. */
export const MAX_AHEAD = 10_000

export type Sequence =
  | 'next'
  | 'repeat'
  | 'gap'
  | 'equivocation'
  | 'sequence_old'
  | 'sequence_jump'
  | 'sequence_unbased'

/**
 * `stream` is null before the first head or signal. Only number 1 needs no head: nothing can have come before it.
 * Any other first signal is refused, and the stream starts at the head that follows within 15 s.
 */
export function judgeSequence(
  stream: Pick<Stream, 'seq' | 'hash' | 'base' | 'floor'> | null,
  { seq, prev, hash, iat }: { seq: number; prev: string; hash: string; iat: number },
): Sequence {
  // Began anew: number 1 may be a very old one.
  if (stream?.base === 'awaited') return 'sequence_unbased'
  if (iat < (stream?.floor ?? 0)) return 'sequence_old'
  const { seq: last, hash: lastHash } = stream ?? { seq: 0, hash: GENESIS }
  if (stream === null && seq !== 1) return 'sequence_unbased'
  if (seq < last) return 'sequence_old'
  if (seq === last) return hash === lastHash ? 'repeat' : 'equivocation'
  // A signed `prev` that is not the signal we have proves that there are two with one number.
  if (seq === last + 1) return prev === lastHash ? 'next' : 'equivocation'
  return seq > last + MAX_AHEAD ? 'sequence_jump' : 'gap'
}
