// What one trade does to its order and to what the stream holds.

import type { Decimal } from '@keyside/protocol'
import Big from 'big.js'
import { addFee, atLeast, decimalAbove, isZero, minus, plus, times } from './decimals.ts'
import type { FactOf } from './events.ts'
import type { Fill } from './exchange.ts'
import { addTaken, addToLots, goneWith, lotOf, takeFromLots } from './lots.ts'
import type { Order, OrderIntent } from './order.ts'
import { nextState } from './order-table.ts'
import { type Failures, type Position, positionKey } from './position.ts'
import type { Portfolio } from './state.ts'

/** The same trade twice changes nothing. */
export function applyFill(portfolio: Portfolio, order: Order, trade: Fill): Portfolio {
  if (order.trades.includes(trade.id)) return portfolio
  const key = positionKey(order)
  const held = portfolio.positions[key]
  const positions = withTrade(portfolio.positions, order, trade)
  const filled = {
    ...order,
    state: nextState(order.state, 'fill'),
    filled: plus(order.filled, trade.amount),
    cost: plus(order.cost, times(trade.amount, trade.price)),
    fees: trade.fee === undefined ? order.fees : addFee(order.fees, trade.fee),
    costBasis:
      order.kind === 'entry' || held === undefined
        ? order.costBasis
        : addTaken(
            order.costBasis,
            takeFromLots(held.lots, goneWith(held.market, trade)),
            trade.at,
          ),
    trades: [...order.trades, trade.id],
  }
  return { ...portfolio, orders: { ...portfolio.orders, [order.clientOrderId]: filled }, positions }
}

function withTrade(
  positions: Portfolio['positions'],
  order: Order,
  trade: Fill,
): Portfolio['positions'] {
  const key = positionKey(order)
  const before = positions[key] ?? emptyPosition(order, trade.at)
  const after = order.kind === 'entry' ? bought(before, order, trade) : sold(before, trade)
  if (!isZero(after.amount)) return { ...positions, [key]: after }
  const { [key]: _, ...others } = positions
  return others
}

function emptyPosition({ stream, intent, mapping, seq, signal }: Order, at: number): Position {
  return {
    stream,
    market: intent.market,
    signalMarket: mapping?.market ?? intent.market,
    ratio: null,
    amount: '0',
    missing: '0',
    baseBought: '0',
    cost: '0',
    fees: [],
    lots: [],
    seq,
    signal,
    stop: null,
    stops: 0,
    initialAmount: '0',
    ...newExits(intent, at),
  }
}

/** The exit plan that an entry brings, with nothing done yet. */
function newExits({ takeProfits = [], trailingStop, breakEven, maxHold }: OrderIntent, at: number) {
  const none = { times: 0, at: 0 }
  return {
    exits: {
      takeProfits: takeProfits
        .map(({ price, percent, after = 0 }) => ({
          price,
          percent,
          from: after === 0 ? 0 : at + after * 1000,
        }))
        .toSorted((a, b) => new Big(a.price).cmp(b.price)),
      trailingStop: trailingStop ?? null,
      breakEven: breakEven ?? null,
      maxHoldUntil: maxHold === undefined ? null : at + maxHold * 1000,
    },
    levelsFilled: [],
    closing: null,
    failures: { exit: none, stop: none },
  }
}

/**
 * A newer entry brings its own way out, which stays when an older entry fills late. Of their stops the highest counts.
 */
function bought(before: Position, order: Order, trade: Fill): Position {
  const newest = order.seq >= before.seq
  const newer = newest && (order.signal !== before.signal || order.seq !== before.seq)
  const lot = lotOf(before.market, order.clientOrderId, trade)
  return {
    ...before,
    ...(newer && newExits(order.intent, trade.at)),
    ratio: newest ? (order.mapping?.ratio ?? null) : before.ratio,
    amount: plus(before.amount, lot.amount),
    initialAmount: plus(newer ? before.amount : before.initialAmount, lot.amount),
    baseBought: plus(before.baseBought, trade.amount),
    cost: plus(before.cost, lot.cost),
    fees: lot.fees.reduce(addFee, before.fees),
    lots: addToLots(before.lots, lot),
    seq: newest ? order.seq : before.seq,
    signal: newest ? order.signal : before.signal,
    // Never lowered: what was bought under the higher stop was allowed because of it.
    stop: higher(order.intent.stopPrice ?? null, before.stop),
    stops: 0,
  }
}

function higher(a: Decimal | null, b: Decimal | null): Decimal | null {
  if (a === null || b === null) return a ?? b
  return new Big(a).gt(b) ? a : b
}

