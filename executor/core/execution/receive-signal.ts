// A signal that the engine signed: is it the next, is it a new decision, and the order it becomes.
import { type Decimal, type Signal, toDecimal } from '@keyside/protocol'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import { ceilTo, exact } from '../model/decimals.ts'
import { isLive } from '../model/order-table.ts'
import { type OrderSeed, positionKey } from '../model/state.ts'
import { WIRE_END } from '../risk/plan/market-limits.ts'
import { notice, record, type Turn } from './context.ts'
import { refuseInput } from './refusals.ts'
import { judgeSequence } from './sequence.ts'
import { setTrading, supersedeEntries } from './trading-state.ts'

export function onSignal(turn: Turn, claims: Signal, hash: string): undefined {
  const stream = turn.book.streams[claims.sub] ?? null
  if (stream === null && !turn.world.policy.streams.has(claims.sub))
    return refuse(turn, claims, 'stream_unlisted')
  const sequence = judgeSequence(stream, { seq: claims.seq, prev: claims.prev, hash })
  switch (sequence) {
    case 'repeat':
      return
    case 'equivocation':
      return onEquivocation(turn, claims.sub, claims.seq)
    case 'sequence_jump':
      notice(turn, { level: 'error', code: sequence, message: sentenceOf(sequence) })
      return refuse(turn, claims, sequence)
    case 'sequence_old':
    case 'sequence_unbased':
      return refuse(turn, claims, sequence)
    case 'gap':
    case 'next':
      return take(turn, claims, hash, sequence)
  }
}

/** From here on the number is used up, whatever becomes of the signal. */
function take(turn: Turn, said: Signal, hash: string, sequence: 'next' | 'gap'): undefined {
  const before = turn.book.streams[said.sub]
  const gap = sequence === 'gap' ? 'open' : (before?.gap ?? 'none')
  const claims = asExit(turn, said)
  const decided = claims.bar.start <= (before?.bars[claims.kind] ?? -1)
  record(turn, {
    type: 'signal',
    stream: claims.sub,
    seq: claims.seq,
    hash,
    iat: claims.iat,
    kind: claims.kind,
    bar: Math.max(claims.bar.start, before?.bars[claims.kind] ?? -1),
    jti: claims.jti,
    gap,
  })
  if (sequence === 'gap') tellMissed(turn, claims.sub, claims.seq - (before?.seq ?? 0) - 1)
  if (decided) return refuse(turn, claims, 'decision_repeated')
  if (gap === 'open' && claims.kind === 'entry') return refuse(turn, claims, 'sequence_gap')
  if (claims.kind === 'exit')
    supersedeEntries(turn, { stream: claims.sub, market: claims.market, since: claims.seq })
  record(turn, { type: 'ordered', order: seedOf(turn, claims) })
}

/** An entry that sells is a way out for whoever holds something, or is about to. */
function asExit({ book }: Turn, claims: Signal): Signal {
  if (claims.kind !== 'entry' || claims.side !== 'sell') return claims
  const key = `${claims.sub} ${claims.market}`
  const isBuying = Object.values(book.orders).some(
    (order) => order.kind === 'entry' && isLive(order.state) && positionKey(order) === key,
  )
  if (book.positions[key] === undefined && !isBuying) return claims
  const { limit: _, ...rest } = claims
  return { ...rest, kind: 'exit', type: 'market', size: { unit: 'percent', value: '100' } }
}

function seedOf(turn: Turn, claims: Signal): OrderSeed {
  const { kind, market, side, size, type, limit, stop, take, trail, even, hold } = claims
  return {
    clientOrderId: turn.world.clientOrderId(decisionOf(claims), kind),
    stream: claims.sub,
    kind,
    signal: claims.jti,
    seq: claims.seq,
    signedAt: claims.iat * 1000,
    until: claims.until * 1000,
    reason: claims.reason,
    timeframe: claims.bar.timeframe,
    idea: {
      kind,
      market,
      side,
      size,
      type,
      ...(limit !== undefined && { limit }),
      ...(stop !== undefined && { stop: onTick(turn, market, stop) }),
      ...(take !== undefined && { take }),
      ...(trail !== undefined && { trail }),
      ...(even !== undefined && { even }),
      ...(hold !== undefined && { hold }),
    },
  }
}

/** The stop that is shown for approval is the one that will stand at the exchange: rounded up, to the earlier side. */
function onTick(turn: Turn, market: string, price: Decimal): Decimal {
  const rules = turn.world.exchange.rules(market)
  const onTick = rules === null ? exact(price) : ceilTo(exact(price), exact(rules.tick))
  // Above what a wire decimal can say it is above any price: the plan refuses it as it stands.
  return onTick.lt(WIRE_END) ? toDecimal(onTick) : price
}

/** Once for each gap: from the signal behind it or from a head, whichever comes first. */
export function tellMissed(turn: Turn, stream: string, missed: number): undefined {
  const message = `${missed} missed on ${stream}: ${sentenceOf('signals_missed')}`
  notice(turn, { level: 'warning', code: 'signals_missed', message })
}

/** Two truths with one number: nothing that this provider says can be trusted until a person has looked. */
export function onEquivocation(turn: Turn, stream: string, seq: number): undefined {
  const message = `${sentenceOf('equivocation')} (${stream}, number ${seq})`
  refuseInput(turn, { stream, code: 'equivocation', message })
  if (turn.book.trading === 'halted') return
  setTrading(turn, 'halted', 'equivocation')
  notice(turn, { level: 'error', code: 'equivocation', message })
}

function refuse(turn: Turn, claims: Signal, code: ExecutorCode): undefined {
  refuseInput(turn, {
    code,
    message: sentenceOf(code),
    signal: claims.jti,
    stream: claims.sub,
    kind: claims.kind,
    market: claims.market,
  })
}

/** What a signal's orders are named after: its number too, for two signals of a bad provider may share one `jti`. */
function decisionOf({ sub, seq, jti }: Pick<Signal, 'sub' | 'seq' | 'jti'>): string {
  return `${sub}|${seq}|${jti}`
}
