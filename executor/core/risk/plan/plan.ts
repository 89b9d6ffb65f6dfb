// Turns a signal into the exact strings that would go to the exchange. Pure: prices and sizes are arguments.

import { type Decimal, toDecimal, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import {
  ceilTo,
  decimalAbove,
  floorTo,
  parseDecimal,
  percentOf,
  timesIn,
} from '../../model/decimals.ts'
import type { MarketRules, OrderRequest, Quote } from '../../model/exchange.ts'
import type { OrderIntent, SizeLimit } from '../../model/order.ts'
import { highestBuy, lowestSell } from './collar.ts'
import { isTooLittleToKeep } from './dust.ts'
import { marketLimitProblem, withinOneOrder } from './market-limits.ts'
import type { Planned } from './result.ts'
import { type Unplanned, unplanned } from './result.ts'

export interface PlanInput {
  readonly signal: OrderIntent
  readonly rules: MarketRules
  readonly quote: Quote
  /** What the trader gives to the stream, in quote currency. */
  readonly allocation: Decimal
  /** What the stream holds of the market's base currency, after fees that were taken in it. */
  readonly position: Decimal
  /** The same with all that is missing, and with what other entries of the stream may still bring. */
  readonly bought: Decimal
  /** The stop that keeps it, null for none: an exit takes that away, so it may not wait. */
  readonly stop: Decimal | null
  /** What the trader wants at most of an entry; null for as much as the signal says. */
  readonly most: SizeLimit | null
  /** Policy's collars, percent. */
  readonly collar: { readonly entry: Decimal; readonly exit: Decimal }
  /** 32 lower-case hex digits. */
  readonly clientOrderId: string
}

export function plan(input: PlanInput): Planned | Unplanned {
  const { signal, rules } = input
  if ((signal.kind === 'entry') !== (signal.side === 'buy'))
    return unplanned(
      'side_unsupported',
      `expected an entry that buys or an exit that sells, got an ${signal.kind} that says ${signal.side}: only long positions are traded`,
    )
  if (signal.kind === 'exit' && parseDecimal(input.position).eq(0))
    return unplanned('no_position', `the stream holds nothing on ${signal.market}: nothing to sell`)
  const price = limitPrice(input)
  if (price.lte(0))
    return unplanned(
      'price_zero',
      `the price comes to less than one step of ${rules.tick}: no order can carry it`,
    )
  const wrongStop =
    signal.kind === 'entry' ? (misplacedStop(input, price) ?? narrowTrail(input)) : null
  if (wrongStop !== null) return wrongStop
  const amount = amountFor(input, price)
  return (
    marketLimitProblem(amount, price, rules) ??
    aboveOneStop(input, amount) ??
    belowExitMinimum(input, amount) ??
    planned(input, amount, price)
  )
}

/** One stop holds all that a stream has on a market, and the exchange takes none that is larger. */
function aboveOneStop({ signal, rules, stop, bought }: PlanInput, amount: Big): Unplanned | null {
  if (signal.kind === 'exit' || (signal.stopPrice === undefined && stop === null)) return null
  if (amount.plus(parseDecimal(bought)).lte(parseDecimal(rules.maxAmount))) return null
  return unplanned(
    'size_above_maximum',
    `expected at most ${rules.maxAmount} ${rules.base} under one stop, got ${amount.toFixed()} and ${bought} that the stream has there already: wait for an exit, or lower the signal's size`,
  )
}

/** More than most venues take of the coins that were bought, as a share. */
const FEE_IN_BASE = '0.01'

/** What is bought has to be enough for its own stop, or, without one, for a sale at the present bid. */
function belowExitMinimum(
  { signal, rules, quote, collar }: PlanInput,
  amount: Big,
): Unplanned | null {
  if (signal.kind === 'exit') return null
  const [least, taker] = [parseDecimal(FEE_IN_BASE), parseDecimal(rules.takerFee)]
  const left = toDecimal(amount.minus(amount.times(taker.gt(least) ? taker : least)))
  const about = { rules, bid: quote.bid, stop: signal.stopPrice ?? null, collar: collar.exit }
  if (!isTooLittleToKeep(left, about)) return null
  return unplanned(
    'size_below_minimum',
    `expected enough for a ${signal.stopPrice === undefined ? 'sale' : 'stop'} of at least ${rules.minValue} ${rules.quote} after it, got ${amount.toFixed()} ${rules.base}: raise the stream's allocation or the signal's size`,
  )
}

/** Rounded so that a buy never pays more, and a sale never takes less, than the limit or the collar says. */
function limitPrice({ signal, rules, quote, collar }: PlanInput): Big {
  const tick = parseDecimal(rules.tick)
  if (signal.side === 'buy') {
    const most =
      signal.limitPrice === undefined
        ? highestBuy(quote.ask, collar.entry)
        : parseDecimal(signal.limitPrice)
    return floorTo(most, tick)
  }
  const least =
    signal.limitPrice === undefined
      ? lowestSell(quote.bid, collar.exit)
      : parseDecimal(signal.limitPrice)
  return ceilTo(least, tick)
}

/** A stop at or above the best bid would sell what was just bought. */
function misplacedStop({ signal, quote, rules }: PlanInput, price: Big): Unplanned | null {
  if (signal.stopPrice === undefined) return null
  const trigger = ceilTo(parseDecimal(signal.stopPrice), parseDecimal(rules.tick))
  if (trigger.lt(price) && trigger.lt(parseDecimal(quote.bid))) return null
  return unplanned(
    'stop_wrong_side',
    `expected a stop below the limit ${price.toFixed()} and the best bid ${quote.bid}, got ${signal.stopPrice}: the signal does not fit the market`,
  )
}

/** Nearer than one step there is no price below the bid. */
function narrowTrail({
  signal: { trailingStop },
  quote: { bid },
  rules,
}: PlanInput): Unplanned | null {
  if (
    trailingStop === undefined ||
    percentOf(parseDecimal(bid), parseDecimal(trailingStop.percent)).gte(parseDecimal(rules.tick))
  )
    return null
  return unplanned(
    'trail_below_step',
    `expected a trail of at least one price step of ${rules.tick} at the bid ${bid}, got ${trailingStop.percent} %: the signal does not fit the market`,
  )
}

function planned(input: PlanInput, amount: Big, price: Big): Planned {
  const { signal, stop, clientOrderId } = input
  const value = amount.times(price)
  const mayWait = signal.type === 'limit' && (signal.kind === 'entry' || stop === null)
  const order: OrderRequest = {
    clientOrderId,
    market: signal.market,
    side: signal.side,
    type: 'limit',
    timeInForce: mayWait ? 'GTC' : 'IOC',
    amount: toDecimal(amount),
    price: toDecimal(price),
  }
  return { ok: true, order, value: decimalAbove(value), risk: risk(input, amount, price) }
}

function risk(
  { signal: { kind, stopPrice }, collar }: PlanInput,
  amount: Big,
  price: Big,
): Decimal {
  if (kind === 'exit') return '0'
  const back = stopPrice === undefined ? new Big(0) : lowestSell(stopPrice, collar.exit)
  return decimalAbove(amount.times(price.minus(back)))
}

// How much base currency a signal asks for, cut to whole steps.
/** Base currency, a multiple of the step; 0 when less than one step is left. An exit is cut to the position. */
function amountFor(input: PlanInput, price: Big): Big {
  const step = parseDecimal(input.rules.step)
  const asked =
    input.signal.kind === 'entry' ? entryAmount(input, price, step) : exitAmount(input, price, step)
  return floorTo(asked, step)
}

function entryAmount(input: PlanInput, price: Big, step: Big): Big {
  const { most } = input
  const asked = askedAmount(input, price, step)
  if (most === null) return asked
  return [
    asked,
    affordable(parseDecimal(most.value), price, step),
    parseDecimal(most.amount),
  ].reduce((least, one) => (one.lt(least) ? one : least))
}

function askedAmount({ signal, allocation }: PlanInput, price: Big, step: Big): Big {
  const size = parseDecimal(signal.size.value)
  switch (signal.size.unit) {
    case 'base':
      return size
    case 'quote':
      return affordable(size, price, step)
    case 'percent':
      return affordable(percentOf(parseDecimal(allocation), size), price, step)
  }
}

function exitAmount(input: PlanInput, price: Big, step: Big): Big {
  return withinOneOrder(wantedAmount(input, price, step), price, input.rules)
}

/** All of the position when the rest would be too little to be sold or protected. */
function wantedAmount(input: PlanInput, price: Big, step: Big): Big {
  const { signal, position, rules, quote, stop, collar } = input
  const size = parseDecimal(signal.size.value)
  const held = parseDecimal(position)
  const asked = {
    base: () => size,
    quote: () => affordable(size, price, step),
    percent: () => percentOf(held, size),
  }[signal.size.unit]()
  if (asked.gte(held)) return held
  const rest = toTotal(held.minus(floorTo(asked, step)))
  const about = { rules, bid: quote.bid, stop, collar: collar.exit }
  return isTooLittleToKeep(rest, about) ? held : asked
}

/** The most whole steps that `money` pays for at `price`. */
function affordable(money: Big, price: Big, step: Big): Big {
  // Cut to wire places first, so that the value shown is never above the money.
  return timesIn(money.round(12, Big.roundDown), price.times(step)).times(step)
}
