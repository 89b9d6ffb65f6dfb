// Why an order ended before it was full: it found no counterparty, or this device or somebody else canceled it.
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/order.ts'
import { positionKey } from '../model/position.ts'
import { hasOrder } from '../model/positions.ts'
import { STANDINGS } from '../risk/rules/provider.ts'
import { HEAD_LIFE_MS } from '../risk/rules/timing.ts'
import type { DecisionContext } from './context.ts'
import { standingOf } from './providers.ts'
import { unheardSince } from './silence.ts'
import { isClosing, isWanted } from './stops.ts'

interface Why {
  readonly code: ExecutorCode
  readonly message: string
}

/** From the portfolio where possible, so that the reason is the same after a restart. */
export function whyCanceled(context: DecisionContext, order: Order): Why {
  if (order.planned?.request.timeInForce === 'IOC') return told('not_filled')
  if (order.kind === 'stop') return stopCanceled(context, order)
  const reason = order.kind === 'entry' ? whyEntry(context, order) : whySale(context, order)
  return reason === null ? told('canceled_elsewhere') : takenBack(reason)
}

function stopCanceled(context: DecisionContext, stop: Order): Why {
  const key = positionKey(stop)
  if (isClosing(context, key)) return told('stop_taken_off')
  if (context.portfolio.positions[key] === undefined)
    return takenBack('for nothing is left to sell')
  if (!isWanted(context, stop) || isAskedFor(context, stop)) return told('stop_replaced')
  return told('canceled_elsewhere')
}

function whyEntry(context: DecisionContext, entry: Order): string | null {
  if (entry.cancel === 'asked') return 'for you asked for it'
  if (context.portfolio.trading === 'halted') return 'for trading is halted'
  const standing = standingOf(context, entry)
  if (standing !== 'followed') return `for ${STANDINGS[standing]}`
  if (context.environment.now - unheardSince(context, entry.stream) > HEAD_LIFE_MS)
    return 'for its provider is silent'
  if (isLeftByTrader(context, entry)) return 'for you are selling the position'
  return isExiting(context, entry) || isAskedFor(context, entry)
    ? 'for its strategy has left'
    : null
}

function isLeftByTrader({ portfolio }: DecisionContext, entry: Order): boolean {
  const key = positionKey(entry)
  return (
    portfolio.positions[key]?.closing === 'trader' ||
    hasOrder(portfolio, key, ({ cause }) => cause === 'trader')
  )
}

function whySale(context: DecisionContext, sale: Order): string | null {
  const isOther = isExiting(context, sale) || isAskedFor(context, sale)
  return isOther || context.portfolio.positions[positionKey(sale)] === undefined
    ? 'for the position is sold or protected in another way'
    : null
}

/** By another exit than this. */
function isExiting({ portfolio }: DecisionContext, order: Order): boolean {
  return hasOrder(
    portfolio,
    positionKey(order),
    ({ kind, clientOrderId }) => kind === 'exit' && clientOrderId !== order.clientOrderId,
  )
}

function isAskedFor({ session }: DecisionContext, { clientOrderId }: Order): boolean {
  return session.cancels[clientOrderId] !== undefined
}

function takenBack(reason: string): Why {
  return { code: 'taken_back', message: `${sentenceOf('taken_back')}, ${reason}` }
}

function told(code: ExecutorCode): Why {
  return { code, message: sentenceOf(code) }
}
