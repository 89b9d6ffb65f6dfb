// The executor's mind: one input in, facts, reports and effects out. No clock, no disk, no chance, no network.

import { isTaken } from '../model/order-table.ts'
import type { Order, State } from '../model/state.ts'
import { onCandles } from './approval-card.ts'
import { noticeClock } from './clock-jumps.ts'
import { watchLine } from './connection-watch.ts'
import { newTurn, notice, report, type Turn } from './context.ts'
import type { Decision, Input, World } from './inputs.ts'
import { watchLosses } from './loss-limits.ts'
import { advanceOrders } from './order-pipeline.ts'
import { onCancel, pollOrders } from './order-polling.ts'
import { onFills, onFound, onPlaced } from './order-status.ts'
import { forgetWatch, watchPositions } from './position-exits.ts'
import { onApproval } from './receive-approval.ts'
import { onCommand } from './receive-command.ts'
import { onHead, watchHeads } from './receive-head.ts'
import { onSignal } from './receive-signal.ts'
import { lookAround, onCompared } from './reconcile.ts'
import { recover } from './recover.ts'
import { refuseInput, sumUp } from './refusals.ts'
import { protectPositions } from './stops.ts'
import { clearEntries, setTrading, unhalt } from './trading-state.ts'

export function decide(state: State, input: Input, world: World): Decision {
  const turn = newTurn(state, world)
  noticeClock(turn)
  take(turn, input)
  settleDown(turn)
  const { facts, reports, effects, live } = turn
  return { facts, reports, effects, live }
}

function take(turn: Turn, input: Input): undefined {
  switch (input.type) {
    case 'started':
      return recover(turn)
    case 'tick':
      return
    case 'signal':
      return onSignal(turn, input.claims, input.hash)
    case 'head':
      return onHead(turn, input.claims)
    case 'command':
      return onCommand(turn, input.claims)
    case 'approval':
      return onApproval(turn, input.claims)
    case 'garbage':
      return refuseInput(turn, { code: input.code, message: input.message }, input.topic)
    case 'quote':
      return onQuote(turn, input.market)
    case 'compared':
      return onCompared(turn, input)
    case 'halt':
      return setTrading(turn, 'halted', input.by, input.positions)
    case 'unhalt':
      return unhalt(turn, input.by)
    case 'notice':
      return notice(turn, input.notice)
    case 'rows':
      return report(turn, { type: 'answer', to: input.to, answer: input.answer })
    default:
      return takeAnswer(turn, input)
  }
}

/** Answers of the exchange. One that comes for an order whose life is over has nothing more to say. */
function takeAnswer(turn: Turn, input: Extract<Input, { clientOrderId: string }>): undefined {
  const order = turn.book.orders[input.clientOrderId]
  if (order === undefined) return
  switch (input.type) {
    case 'placed':
      return order.state === 'sending' ? onPlaced(turn, order, input.result) : undefined
    case 'found':
      return isSought(order) ? onFound(turn, order, input.result) : undefined
    case 'fills':
      return order.exchangeId === '' ? undefined : onFills(turn, order, input.result)
    case 'cancel':
      return onCancel(turn, order, input.result.ok)
    case 'candles':
      return onCandles(turn, order, input.candles)
  }
}

function isSought({ state }: Order): boolean {
  return state === 'unknown' || isTaken(state)
}

function onQuote(turn: Turn, market: string): undefined {
  const asked = turn.live.quotes[market]
  const answered = {
    tries: asked?.tries ?? 1,
    missedAt: 0,
    at: turn.world.now,
    state: 'due',
  } as const
  turn.live = { ...turn.live, quotes: { ...turn.live.quotes, [market]: answered } }
}

/** What is due now, whatever came in: so a restart, a lost timer and a burst need no code of their own. */
function settleDown(turn: Turn): undefined {
  watchHeads(turn)
  watchLine(turn)
  lookAround(turn)
  watchLosses(turn)
  watchPositions(turn)
  advanceOrders(turn)
  clearEntries(turn)
  protectPositions(turn)
  pollOrders(turn)
  sumUp(turn)
  forget(turn)
}

/** Nothing is remembered of orders that are over. */
function forget(turn: Turn): undefined {
  const open = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).filter(([id]) => turn.book.orders[id] !== undefined))
  const { asks, cancels, cards, alarms } = turn.live
  turn.live = {
    ...turn.live,
    asks: open(asks),
    cancels: open(cancels),
    cards: open(cards),
    alarms: open(alarms),
  }
  forgetWatch(turn)
}
