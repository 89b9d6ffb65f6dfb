// Which refusals prove that an order was not taken. Everything that is not listed here is unknown.
import type { TurnedDownCode } from './codes.ts'
import type { Placed } from './port.ts'
import { type Reply, sentence } from './reply.ts'

// Codes and words: "Error codes for Binance" in the venue's spot API documentation.
const BY_CODE: ReadonlyMap<number, TurnedDownCode> = new Map([
  [-1003, 'exchange_rate_limited'],
  [-1013, 'exchange_filter_refused'],
  [-1015, 'exchange_rate_limited'],
  [-1111, 'exchange_filter_refused'],
  [-1121, 'exchange_market_unknown'],
  [-2014, 'exchange_key_refused'],
  [-2015, 'exchange_key_refused'],
])

const NEW_ORDER_REJECTED = -2010

// "Duplicate order sent." has the same code and is left out on purpose: it says that the order is there.
const BY_TEXT: ReadonlyMap<string, TurnedDownCode> = new Map([
  ['Account has insufficient balance for requested action.', 'exchange_funds_insufficient'],
  ['Stop price would trigger immediately.', 'exchange_stop_would_trigger'],
  ['Order would trigger immediately.', 'exchange_stop_would_trigger'],
  ['Market is closed.', 'exchange_market_closed'],
  ['This action is disabled on this account.', 'exchange_account_refused'],
  ['This symbol is not permitted for this account.', 'exchange_account_refused'],
  ['This symbol is restricted for this account.', 'exchange_account_refused'],
  ['Rest API trading is not enabled.', 'exchange_account_refused'],
])

/** What a reply other than an answer says about the order that was sent. */
export function classify(reply: Exclude<Reply, { got: 'answer' }>): Placed {
  const code = provenCode(reply)
  const message = sentence(reply)
  return code === undefined
    ? { outcome: 'unknown', message }
    : { outcome: 'turned_down', code, message }
}

function provenCode(reply: Exclude<Reply, { got: 'answer' }>): TurnedDownCode | undefined {
  if (reply.got === 'not sent') return 'order_not_sent'
  if (reply.got === 'limited') return 'exchange_rate_limited'
  if (reply.got === 'no proof') return undefined
  if (reply.code === NEW_ORDER_REJECTED) return BY_TEXT.get(reply.text)
  return BY_CODE.get(reply.code)
}
