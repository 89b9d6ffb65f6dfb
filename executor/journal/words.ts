// The journal in a trader's words: one sentence a fact.

import { LEAVE_WORDS } from '../core/execution/close-position.ts'
import type { Fact, Step } from '../core/model/events.ts'
import type { WireOrder } from '../core/model/exchange.ts'
import type { OrderEvent } from '../core/model/order-table.ts'
import type { OrderKind, OrderSeed } from '../core/model/state.ts'
import { isRetired } from './retired.ts'

/** Exhaustive: a new kind of fact does not compile until it has a sentence. */
export function tell(fact: Fact): string {
  if (isRetired(fact.type)) return 'noted by an older Keyside, and of no effect now'
  switch (fact.type) {
    case 'baselined':
      return `${fact.stream} stands at signal ${fact.seq}${fact.missed > 0 ? `, ${fact.missed} missed` : ''}`
    case 'signal':
      return `signal ${fact.seq} of ${fact.stream} accepted: ${fact.kind}`
    case 'refused':
      return `refused (${fact.code}): ${fact.message}`
    case 'silence':
      return fact.since > 0
        ? `no sign of life from ${fact.stream} since ${utc(fact.since)}`
        : `${fact.stream} is heard again`
    case 'ordered':
      return tellSeed(fact.order)
    case 'planned':
      return `planned: ${tellWire(fact.plan.wire)}, worth ${fact.plan.value}, may lose ${fact.plan.risk}`
    case 'step':
      return tellStep(fact)
    case 'code':
      return fact.step === 'wrong'
        ? 'a code came with the approval, and it was wrong'
        : `the code of time step ${fact.step} came with the approval`
    case 'card':
      return 'the card was shown in Telegram'
    case 'fill':
      return `filled ${fact.trade.amount} at ${fact.trade.price}${tellFee(fact.trade.fee)}, trade ${fact.trade.id}`
    case 'unprotected':
      return `${fact.position} has no stop (${fact.code}): ${fact.message}`
    case 'leaving':
      return `all of ${fact.position} is to be sold: ${LEAVE_WORDS[fact.why]}`
    case 'raised':
      return `stop of ${fact.position} raised to ${fact.stop}, ${RAISED[fact.why]}`
    case 'written_off':
      return `${fact.position} is over: the ${fact.amount} that are left (paid ${fact.cost}) are too little for any order and stay yours`
    case 'trading': {
      const selling = fact.positions === 'sell' ? ', and everything is to be sold' : ''
      return `trading is ${fact.state}, by ${fact.by}${selling}`
    }
    case 'unexpected':
      return `not from this device: ${WHAT[fact.as]} number ${fact.exchangeId} on ${fact.market}`
    case 'reappeared':
      return `it was over, and ${BACK[fact.as]} (number ${fact.exchangeId}): ${fact.market} takes no entries`
    case 'drifted':
      return `the positions in ${fact.market} say ${fact.held}, the exchange has ${fact.there}: no entries there`
    case 'missing':
      return `not there, or not free to be sold: ${tellPositions(fact.positions)}`
    case 'agreed':
      return `what was missing for ${fact.market} is there again`
    case 'rebased':
      return `${fact.by} set the positions to what is there: ${tellPositions(fact.positions)}`
    case 'day_opened':
      return `a new day (UTC): what is held counts from ${tellBids(fact.bids)}`
    case 'day_lost':
      return `${fact.lost} lost today: no more entries until 00:00 UTC`
    case 'best':
      return `the best result so far, with ${fact.worth} in the market`
    case 'asked':
      return `${fact.by} said: ${fact.what}`
  }
}

const RAISED = { trail: 'behind the highest price', even: 'the entry price' }

function tellSeed({ kind, stream, seq, idea, reason }: OrderSeed): string {
  const stop = idea.stop === undefined ? '' : `, stop ${idea.stop}`
  if (kind === 'stop') return `a stop for what ${stream} holds of ${idea.market}`
  return `${kind} of ${stream}, signal ${seq}: ${idea.side} ${tellSize(idea, kind)}${stop} (${reason})`
}

function tellSize({ market, size: { unit, value } }: OrderSeed['idea'], kind: OrderKind): string {
  const [base, quote] = market.split('/')
  if (unit === 'base') return `${value} ${base} on ${market}`
  if (unit === 'quote') return `${market} for ${value} ${quote}`
  return `${value} % of ${kind === 'entry' ? 'its allotment' : 'what it holds'} on ${market}`
}

function tellWire({ side, amount, market, price, type, stop }: WireOrder): string {
  const bound = side === 'buy' ? 'at most' : 'at least'
  const how = { ioc: 'now or not at all', rest: 'waiting', stop: `once the price is ${stop}` }[type]
  return `${side} ${amount} ${market} for ${bound} ${price}, ${how}`
}

const WHAT = { open: 'an order waits,', trade: 'a trade of order' }
const BACK = { open: 'the exchange has it open', trade: 'the exchange lists another trade of it' }

function tellPositions(positions: Readonly<Record<string, string>>): string {
  const all = Object.entries(positions).map(([key, amount]) => `${key} ${amount}`)
  return all.length === 0 ? 'nothing changed' : all.join(', ')
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

function tellStep({ event, by, exchangeId, approval, filled, code, message }: Step): string {
  const details = [
    by === 'code' && 'with a code',
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

function tellBids(bids: Readonly<Record<string, string>>): string {
  const told = Object.entries(bids).map(([market, bid]) => `${market} ${bid}`)
  return told.length === 0 ? 'nothing' : told.join(', ')
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`
}
