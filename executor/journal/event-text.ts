// Each event of the journal as a sentence for a trader.

import { shownStream, type Threshold } from '@keyside/protocol'
import { CLOSE_SENTENCES } from '../core/execution/close-position.ts'
import { signed } from '../core/model/account.ts'
import type { FactOf, JournalEvent } from '../core/model/events.ts'
import type { KeyRights, OrderRequest } from '../core/model/exchange.ts'
import type { NewOrder, OrderKind, PlannedOrder } from '../core/model/order.ts'
import type { Step } from '../core/model/order-events.ts'
import type { OrderEvent } from '../core/model/order-table.ts'

/** Exhaustive: a new kind of event does not compile until it has a sentence. */
export function eventText(event: JournalEvent): string {
  switch (event.type) {
    case 'provider':
      return `${event.provider} (root ${event.root}) is ${event.status}${event.terms ? `, with the terms ${event.terms}` : ''}`
    case 'keyset':
      return `keyset ${event.version} of ${event.provider} counts${event.revoked.length === 0 ? '' : `, revoked: ${event.revoked.join(', ')}`}`
    case 'equivocated':
      return `two signals of ${shownStream(event.stream)} have number ${event.seq}: its provider gets no entries`
    case 'equivocation_cleared':
      return `${event.by} lets ${event.provider} go on after two signals with one number`
    case 'baselined':
      return `${shownStream(event.stream)} stands at signal ${event.seq}${event.missed > 0 ? `, ${event.missed} missed` : ''}`
    case 'signal':
      return `signal ${event.seq} of ${shownStream(event.stream)} accepted: ${event.kind}`
    case 'gap_closed':
      return event.why === 'replayed'
        ? `what was missed of ${shownStream(event.stream)} up to signal ${event.seq} is here: exits among it are made up for`
        : `what was missed of ${shownStream(event.stream)} up to signal ${event.seq} owes nothing: nothing is held`
    case 'refused':
      return `refused (${event.code}): ${event.message}`
    case 'silence':
      return event.since > 0
        ? `no sign of life from ${shownStream(event.stream)} since ${utc(event.since)}`
        : `${shownStream(event.stream)} is heard again`
    case 'ordered':
      return tellSeed(event.order)
    case 'mapped':
      return `carried over to ${event.intent.market}: one price of the signal is ${event.ratio} there`
    case 'planned':
      return tellPlan(event.plan)
    case 'step':
      return tellStep(event)
    case 'order_seen':
      return event.is === 'there'
        ? 'the exchange still has it'
        : `no answer of the exchange shows it any more, since ${utc(event.time)}`
    case 'code':
      return event.step === 'wrong'
        ? 'a code came with the approval, and it was wrong'
        : `the code of time step ${event.step} came with the approval`
    case 'card':
      return 'the card was shown in Telegram'
    case 'fill':
      return `filled ${event.trade.amount} at ${event.trade.price}${tellFee(event.trade.fee)}, trade ${event.trade.id}`
    case 'fee_priced':
      return tellPrice(event)
    case 'unprotected':
      return `${shownStream(event.position)} has no stop (${event.code}): ${event.message}`
    case 'closing':
      return `all of ${shownStream(event.position)} is to be sold: ${CLOSE_SENTENCES[event.why]}`
    case 'stop_moved':
      return `stop of ${shownStream(event.position)} moved to ${event.stop}, ${MOVED[event.why]}`
    case 'cancel_asked':
      return `${event.by} takes it back`
    case 'written_off':
      return `${shownStream(event.position)} is over: the ${event.amount} that are left (paid ${event.cost}) are too little for any order and stay yours`
    case 'trading': {
      const selling = event.positions === 'sell' ? ', and everything is to be sold' : ''
      const until = event.until === undefined ? '' : `, until ${utc(event.until)}`
      return `trading is ${event.state}, by ${event.by}${selling}${until}`
    }
    case 'paused':
      return `the ${event.of} ${event.name} is paused, by ${event.by}${event.until === 0 ? '' : `, until ${utc(event.until)}`}`
    case 'resumed':
      return `the ${event.of} ${event.name} is paused no more, by ${event.by}`
    case 'price_alert_set':
      return `${event.by} wants to hear when ${event.alert.market} is ${tellThreshold(event.alert.threshold)} (alert ${event.alert.number}, ${event.alert.repeats})`
    case 'price_alert_fired':
      return `price alert ${event.number} was told, at ${event.price}`
    case 'price_alert_armed':
      return `price alert ${event.number} counts again`
    case 'price_alert_removed':
      return `${event.by} took out price alert ${event.number}`
    case 'condition':
      return `${event.code}${event.about === '' ? '' : ` (${event.about})`} ${event.is === 'begun' ? 'has begun' : 'is over'}`
    case 'key_rights':
      return `the exchange key: ${tellRights(event.rights)}`
    case 'address_seen':
      return `the public address of this device is ${event.address}`
    case 'unexpected':
      return `not from this device: ${WHAT[event.as]} number ${event.exchangeId} on ${event.market}`
    case 'reappeared':
      return `it was over, and ${BACK[event.as]} (number ${event.exchangeId}): ${event.market} takes no entries`
    case 'position_drift':
      return `the positions in ${event.market} say ${event.held}, the exchange has ${event.there}: no entries there`
    case 'missing':
      return `not there, or not free to be sold: ${tellPositions(event.positions)}`
    case 'drift_over':
      return `what was missing for ${event.market} is there again`
    case 'adjusted':
      return `${event.by} set the positions to what is there: ${tellPositions(event.positions)}${tellProceeds(event.proceeds)}`
    case 'day_opened':
      return `a new day (UTC): what is held counts from ${tellBids(event.bids)}`
    case 'day_lost':
      return `${event.lost} lost today: no more entries until 00:00 UTC`
    case 'high_water_mark':
      return `the best result so far, with ${event.worth} in the market`
    case 'snapshot':
      return 'what all events up to here add up to was kept, for a quicker start'
    case 'account_seen':
      return event.moved === undefined
        ? 'the account is as it was, but for what is told above'
        : `coins came or went without an order of this device: ${signed(event.moved)}`
    case 'tightened':
      return `${event.by} tightened the policy: ${event.setting} ${event.to}`
    case 'loosening_requested':
      return `${event.by} would have the policy allow more: ${event.setting} ${event.to} (number ${event.number}, waits here)`
    case 'loosening_ended':
      return `request ${event.number} was ${event.how} here`
    case 'commanded':
      return `${event.by} said: ${event.what}`
  }
}

