// Steps with the smallest purchase that the market takes, a stop for it, and its sale.

import { toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import type { Balance, OrderRequest } from '../../core/model/exchange.ts'
import { place } from '../adapter/orders.ts'
import { canceled, type ProofContext, type Step, seen, wordsOf } from './proof-context.ts'
import { ProofStopped } from './proof-orders.ts'
import { tell } from './resting-steps.ts'
import { priceAt } from './sizes.ts'

export const BOUGHT: Step = {
  does: 'the smallest purchase: filled at once, looked for, its fills and trades read, canceled too late',
  claims: ['client_ids', 'look_up', 'immediate_orders', 'fills', 'cancels'],
  roundTrips: 1,
  run: async (context, note) => {
    const { orders, exchange } = context
    const { amount, buyPrice } = await context.sizes()
    const order = orders.draft({ side: 'buy', price: buyPrice, amount, timeInForce: 'IOC' })
    const placed = await orders.send(order, (one) => exchange.place(one))
    const over = await seen(context, order, ({ status }) => status !== 'open')
    note('immediate_orders', over.order !== null, `at the price: ${wordsOf(over.last)}`)
    note(
      'look_up',
      over.order?.status === 'filled',
      `filled: ${wordsOf(over.last)} after ${over.ms} ms`,
    )
    const late = await canceled(context, order)
    note('cancels', late === 'not_open', `after the fill: ${late}`)
    await orders.conclude(order)
    if (placed.outcome !== 'accepted' || over.order === null || orders.sellable() === '0')
      throw new ProofStopped(`nothing was bought: ${tell(placed)}, then ${wordsOf(over.last)}`)
    const { exchangeId, filled } = over.order
    note('client_ids', placed.order.exchangeId === exchangeId, `number ${exchangeId}`)
    await checkFills(context, { exchangeId, filled }, 'buy', (isSo, words) =>
      note('fills', isSo, words),
    )
  },
}

export const STOPPED: Step = {
  does: 'a stop far below the price for what was bought: looked for, listed, its coins counted, canceled',
  claims: ['client_ids', 'look_up', 'stop_holds', 'cancels'],
  roundTrips: 0,
  run: async (context, note) => {
    const { orders, exchange, rules } = context
    const before = await baseOf(context)
    const order = await stopAt(context, 0.85)
    const placed = await orders.send(order, (one) => exchange.place(one))
    const open = await seen(
      context,
      order,
      ({ status, kind }) => status === 'open' && kind === 'stop',
    )
    const listed = await exchange.openOrders(rules.market)
    const row = listed.ok
      ? listed.value.find((one) => one.clientOrderId === order.clientOrderId)
      : null
    note(
      'client_ids',
      placed.outcome === 'accepted' && row?.kind === 'stop',
      `stop: ${tell(placed)}, listed as ${row?.kind ?? 'nothing'}`,
    )
    note('look_up', open.order !== null, `stop: ${wordsOf(open.last)} after ${open.ms} ms`)
    const held = await heldSince(context, before, order)
    const isSaid = rules.stop.holds === 'coins' ? held === order.amount : held === '0'
    note(
      'stop_holds',
      isSaid,
      `a stop of ${order.amount} holds ${held}; the dialect says ${rules.stop.holds}`,
    )
    const first = await canceled(context, order)
    await orders.conclude(order)
    orders.refuseTraded(order)
    const over = await seen(context, order, ({ status }) => status === 'canceled')
    note(
      'cancels',
      first === 'canceled' && over.order !== null,
      `stop: ${first}, then ${wordsOf(over.last)}`,
    )
  },
}

export const WRONG_SIDE: Step = {
  does: 'a stop above the price for what was bought: it is to be refused, or seen to wait for the other side',
  claims: ['wrong_sided_stop'],
  roundTrips: 0,
  run: async (context, note) => {
    const { orders, plain, market, dialect } = context
    const order = await stopAt(context, 1.1)
    // The adapter would not send it where the venue takes such stops.
    const placed = await orders.send(order, (one) => place(plain, market, one))
    if (dialect.wrongSidedStop === 'refused') {
      const isRefused =
        placed.outcome === 'rejected' && placed.code === 'exchange_stop_would_trigger'
      note('wrong_sided_stop', isRefused, tell(placed))
    } else {
      const shown = await seen(context, order, ({ triggers }) => triggers === 'at_or_above')
      note(
        'wrong_sided_stop',
        shown.order !== null,
        `${tell(placed)}, then ${shown.order?.triggers ?? wordsOf(shown.last)} after ${shown.ms} ms`,
      )
    }
    await orders.conclude(order)
    if (orders.sellable() === '0')
      throw new ProofStopped('a stop on the wrong side was filled at once')
  },
}

export const TRIGGERED: Step = {
  does: 'a stop close below the price for what was bought, and up to ten minutes for the price to reach it',
  claims: ['triggered_stop'],
  roundTrips: 0,
  run: async (context, note) => {
    const { orders, exchange, waits, now, pass } = context
    const order = await stopAt(context, 0.9998)
    const placed = await orders.send(order, (one) => exchange.place(one))
    const until = now() + waits.trigger
    let found = await seen(context, order, ({ status }) => status !== 'open')
    while (found.order === null && now() < until && placed.outcome === 'accepted') {
      await pass(250)
      found = await seen(context, order, ({ status }) => status !== 'open')
    }
    await orders.conclude(order)
    // The price has not reached the trigger: the step proves nothing either way.
    if (found.order === null) return
    const { exchangeId, filled, status } = found.order
    const isSame = placed.outcome === 'accepted' && placed.order.exchangeId === exchangeId
    note(
      'triggered_stop',
      isSame && status === 'filled',
      `${wordsOf(found.last)}, number ${exchangeId}`,
    )
    await checkFills(context, { exchangeId, filled }, 'sell', (isSo, words) =>
      note('triggered_stop', isSo, words),
    )
  },
}

/** Its fills add up to it, each has its own number, and is among the account's trades under the order's. */
async function checkFills(
  { exchange, rules, waits, now, pass }: ProofContext,
  { exchangeId, filled }: { exchangeId: string; filled: string },
  side: 'buy' | 'sell',
  note: (isSo: boolean, words: string) => void,
): Promise<void> {
  const until = now() + waits.viewLag
  for (;;) {
    const fills = await exchange.fills(rules.market, exchangeId)
    const trades = await exchange.trades(rules.market, 0)
    const rows = fills.ok ? fills.value : []
    const sum = rows.reduce((all, { amount }) => all.plus(amount), new Big(0))
    const isWhole =
      rows.length > 0 && sum.eq(filled) && new Set(rows.map(({ id }) => id)).size === rows.length
    const isTold = rows.every(({ fee }) => fee !== undefined)
    const isListed = rows.every(
      ({ id }) =>
        trades.ok &&
        trades.value.some(
          (one) => one.id === id && one.exchangeId === exchangeId && one.side === side,
        ),
    )
    if ((isWhole && isTold && isListed) || now() > until) {
      const fees = rows.map(({ fee }) =>
        fee === undefined ? 'none' : `${fee.amount} ${fee.currency}`,
      )
      return note(
        isWhole && isTold && isListed,
        `${rows.length} fills of ${sum} (${filled} filled), fees ${fees.join(', ')}`,
      )
    }
    await pass(100)
  }
}

async function stopAt(
  { exchange, orders, rules }: ProofContext,
  share: number,
): Promise<OrderRequest> {
  const quote = await exchange.refreshQuote(rules.market)
  if (!quote.ok) throw new ProofStopped(`no price: ${quote.message}`)
  const triggerPrice = priceAt(quote.value.bid, share, rules)
  return orders.draft({
    side: 'sell',
    amount: orders.sellable(),
    triggerPrice,
    price: priceAt(triggerPrice, 0.97, rules),
  })
}

async function baseOf({ exchange, rules }: ProofContext): Promise<Balance | undefined> {
  const balances = await exchange.refreshBalances()
  return balances.ok ? balances.value.find(({ currency }) => currency === rules.base) : undefined
}

/** How much more of the base currency is bound than before, as soon as it is as much as the order's. */
async function heldSince(
  context: ProofContext,
  before: Balance | undefined,
  { amount }: OrderRequest,
): Promise<string> {
  const until = context.now() + context.waits.viewLag
  for (;;) {
    const held = toDecimal(
      new Big((await baseOf(context))?.used ?? 0).minus(before?.used ?? 0).abs(),
    )
    if (held === amount || context.now() > until) return held
    await context.pass(100)
  }
}
