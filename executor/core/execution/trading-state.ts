// Running, paused or halted: written when it changes, and told.
import type { TradingState } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/order.ts'
import { isAskedAbout, isPending } from '../model/order-table.ts'
import { pauseOn } from '../model/pauses.ts'
import { STANDINGS } from '../risk/rules/provider.ts'
import type { Standing } from '../risk/rules/rule.ts'
import { HEAD_LIFE_MS } from '../risk/rules/timing.ts'
import { append, type DecisionContext, report } from './context.ts'
import { isDayClosed } from './loss-day.ts'
import { requestCancel } from './order-polling.ts'
import { equivocated, standingOf } from './providers.ts'
import { denyOrder } from './report-order.ts'
import { unheardSince } from './silence.ts'

/** A halt can be changed to one that sells, and back only by ending it. */
export function setTrading(
  context: DecisionContext,
  state: TradingState,
  by: string,
  positions: 'keep' | 'sell' = 'keep',
): undefined {
  const { trading, onHalt } = context.portfolio
  const sells = positions === 'sell' && onHalt === 'keep'
  if (trading === state && !sells) return
  append(context, { type: 'trading', state, by, ...(sells && { positions: 'sell' }) })
  if (trading !== state) report(context, { type: 'state', state, by })
}

/** Can only come from the device's own terminal. */
export function unhalt(context: DecisionContext, by: string): undefined {
  for (const provider of equivocated(context.portfolio))
    append(context, { type: 'equivocation_cleared', provider, by })
  if (context.portfolio.trading === 'halted') setTrading(context, 'running', by)
}

/**
 * While trading is halted, or its provider is silent or stopped, no entry rests at the exchange: it would be new risk.
 * Of a revoked key nothing does.
 */
export function clearEntries(context: DecisionContext): undefined {
  const closed = whyClosed(context)
  for (const order of Object.values(context.portfolio.orders)) {
    if (order.kind === 'stop') continue
    const standing = standingOf(context, order)
    if (standing === 'key_revoked') requestCancel(context, order)
    if (order.kind !== 'entry') continue
    if (order.cancel === 'asked') requestCancel(context, order)
    const why = closed ?? whyNot(context, order, standing)
    if (isAskedAbout(order) && why !== null) withdraw(context, order, why)
    const silence = context.environment.now - unheardSince(context, order.stream)
    if (context.portfolio.trading === 'halted' || standing !== 'followed' || silence > HEAD_LIFE_MS)
      requestCancel(context, order)
  }
}

function whyNot(context: DecisionContext, order: Order, standing: Standing): string | null {
  if (standing !== 'followed') return STANDINGS[standing]
  const pause = pauseOn(context.portfolio, order)
  return pause === null ? null : `its ${pause.of} is paused`
}

/** Open approval requests end, because an approval would be refused. */
function withdraw(context: DecisionContext, order: Order, why: string): undefined {
  const code = 'approval_withdrawn'
  denyOrder(context, order, code, `${why}: ${sentenceOf(code)}`)
}

function whyClosed(context: DecisionContext): string | null {
  if (context.portfolio.trading !== 'running') return `trading is ${context.portfolio.trading}`
  return isDayClosed(context) ? 'as much as may be lost in a day is lost' : null
}

// Ends entries that still wait when their strategy has exited: they would buy what is sold a moment later.
/** `since`: number of the signal with which the stream left its market. */
export function supersedeEntries(
  context: DecisionContext,
  { stream, since }: { stream: string; since: number },
): undefined {
  for (const order of Object.values(context.portfolio.orders)) {
    if (order.kind !== 'entry' || order.stream !== stream || order.seq >= since) continue
    if (isPending(order.state)) denyOrder(context, order, 'entry_superseded')
    else requestCancel(context, order)
  }
}

/**
 * Orders of a stream and a kind that wait for a price or for each other: as many as it may have markets that all decide on one
 * candle. Each decision looks at all of them: 2,000 of them took seven seconds in one, 64 take a tenth of a second.
 */
const MAX_WAITING = 64

/**
 * A provider that signs without end would keep the device from everything else. What is held and has no exit yet gets one
 * however many wait.
 */
export function tooManyWait(
  { portfolio }: DecisionContext,
  {
    stream,
    kind,
    markets,
  }: {
    readonly stream: string
    readonly kind: 'entry' | 'exit'
    readonly markets: readonly string[]
  },
): boolean {
  const waiting = Object.values(portfolio.orders).filter(
    (order) => order.state === 'received' && order.stream === stream && order.kind === kind,
  )
  if (waiting.length < MAX_WAITING) return false
  const isNeeded = (market: string) =>
    portfolio.positions[`${stream} ${market}`] !== undefined &&
    !waiting.some(({ intent }) => intent.market === market)
  return kind === 'entry' || !markets.some(isNeeded)
}