const MOVED = {
  trailing_stop: 'behind the highest price',
  break_even: 'the entry price',
  trader: 'as you asked',
  signal: 'as a signal says',
}

function tellSeed({ kind, stream, seq, intent, reason }: NewOrder): string {
  const stop = intent.stopPrice === undefined ? '' : `, stop ${intent.stopPrice}`
  if (kind === 'stop') return `a stop for what ${shownStream(stream)} holds of ${intent.market}`
  return `${kind} of ${shownStream(stream)}, signal ${seq}: ${intent.side} ${tellSize(intent, kind)}${stop} (${reason})`
}

function tellSize({ market, size: { unit, value } }: NewOrder['intent'], kind: OrderKind): string {
  const [base, quote] = market.split('/')
  if (unit === 'base') return `${value} ${base} on ${market}`
  if (unit === 'quote') return `${market} for ${value} ${quote}`
  return `${value} % of ${kind === 'entry' ? 'its allocation' : 'what it holds'} on ${market}`
}

function tellPlan({ request, value, risk }: PlannedOrder): string {
  const [, quote = ''] = request.market.split('/')
  const loss = risk === '0' ? '' : `, may lose ${risk} ${quote}`
  return `planned: ${tellRequest(request)}, worth ${value} ${quote}${loss}`
}

function tellRequest(request: OrderRequest): string {
  const { side, amount, market, price, timeInForce, triggerPrice } = request
  const bound = side === 'buy' ? 'at most' : 'at least'
  const waits = triggerPrice === undefined ? 'waiting' : `once the price is ${triggerPrice}`
  const how = timeInForce === 'IOC' ? 'now or not at all' : waits
  return `${side} ${amount} ${market} for ${bound} ${price}, ${how}`
}

const WHAT = { open: 'an order waits,', trade: 'a trade of order' }
const BACK = { open: 'the exchange has it open', trade: 'the exchange lists another trade of it' }

function tellPositions(positions: Readonly<Record<string, string>>): string {
  const all = Object.entries(positions).map(([key, amount]) => `${shownStream(key)} ${amount}`)
  return all.length === 0 ? 'nothing changed' : all.join(', ')
}

function tellProceeds(proceeds: Readonly<Record<string, string>>): string {
  const sold = Object.entries(proceeds).filter(([, brought]) => brought !== '0')
  return sold.length === 0 ? '' : `; sold for: ${tellPositions(Object.fromEntries(sold))}`
}

const STEPS: Readonly<Record<OrderEvent, string>> = {
  prompt: 'waits for your yes',
  reduce: 'you wanted less of it',
  keep: 'there is no smaller order, so the same one waits on',
  approve: 'you approved it',
  decline: 'you declined it',
  expire: 'nobody answered in time',
  deny: 'denied by this device',
  cancel_stop: 'waits until the stop is off the book',
  initialize: 'decided, and written down before anything is sent',
  submit: 'handed to the exchange',
  accept: 'the exchange has it',
  reject: 'rejected by the exchange',
  mark_unknown: 'no answer: it may be there or not, so it is asked for and never sent again',
  not_found: 'proved never to have reached the exchange',
  fill: 'a part was filled',
  await_fills: 'the exchange says that it is over',
  complete: 'filled completely',
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

function tellPrice({ market, minute, price }: FactOf<'fee_priced'>): string {
  const [coin, currency] = market.split('/')
  const when = `fees in ${coin} of the minute ${utcMinute(minute)} UTC`
  return price === null
    ? `nobody knows what ${when} were worth: they are in no result`
    : `${when} count with ${price} ${currency} for one`
}

function utcMinute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
}

function tellRights({ created, expires, ...rights }: KeyRights): string {
  const all = Object.entries(rights).map(([right, may]) => `${right} ${may}`)
  const made = created === undefined ? [] : [`made ${utcDay(created)}`]
  const ends = expires === undefined ? [] : [`ends ${utcDay(expires)}`]
  return [...all, ...made, ...ends].join(', ')
}

function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function tellThreshold(one: Threshold): string {
  return one.is === 'move'
    ? `${one.percent} % away from where it was within ${one.within} s`
    : `${one.is} ${one.price}`
}

function tellBids(bids: Readonly<Record<string, string>>): string {
  const told = Object.entries(bids).map(([market, bid]) => `${market} ${bid}`)
  return told.length === 0 ? 'nothing' : told.join(', ')
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`
}
