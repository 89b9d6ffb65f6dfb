// The trader's own way out: what a close would sell is shown first, and exactly that is sold when the answer comes back.
import { type Answer, type Decimal, hashText } from '@keyside/protocol'
import { isSelling, orderDeviceExit, startClosing } from '../execution/close-position.ts'
import type { DecisionContext } from '../execution/context.ts'
import { freshBid } from '../execution/quotes.ts'
import { refusedAnswer } from '../execution/refusals.ts'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import { minus, parseDecimal } from '../model/decimals.ts'
import type { MarketRules, OrderRequest } from '../model/exchange.ts'
import { available } from '../model/positions.ts'
import { fitting } from '../model/report-room.ts'
import { plan } from '../risk/plan/plan.ts'
import { type Named, positionsNamed } from './named-positions.ts'
import { waitsFor } from './waits.ts'

interface Asked {
  /** The position, as the trader names it; absent for all of them. */
  readonly what?: string | undefined
  /** Of what is held now. */
  readonly percent: number
  /** What the trader has seen, and said yes to. */
  readonly shown?: string | undefined
}

interface Sale extends Named {
  /** Base. */
  readonly amount: Decimal
  readonly size: 'all' | 'part'
  /** The least that it sells for, quote per base; null where no price is known. */
  readonly least: Decimal | null
  readonly waits: ExecutorCode | null
}

const MAX_ROWS = 25

/** Without `shown` nothing is done; nor when `shown` is not exactly what would be sold now. */
export function close(context: DecisionContext, asked: Asked): Answer {
  const named = positionsNamed(context, asked.what)
  if ('about' in named) return named
  const open = named.filter(({ position }) => position.closing === null)
  if (open.length === 0) return refusedAnswer('close_under_way')
  const sales: Sale[] = []
  for (const one of open) {
    const sale = saleOf(context, one, asked.percent)
    if ('about' in sale) return sale
    sales.push(sale)
  }
  const shown = digestOf(asked.percent, sales)
  if (asked.shown === undefined) return question(context, asked, sales, shown)
  if (asked.shown !== shown) return refusedAnswer('position_changed')
  for (const sale of sales) sell(context, sale, asked.percent)
  const waits = sales.find((sale) => sale.waits !== null)?.waits ?? null
  return { about: 'done', ...(waits !== null && { waits }) }
}

/** The amount is that of the order which will be made: whole steps, and all where the rest would be too little. */
function saleOf(context: DecisionContext, named: Named, percent: number): Sale | Answer {
  const { key, position } = named
  const { exchange, policy } = context.environment
  const { market } = position
  const held = available(position)
  const waits = waitsFor(context, position)
  const all = { ...named, amount: held, size: 'all', least: null, waits } as const
  const rules = exchange.rules(market)
  const quote = exchange.quote(market)
  const planned =
    rules === null || quote === null
      ? null
      : plan({
          signal: {
            kind: 'exit',
            market,
            side: 'sell',
            size: { unit: 'percent', value: String(percent) },
            type: 'market',
          },
          rules,
          quote,
          allocation: '0',
          position: held,
          bought: held,
          stop: position.stop,
          most: null,
          collar: policy.collar,
          clientOrderId: '',
        })
  const sold = planned?.ok ? { ...all, ...ofOrder(planned.order) } : all
  // More than the exchange takes at once is sold one order after the other.
  if (percent === 100 && planned?.ok && rules !== null && isLarger(held, planned.order, rules))
    return { ...sold, amount: held }
  if (percent === 100) return sold
  if (isSelling(context, key)) return refusedAnswer('close_under_way')
  if (rules === null || planned === null || waits !== null)
    return refusedAnswer('part_waits', sentenceOf(waits ?? 'quote_missing'))
  if (!planned.ok) return { about: 'refused', code: planned.code, message: planned.message }
  return isLarger(held, planned.order, rules) ? { ...sold, size: 'part' } : sold
}

function isLarger(held: Decimal, { amount }: OrderRequest, { step }: MarketRules): boolean {
  return parseDecimal(minus(held, amount)).gte(parseDecimal(step))
}

function ofOrder({ amount, price: least }: OrderRequest) {
  return { amount, least }
}

/**
 * Whatever was sold, bought or tried since makes another digest: so one question sells once,
 * even if its answer is repeated.
 */
function digestOf(percent: number, sales: readonly Sale[]): string {
  const bound = sales.map(({ key, position, amount, size }) => {
    const { failures, signal, seq, cost } = position
    const { exit } = failures
    // When all is sold, a price that was missing may have come since: it is still the same sale.
    const sold = size === 'all' ? size : amount
    return [key, signal, seq, position.amount, cost, sold, exit.times, exit.at]
  })
  return hashText(JSON.stringify(['close', percent, ...bound]))
}

function question(
  context: DecisionContext,
  { what, percent }: Asked,
  sales: readonly Sale[],
  shown: string,
): Answer {
  const all = sales.map(({ position, amount, size, least, waits }) => {
    const { stream, market, stop, exits, levelsFilled } = position
    const price = freshBid(context, market)
    const takeProfits = exits.takeProfits.length - levelsFilled.length
    return {
      stream,
      market,
      held: position.amount,
      amount,
      ...(size === 'part' && { rest: minus(position.amount, amount) }),
      ...(price !== null && least !== null && { price, least }),
      ...(stop !== null && { stop }),
      ...(takeProfits > 0 && { takeProfits }),
      ...(waits !== null && { waits }),
    }
  })
  const rows = fitting(all.slice(0, MAX_ROWS))
  const more = all.length - rows.length
  return {
    about: 'close',
    ...(what !== undefined && { what }),
    percent,
    rows,
    ...(more > 0 && { more }),
    shown,
  }
}

/** All of it is tried until it is sold; a part is one order, whose outcome is told. */
function sell(
  context: DecisionContext,
  { key, position, amount, size }: Sale,
  percent: number,
): undefined {
  if (size === 'all') return startClosing(context, key, 'trader')
  orderDeviceExit(context, position, {
    reason: `you asked for ${percent} % of it to be sold`,
    cause: 'trader',
    size: { unit: 'base', value: amount },
  })
}
