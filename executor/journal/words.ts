// The journal in a trader's words: one sentence a fact.
import type { Fact, Step } from '../core/fact.ts'
import type { OrderSeed } from '../core/state.ts'
import type { WireOrder } from '../exchange/port.ts'
import type { OrderEvent } from '../orders/table.ts'

/** Exhaustive: a new kind of fact does not compile until it has a sentence. */
export function tell(fact: Fact): string {
  switch (fact.type) {
    case 'baselined':
      return `${fact.stream} stands at signal ${fact.seq}${fact.missed > 0 ? `, ${fact.missed} missed` : ''}`
    case 'signal':
      return `signal ${fact.seq} of ${fact.stream} accepted: ${fact.kind}`
    case 'refused':
      return `refused (${fact.code}): ${fact.message}`
    case 'head_exit':
      return `${fact.stream} wants to be out since signal ${fact.since}: the missed exit is made up for, try ${fact.attempts}`
    case 'ordered':
      return tellSeed(fact.order)
    case 'planned':
      return `planned: ${tellWire(fact.plan.wire)}, worth ${fact.plan.value}, may lose ${fact.plan.risk}`
    case 'step':
      return tellStep(fact)
    case 'card':
      return 'the card was shown in Telegram'
    case 'fill':
      return `filled ${fact.trade.amount} at ${fact.trade.price}${tellFee(fact.trade.fee)}, trade ${fact.trade.id}`
    case 'unprotected':
      return `${fact.position} has no stop (${fact.code}): ${fact.message}`
    case 'trading':
      return `trading is ${fact.state}, by ${fact.by}`
    case 'asked':
      return `${fact.by} said: ${fact.what}`
  }
}

function tellSeed({ kind, stream, seq, idea, reason }: OrderSeed): string {
  const size = `${idea.size.value} ${idea.size.unit}`
  const stop = idea.stop === undefined ? '' : `, stop ${idea.stop}`
  if (kind === 'stop') return `a stop for what ${stream} holds of ${idea.market}`
  return `${kind} of ${stream}, signal ${seq}: ${idea.side} ${size} of ${idea.market}${stop} (${reason})`
}

function tellWire({ side, amount, market, price, type, stop }: WireOrder): string {
  const bound = side === 'buy' ? 'at most' : 'at least'
  const how = { ioc: 'now or not at all', rest: 'waiting', stop: `once the price is ${stop}` }[type]
  return `${side} ${amount} ${market} for ${bound} ${price}, ${how}`
}

const STEPS: Readonly<Record<OrderEvent, string>> = {
  ask: 'waits for your yes',
  approve: 'you approved it',
  reject: 'you rejected it',
  expire: 'nobody answered in time',
  refuse: 'refused by this device',
  clear: 'waits until the stop is off the book',
  intend: 'decided, and written down before anything is sent',
  send: 'handed to the exchange',
  accept: 'the exchange has it',
  turn_down: 'turned down by the exchange',
  lose: 'no answer: it may be there or not, so it is asked for and never sent again',
  miss: 'proved never to have reached the exchange',
  fill: 'a part was filled',
  end: 'the exchange says that it is over',
  fill_up: 'filled completely',
  cancel: 'over; what was not filled is canceled',
}

function tellStep({ event, exchangeId, approval, filled, code, message }: Step): string {
  const details = [
    exchangeId && `as number ${exchangeId}`,
    approval && `policy ${approval.tag}, until ${utc(approval.expires)}`,
    filled && `${filled} filled`,
    message && `${message}${code ? ` (${code})` : ''}`,
  ].filter(Boolean)
  return [STEPS[event], ...details].join('; ')
}

function tellFee(fee: { amount: string; currency: string } | undefined): string {
  return fee === undefined ? '' : `, fee ${fee.amount} ${fee.currency}`
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`
}
