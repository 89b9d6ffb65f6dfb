// What the journal has of a position: an entry that is full and its stop, and the exit that ends both.
import { GENESIS, hashText } from '@keyside/protocol'
import type { JournalEvent, NewEvent } from '../executor/core/model/events.ts'
import type { NewOrder, OrderIntent } from '../executor/core/model/order.ts'

export const START = 1_800_000_000_000
export const AMOUNT = '0.005'

/** A client order id. */
export function nameOf(text: string): string {
  return Buffer.from(hashText(text)).toString('hex').slice(0, 32)
}

export function streamOf(market: string): string {
  return `home/s-${market.slice(0, market.indexOf('/')).toLowerCase()}`
}

interface About {
  /** Hours after the start: no two of one market have one name. */
  readonly hour: number
  readonly exits?: Pick<OrderIntent, 'trailingStop'>
}

export function bought(market: string, { hour, exits = {} }: About): JournalEvent[] {
  const round = String(hour)
  const stream = streamOf(market)
  const size = { unit: 'base', value: AMOUNT } as const
  const wanted = { market, size, type: 'market', stopPrice: '59000', ...exits } as const
  const entry = orderOf('entry', { ...wanted, kind: 'entry', side: 'buy' }, round)
  const stop = orderOf('stop', { ...wanted, kind: 'exit', side: 'sell' }, round)
  return dated(hour, [
    {
      type: 'baselined',
      stream,
      kid: 'engine',
      seq: 1,
      hash: GENESIS,
      iat: START / 1_000,
      missed: 0,
    },
    ...accepted(entry, '60000'),
    ...filled(entry, '60000'),
    ...accepted(stop, '58823'),
  ])
}

export function sold(market: string, { hour }: About): JournalEvent[] {
  const round = String(hour)
  const size = { unit: 'percent', value: '100' } as const
  const intent = { kind: 'exit', market, side: 'sell', size, type: 'market' } as const
  const stop = { clientOrderId: idOf('stop', market, round) }
  const exit = orderOf('exit', intent, round)
  return dated(hour, [
    { type: 'step', ...stop, event: 'await_fills', filled: '0' },
    { type: 'step', ...stop, event: 'cancel', code: 'stop_taken_off' },
    ...accepted(exit, '59900'),
    ...filled(exit, '59900'),
  ])
}

function dated(hour: number, events: readonly NewEvent[]): JournalEvent[] {
  return events.map((event) => ({ ...event, at: START + hour * 3_600_000 }))
}

function idOf(kind: NewOrder['kind'], market: string, round: string): string {
  return nameOf(`${kind} ${market} ${round}`)
}

function orderOf(kind: NewOrder['kind'], intent: OrderIntent, round: string): NewOrder {
  const { market } = intent
  const signal = nameOf(`signal ${market} ${round}`)
  const times = { signedAt: START, validUntil: START, timeframe: '1m' }
  const names = { clientOrderId: idOf(kind, market, round), stream: streamOf(market), signal }
  return { ...names, kind, seq: 1, reason: 'a bench', intent, ...times }
}

function accepted(order: NewOrder, price: string): NewEvent[] {
  const { clientOrderId, kind, intent } = order
  const { market, side } = intent
  const type =
    kind === 'stop'
      ? ({ type: 'stop_limit', timeInForce: 'GTC', triggerPrice: '59000' } as const)
      : ({ type: 'limit', timeInForce: 'IOC' } as const)
  const request = { clientOrderId, market, side, amount: AMOUNT, price, ...type }
  const money = { value: '300', risk: '0', takerFee: '0.001', holds: 'coins' } as const
  const exchangeId = clientOrderId.slice(0, 12)
  return [
    { type: 'ordered', order },
    { type: 'planned', clientOrderId, plan: { id: clientOrderId, request, ...money } },
    { type: 'step', clientOrderId, event: 'initialize' },
    { type: 'step', clientOrderId, event: 'submit' },
    { type: 'step', clientOrderId, event: 'accept', exchangeId },
  ]
}

function filled({ clientOrderId, intent: { market } }: NewOrder, price: string): NewEvent[] {
  const trade = { id: `t${clientOrderId}`, at: START, amount: AMOUNT, price }
  return [
    { type: 'fill', clientOrderId, market, trade },
    { type: 'step', clientOrderId, event: 'await_fills', filled: AMOUNT },
    { type: 'step', clientOrderId, event: 'complete' },
  ]
}
