// An order that the exchange took and now does not know: neither forgotten nor assumed, and told every minute.
import { sentenceOf } from '../codes.ts'
import { ALARM_EVERY_MS, BETWEEN_MISSES_MS, growing, without } from '../core/patience.ts'
import type { Order } from '../core/state.ts'
import { notice, type Turn } from '../core/turn.ts'

export function onVanished(turn: Turn, { clientOrderId, idea, stream }: Order): undefined {
  const { now } = turn.world
  const { asks, alarms } = turn.live
  const missedAt = asks[clientOrderId]?.missedAt || now
  const next = { ...growing(asks[clientOrderId], now, 'known'), missedAt }
  turn.live = { ...turn.live, asks: { ...asks, [clientOrderId]: next } }
  if (now - missedAt < BETWEEN_MISSES_MS || (alarms[clientOrderId] ?? 0) > now) return
  turn.live = {
    ...turn.live,
    alarms: { ...alarms, [clientOrderId]: now + ALARM_EVERY_MS },
  }
  const message = `${sentenceOf('order_vanished')} (${stream}, ${idea.market}, ${clientOrderId})`
  notice(turn, { level: 'error', code: 'order_vanished', message })
}

/** The exchange knows it after all. */
export function onThereAgain(turn: Turn, { clientOrderId }: Order): undefined {
  const { asks, alarms } = turn.live
  const asked = asks[clientOrderId]
  if (asked === undefined || asked.missedAt === 0) return
  turn.live = {
    ...turn.live,
    asks: { ...asks, [clientOrderId]: { ...asked, missedAt: 0 } },
    alarms: without(alarms, clientOrderId),
  }
}