/** What was sold takes its cost along: the rest counts in the limits, and in its entry price, as what was paid for it. */
function sold(before: Position, trade: Fill): Position {
  const gone = goneWith(before.market, trade)
  const amount = minus(before.amount, gone)
  // What was sold was there.
  const missing = atLeast(amount, before.missing) ? before.missing : amount
  if (isZero(before.amount)) return { ...before, amount, missing, stops: 0 }
  const left = (whole: Decimal) => decimalAbove(new Big(whole).times(amount).div(before.amount))
  return {
    ...before,
    amount,
    missing,
    baseBought: left(before.baseBought),
    cost: left(before.cost),
    fees: before.fees.map((fee) => ({ ...fee, amount: left(fee.amount) })),
    lots: takeFromLots(before.lots, gone).left,
    stops: 0,
  }
}

// What the events of an exit do to a position: closing, moved stops, levels, failures, and what is written off.
/** Every exit has a name of its own. */
export function applyOrderedExit(portfolio: Portfolio, { kind }: Order): Portfolio {
  return kind === 'exit' ? { ...portfolio, exits: portfolio.exits + 1 } : portfolio
}

export function applyClosing(
  portfolio: Portfolio,
  { position, why }: FactOf<'closing'>,
): Portfolio {
  return withPosition(portfolio, position, () => ({ closing: why }))
}

export function applyStopMoved(
  portfolio: Portfolio,
  { position, stop }: FactOf<'stop_moved'>,
): Portfolio {
  return withPosition(portfolio, position, () => ({ stop, stops: 0 }))
}

export function applyWrittenOff(
  portfolio: Portfolio,
  { position }: FactOf<'written_off'>,
): Portfolio {
  const { [position]: _, ...positions } = portfolio.positions
  return { ...portfolio, positions }
}

/** Every stop has a name of its own. */
export function applyIntended(portfolio: Portfolio, order: Order): Portfolio {
  return order.kind === 'stop' ? { ...portfolio, stops: portfolio.stops + 1 } : portfolio
}

export function applyUnprotected(
  portfolio: Portfolio,
  { position, at }: FactOf<'unprotected'>,
): Portfolio {
  return withPosition(portfolio, position, ({ failures }) => ({
    failures: { ...failures, stop: oneMore(failures.stop, at) },
  }))
}

/** A stop that stands ends the row of those that failed. */
export function applyStanding(portfolio: Portfolio, order: Order): Portfolio {
  if (order.kind !== 'stop') return portfolio
  return withPosition(portfolio, positionKey(order), ({ failures, stops }) => ({
    stops: stops + 1,
    failures: { ...failures, stop: { ...failures.stop, times: 0 } },
  }))
}

/** An exit is over. Its levels are done when it sold anything; until then it stands in the portfolio, and no other is made. */
export function applyExitOver(portfolio: Portfolio, order: Order, at: number): Portfolio {
  if (order.kind !== 'exit') return portfolio
  const { state, filled, takeProfitLevels, signal } = order
  const nothing = isZero(filled)
  return withPosition(portfolio, positionKey(order), ({ failures, levelsFilled, ...position }) => ({
    stops: 0,
    // A newer entry has brought levels of its own.
    levelsFilled:
      !nothing && takeProfitLevels !== undefined && signal === position.signal
        ? [...levelsFilled, ...takeProfitLevels]
        : levelsFilled,
    failures: {
      ...failures,
      exit:
        state === 'filled'
          ? { times: 0, at: 0 }
          : oneMore(nothing ? failures.exit : { times: 0, at }, at),
    },
  }))
}

/** A halt that sells is undone with the halt. */
export function applyTrading(
  portfolio: Portfolio,
  { state, positions, until = 0, at }: FactOf<'trading'>,
): Portfolio {
  const trading = { ...portfolio, trading: state, tradingSince: at, pausedUntil: until }
  if (state === 'halted')
    return {
      ...trading,
      onHalt: positions ?? (portfolio.trading === 'halted' ? portfolio.onHalt : 'keep'),
    }
  const kept = Object.entries(portfolio.positions).map(([key, position]) => [
    key,
    position.closing === 'flatten' ? { ...position, closing: null } : position,
  ])
  return { ...trading, onHalt: 'keep', positions: Object.fromEntries(kept) }
}

function oneMore({ times }: Failures, at: number): Failures {
  return { times: times + 1, at }
}

function withPosition(
  portfolio: Portfolio,
  key: string,
  change: (position: Position) => Partial<Position>,
): Portfolio {
  const position = portfolio.positions[key]
  if (position === undefined) return portfolio
  const positions = { ...portfolio.positions, [key]: { ...position, ...change(position) } }
  return { ...portfolio, positions }
}
