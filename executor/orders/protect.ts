// Keeps every position under a stop that waits at the exchange: its size, its trigger, and no stop without a position.
import { sentenceOf } from '../codes.ts'
import { orderIn } from '../core/apply.ts'
import { minus } from '../core/money.ts'
import { type Order, type Position, positionKey } from '../core/state.ts'
import { notice, record, type Turn } from '../core/turn.ts'
import { planStop } from '../plan/stop.ts'
import { check } from '../policy/check.ts'
import { clientOrderId } from './client-id.ts'
import { launch } from './journey.ts'
import { requestCancel } from './poll.ts'
import { question, unknownOn } from './question.ts'
import { orderId } from './view.ts'

/** A stop that keeps vanishing is a person or a rule at the exchange: somebody has to look. */
const MOST_STOPS = 20

/** Called at the end of each turn: after a fill, a failed exit and a restart it is the same question. */
export function protectPositions(turn: Turn): undefined {
  for (const stop of Object.values(turn.book.orders))
    if (stop.kind === 'stop' && !isWanted(turn, stop)) requestCancel(turn, stop)
  for (const [key, position] of Object.entries(turn.book.positions))
    if (!isLeaving(turn, key) && stopOf(turn, key) === undefined) protect(turn, key, position)
}

function isWanted(turn: Turn, stop: Order): boolean {
  const key = positionKey(stop)
  const position = turn.book.positions[key]
  if (position === undefined || isLeaving(turn, key)) return false
  const planned = planFor(turn, position, stop.clientOrderId)
  if (planned === null || !planned.ok || stop.plan === null) return true
  const { amount, stop: trigger } = stop.plan.wire
  const { order } = planned
  return trigger === order.stop && minus(amount, stop.filled) === order.amount
}

/** An exit that has the turn needs the coins that the stop holds. */
function isLeaving(turn: Turn, key: string): boolean {
  return Object.values(turn.book.orders).some(
    (one) =>
      one.kind === 'exit' &&
      positionKey(one) === key &&
      !['received', 'waiting', 'approved'].includes(one.state),
  )
}

function stopOf(turn: Turn, key: string): Order | undefined {
  return Object.values(turn.book.orders).find(
    (one) => one.kind === 'stop' && positionKey(one) === key,
  )
}

function planFor(turn: Turn, position: Position, id: string) {
  const rules = turn.world.exchange.rules(position.market)
  if (rules === null || position.stop === null) return null
  return planStop({
    rules,
    stop: position.stop,
    filled: position.amount,
    feeInBase: '0',
    collar: turn.world.policy.collar.exit,
    clientOrderId: id,
  })
}

function protect(turn: Turn, key: string, position: Position): undefined {
  if (position.protection === 'failed' || unknownOn(turn.book, position.market) > 0) return
  const id = clientOrderId(turn.world.salt, position.signal, `stop${turn.book.stops}`)
  const planned = planFor(turn, position, id)
  if (planned === null) return
  if (position.stops >= MOST_STOPS) return fail(turn, key, position, 'its stops keep vanishing')
  if (!planned.ok) return fail(turn, key, position, planned.message)
  const seed = stopSeed(turn, position, id)
  record(turn, { type: 'ordered', order: seed })
  const { order: wire, value, risk } = planned
  const plan = { id: orderId(wire, seed.until), wire, value, risk }
  record(turn, { type: 'planned', clientOrderId: id, plan })
  const order = orderIn(turn.book, id)
  const verdict = check(question(turn, order, plan), turn.world.policy)
  if (verdict.verdict === 'deny') {
    const { tag: code, reason: message } = verdict
    record(turn, { type: 'step', clientOrderId: id, event: 'refuse', code, message })
    return fail(turn, key, position, message)
  }
  record(turn, { type: 'step', clientOrderId: id, event: 'intend' })
  launch(turn, id)
}

function stopSeed(turn: Turn, position: Position, id: string) {
  const { market, stream, signal, seq, amount } = position
  return {
    clientOrderId: id,
    stream,
    kind: 'stop',
    signal,
    seq,
    signedAt: turn.world.now,
    until: turn.world.now,
    reason: 'stop',
    timeframe: '1m',
    idea: {
      kind: 'exit',
      market,
      side: 'sell',
      size: { unit: 'base', value: amount },
      type: 'market',
    },
  } as const
}

/** What an exit left over is often too small for any order: that is no alarm. */
function fail(turn: Turn, key: string, position: Position, message: string): undefined {
  record(turn, { type: 'unprotected', position: key, code: 'stop_failed', message })
  const leftover = position.stops > 0
  if (leftover && position.stops < MOST_STOPS) return
  const where = `${position.stream}, ${position.market}`
  notice(turn, {
    level: 'error',
    code: 'stop_failed',
    message: `${sentenceOf('stop_failed')} (${where}): ${message}`,
  })
}
