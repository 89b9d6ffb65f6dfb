// Pure decision function: state, input and environment in; events, reports and effects out.

import { onMarketFound } from './commands/price-alerts.ts'
import { onApproval } from './commands/receive-approval.ts'
import { onCommand } from './commands/receive-command.ts'
import { onLooseningEnded } from './commands/tighten.ts'
import { onAlert } from './execution/alerts.ts'
import { onCandles } from './execution/approval.ts'
import { watchClock } from './execution/clock-jumps.ts'
import { setCondition } from './execution/conditions.ts'
import { watchConnection } from './execution/connection-watch.ts'
import { type DecisionContext, newContext, notice, remember, report } from './execution/context.ts'
import { onFeePrice, watchFeePrices } from './execution/fee-prices.ts'
import type { Decision, Environment, Input } from './execution/inputs.ts'
import { watchLosses } from './execution/loss-limits.ts'
import { advanceOrders } from './execution/order-pipeline.ts'
import { onCancel, pollOrders } from './execution/order-polling.ts'
import { onFills, onFound, onPlaced } from './execution/order-status.ts'
import { endPauses } from './execution/pauses.ts'
import { forgetWatch, watchPositions } from './execution/position-exits.ts'
import { onLookedBack, watchPriceAlerts } from './execution/price-alerts.ts'
import { onKeyset, onProvider } from './execution/providers.ts'
import { onHead, watchHeads } from './execution/receive-head.ts'
import { onSignal } from './execution/receive-signal.ts'
import { onCompared, reconcileDue } from './execution/reconcile.ts'
import { recover } from './execution/recover.ts'
import { refuseInput, summarizeRefusals } from './execution/refusals.ts'
import { onReplayed, watchReplays } from './execution/replay.ts'
import { watchOffline } from './execution/silence.ts'
import { onOpenOrders, watchStops } from './execution/stop-watch.ts'
import { protectPositions } from './execution/stops.ts'
import { clearEntries, setTrading, unhalt } from './execution/trading-state.ts'
import { onAccount, watchAccount } from './health/account-watch.ts'
import { onAddress, onKeyRights } from './health/key-rights.ts'
import { watchLimits } from './health/limits-near.ts'
import { kept } from './model/backoff.ts'
import type { Order } from './model/order.ts'
import { isAccepted } from './model/order-table.ts'
import type { State } from './model/state.ts'

export function decide(state: State, input: Input, environment: Environment): Decision {
  const context = newContext(state, environment)
  watchClock(context)
  take(context, input)
  runDueWork(context)
  const { events, reports, effects, portfolio, session } = context
  return { events, reports, effects, state: { portfolio, session } }
}

function take(context: DecisionContext, input: Input): undefined {
  switch (input.type) {
    case 'started':
      return recover(context)
    case 'tick':
      return
    case 'signal':
      return onSignal(context, input)
    case 'head':
      return onHead(context, input)
    case 'alert':
      return onAlert(context, input)
    case 'command':
      return onCommand(context, input.claims)
    case 'approval':
      return onApproval(context, input.claims)
    case 'invalid_message':
      return onInvalid(context, input)
    case 'quote':
      return onQuote(context, input.market)
    case 'open_orders':
      return onOpenOrders(context, input)
    case 'compared':
      return onCompared(context, input)
    case 'account':
      return onAccount(context, input.result)
    case 'halt':
      return setTrading(context, 'halted', input.by, input.positions)
    case 'unhalt':
      return unhalt(context, input.by)
    case 'loosening_ended':
      return onLooseningEnded(context, input)
    case 'notice':
      return notice(context, input.notice)
    case 'keyset':
      return onKeyset(context, input)
    case 'provider':
      return onProvider(context, input)
    case 'replayed':
      return onReplayed(context, input)
    case 'rows':
      return report(context, { type: 'answer', to: input.to, answer: input.answer })
    case 'condition': {
      const { condition, is, detail, told } = input
      const telling = { ...(detail !== undefined && { detail }), ...(told && { told }) }
      return setCondition(context, condition, is, telling)
    }
    case 'key_rights':
      return onKeyRights(context, input.rights)
    case 'address':
      return onAddress(context, input.address)
    case 'fee_price':
      return onFeePrice(context, input)
    case 'sale_result':
      return report(context, input.step)
    case 'market_found':
      return onMarketFound(context, input)
    case 'looked_back':
      return onLookedBack(context, input)
    default:
      return takeAnswer(context, input)
  }
}

/** With the provider's name, where the message came over a provider's link. */
function onInvalid(
  context: DecisionContext,
  { code, message, topic, provider }: Extract<Input, { type: 'invalid_message' }>,
): undefined {
  const of = provider === undefined ? '' : `${provider}: `
  refuseInput(context, { code, message: `${of}${message}` }, topic)
}

/** Answers of the exchange. Answers about an order that is over are ignored. */
function takeAnswer(
  context: DecisionContext,
  input: Extract<Input, { clientOrderId: string }>,
): undefined {
  const order = context.portfolio.orders[input.clientOrderId]
  if (order === undefined) return
  switch (input.type) {
    case 'placed':
      return order.state === 'submitted' ? onPlaced(context, order, input.result) : undefined
    case 'found':
      return isSought(order) ? onFound(context, order, input.result) : undefined
    case 'fills':
      return order.exchangeId === '' ? undefined : onFills(context, order, input.result)
    case 'cancel':
      return onCancel(context, order, input.result.ok)
    case 'candles':
      return onCandles(context, order, input.candles)
  }
}

function isSought({ state }: Order): boolean {
  return state === 'unknown' || isAccepted(state)
}

function onQuote(context: DecisionContext, market: string): undefined {
  const asked = context.session.quotes[market]
  const answered = {
    tries: asked?.tries ?? 1,
    missedAt: 0,
    at: context.environment.now,
    state: 'due',
  } as const
  remember(context, 'quotes', market, answered)
}

/** All work that is due now, whatever the input: so a restart, a lost timer and a burst need no code of their own. */
function runDueWork(context: DecisionContext): undefined {
  watchOffline(context)
  watchHeads(context)
  watchReplays(context)
  watchConnection(context)
  watchAccount(context)
  reconcileDue(context)
  watchLosses(context)
  endPauses(context)
  watchPositions(context)
  advanceOrders(context)
  clearEntries(context)
  protectPositions(context)
  pollOrders(context)
  watchStops(context)
  watchPriceAlerts(context)
  watchFeePrices(context)
  watchLimits(context)
  summarizeRefusals(context)
  forget(context)
}

/** Nothing is remembered of orders that are over. */
function forget(context: DecisionContext): undefined {
  const { orders } = context.portfolio
  const open = <T>(record: Readonly<Record<string, T>>) => kept(record, (id) => id in orders)
  const { queries, cancels, cards, alarms } = context.session
  context.session = {
    ...context.session,
    queries: open(queries),
    cancels: open(cancels),
    cards: open(cards),
    alarms: open(alarms),
  }
  forgetWatch(context)
}
