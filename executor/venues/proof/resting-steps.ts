// Steps with orders that wait far from the price, or are to be refused: nothing is traded.

import { toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import type { OrderRequest, Placed } from '../../core/model/exchange.ts'
import { losing } from './cut.ts'
import { canceled, type ProofContext, type Step, seen, wordsOf } from './proof-context.ts'

export const RESTING: Step = {
  does: 'a purchase far below the price: looked for, listed, sent again under the same name, canceled twice',
  claims: ['client_ids', 'look_up', 'same_name_twice', 'cancels'],
  roundTrips: 0,
  run: async (context, note) => {
    const { exchange, orders, rules } = context
    const order = await resting(context)
    const placed = await orders.send(order, (one) => exchange.place(one))
    if (placed.outcome !== 'accepted') return note('client_ids', false, tell(placed))
    const open = await seen(context, order, ({ status }) => status === 'open')
    note('look_up', open.order !== null, `open: ${wordsOf(open.last)} after ${open.ms} ms`)
    const again = await orders.send(order, (one) => exchange.place(one))
    await context.pass(context.waits.viewLag)
    const listed = await listedUnder(context, order)
    note(
      'client_ids',
      placed.order.clientOrderId === order.clientOrderId && listed > 0,
      `listed ${listed} times`,
    )
    note(
      'same_name_twice',
      again.outcome !== 'accepted' && listed === 1,
      `${tell(again)}; listed ${listed} times`,
    )
    const first = await canceled(context, order)
    await orders.conclude(order)
    orders.refuseTraded(order)
    const ended = await seen(context, order, ({ status }) => status === 'canceled')
    note('look_up', ended.order !== null, `canceled: ${wordsOf(ended.last)}`)
    const second = await canceled(context, order)
    const unknown = await exchange.cancel(rules.market, orders.draft(order).clientOrderId, 'order')
    const isSo = first === 'canceled' && ['canceled', 'not_open'].includes(second) && !unknown.ok
    note(
      'cancels',
      isSo,
      `canceled: ${first}; again: ${second}; a name that nobody knows: ${unknown.ok ? unknown.value : unknown.message}`,
    )
  },
}

export const REFUSED: Step = {
  does: 'orders off the steps, below the least and without the coins: each is to be refused, and looked for',
  claims: ['refusals', 'market_rules'],
  roundTrips: 0,
  run: async (context, note) => {
    for (const { order, code, about } of await wrongOrders(context)) {
      const placed = await context.orders.send(order, (one) => context.exchange.place(one))
      const isRefused = placed.outcome === 'rejected' && placed.code === code
      note('market_rules', isRefused, `${about}: ${tell(placed)}`)
      await context.pass(context.waits.viewLag)
      const after = await context.exchange.find(order.market, order.clientOrderId)
      note(
        'refusals',
        placed.outcome !== 'rejected' || after.outcome === 'missing',
        `${about}: afterwards ${wordsOf(after)}`,
      )
      await context.orders.conclude(order)
    }
  },
}

export const LATE: Step = {
  does: 'a purchase far below the price, stamped too long ago: it is to be refused',
  claims: ['late_requests', 'clock'],
  roundTrips: 0,
  run: async (context, note) => {
    const { orders, late, dialect, market, exchange } = context
    const order = await resting(context)
    const reply = await orders.send(order, (one) => late.ask(dialect.placeOrder(market, one)))
    const isUntimely = reply.got === 'refusal' && dialect.refusals.isUntimely(reply.refusal)
    const words =
      reply.got === 'refusal' ? `${reply.refusal.code} ${reply.refusal.text}` : reply.got
    const found = await seen(context, order)
    note(
      'late_requests',
      isUntimely && found.order === null,
      `${words}; afterwards ${wordsOf(found.last)}`,
    )
    const skew = exchange.skewMs()
    note(
      'clock',
      isUntimely && skew !== null,
      skew === null ? 'its clock could not be read' : `${skew} ms from this device's`,
    )
    await orders.conclude(order)
    orders.refuseTraded(order)
  },
}

export const LOST: Step = {
  does: 'two purchases far below the price, whose connection is cut: one before it is sent, one before its answer',
  claims: ['lost_answers'],
  roundTrips: 0,
  run: async (context, note) => {
    const { orders, exchange, waits } = context
    const taken = await resting(context)
    const first = await orders.send(taken, (one) => losing('answer', () => exchange.place(one)))
    const found = await seen(context, taken, ({ status }) => status === 'open')
    note(
      'lost_answers',
      first.outcome === 'unknown' && found.order !== null,
      `answer lost: ${tell(first)}, then ${wordsOf(found.last)} after ${found.ms} ms`,
    )
    await orders.conclude(taken)
    orders.refuseTraded(taken)
    const lost = await resting(context)
    const second = await orders.send(lost, (one) => losing('request', () => exchange.place(one)))
    await context.pass(waits.viewLag)
    const soon = await exchange.find(lost.market, lost.clientOrderId)
    await context.pass(waits.acceptance)
    const later = await exchange.find(lost.market, lost.clientOrderId)
    const isMissing = soon.outcome === 'missing' && later.outcome === 'missing'
    note(
      'lost_answers',
      second.outcome === 'unknown' && isMissing,
      `request lost: ${tell(second)}, then ${wordsOf(soon)}, later ${wordsOf(later)}`,
    )
    await orders.conclude(lost)
  },
}

export const EXPIRED: Step = {
  does: 'a purchase far below the price that is to fill at once: it is to end with nothing filled',
  claims: ['look_up', 'immediate_orders'],
  roundTrips: 0,
  run: async (context, note) => {
    const { orders, exchange } = context
    const order = { ...(await resting(context)), timeInForce: 'IOC' } as const
    const placed = await orders.send(order, (one) => exchange.place(one))
    const ended = await seen(context, order, ({ status }) => status !== 'open')
    const isEmpty = ended.order !== null && Number(ended.order.filled) === 0
    note('look_up', isEmpty && ended.order.status !== 'filled', `expired: ${wordsOf(ended.last)}`)
    note(
      'immediate_orders',
      placed.outcome === 'accepted' && isEmpty,
      `far away: ${wordsOf(ended.last)}`,
    )
    await orders.conclude(order)
  },
}

export const ACCOUNT: Step = {
  does: 'the rights of the key and the mode of the account are read; you say whether they are right',
  claims: ['key_rights', 'no_borrowing'],
  roundTrips: 0,
  run: async ({ exchange, dialect, confirm }, note) => {
    // An account that may borrow was refused when the venue was opened.
    if (dialect.borrowing !== undefined)
      note('no_borrowing', true, 'the account says that it cannot borrow')
    const rights = await exchange.keyRights()
    if (!rights.ok) return
    const { trade, withdraw, transfer, ipList } = rights.value
    const words = `trade ${trade}, withdraw ${withdraw}, transfer ${transfer}, IP list ${ipList}`
    const isRight = await confirm(
      `The exchange says of this key: ${words}. Is this what you have set there?`,
    )
    note('key_rights', isRight, words)
  },
}

async function resting(context: ProofContext): Promise<OrderRequest> {
  const { amount, restPrice } = await context.sizes()
  return context.orders.draft({ side: 'buy', price: restPrice, amount })
}

async function wrongOrders({ orders, rules, exchange, sizes }: ProofContext) {
  const { amount, restPrice, highPrice } = await sizes()
  const more = (value: string, step: string) =>
    toDecimal(new Big(value).plus(new Big(step).div(10)))
  const buy = (change: { amount?: string; price?: string }) =>
    orders.draft({ side: 'buy', price: restPrice, amount, ...change })
  const filter = 'exchange_filter_refused'
  const balances = await exchange.refreshBalances()
  const own = balances.ok ? balances.value.find(({ currency }) => currency === rules.base) : null
  const hasNone = own !== null && new Big(own?.free ?? 0).lt(amount)
  const isCounted = new Big(rules.step).lt(rules.minAmount) || rules.minValue !== '0'
  return [
    {
      about: 'off the amount step',
      code: filter,
      order: buy({ amount: more(amount, rules.step) }),
    },
    {
      about: 'off the price step',
      code: filter,
      order: buy({ price: more(restPrice, rules.tick) }),
    },
    ...(isCounted
      ? [{ about: 'below the least', code: filter, order: buy({ amount: rules.step }) }]
      : []),
    ...(hasNone
      ? [
          {
            about: 'without the coins',
            code: 'exchange_funds_insufficient',
            order: orders.draft({ side: 'sell', price: highPrice, amount }),
          },
        ]
      : []),
  ]
}

async function listedUnder(
  { exchange, rules }: ProofContext,
  { clientOrderId }: OrderRequest,
): Promise<number> {
  const open = await exchange.openOrders(rules.market)
  return open.ok ? open.value.filter((one) => one.clientOrderId === clientOrderId).length : 0
}

export function tell(placed: Placed): string {
  if (placed.outcome === 'accepted') return 'accepted'
  if (placed.outcome === 'unknown') return `unknown (${placed.message})`
  return `rejected (${placed.code}: ${placed.message})`
}
