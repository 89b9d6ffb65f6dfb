// Which refusals prove that an order was not taken. Everything that is not listed here is unknown.

import type { Placed, TurnedDownCode } from '../core/model/exchange.ts'
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

/** The API's own refusal: the order has not reached the matching engine, whatever the words are. */
const INVALID_MESSAGE = -1013
/** From the matching engine: what it means is in the words alone. */
const FROM_THE_ENGINE: readonly number[] = [-1010, -2010]

/** It says that the order is there, from this request or another: no code makes a proof of it. */
const DUPLICATE = 'Duplicate order sent.'

/** The venue says the same with either code: a halt, for one, with -1013 as a rule. */
const BY_TEXT: ReadonlyMap<string, TurnedDownCode> = new Map(
  Object.entries({
    'Account has insufficient balance for requested action.': 'exchange_funds_insufficient',
    'Stop price would trigger immediately.': 'exchange_stop_would_trigger',
    'Order would trigger immediately.': 'exchange_stop_would_trigger',
    'Market is closed.': 'exchange_market_closed',
    'This action is disabled on this account.': 'exchange_account_refused',
    'This account may not place or cancel orders.': 'exchange_account_refused',
    'This symbol is not permitted for this account.': 'exchange_account_refused',
    'This symbol is restricted for this account.': 'exchange_account_refused',
    'Rest API trading is not enabled.': 'exchange_account_refused',
    'Stop loss limit orders are not supported for this symbol.': 'exchange_filter_refused',
    'Unsupported order combination': 'exchange_filter_refused',
    'Price * QTY is zero or less.': 'exchange_filter_refused',
  } as const).map(([words, code]) => [plain(words), code]),
)

/** Words without what varies in them. */
function plain(words: string): string {
  return words.trim().toLowerCase().replace(/\.$/, '')
}

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
  const words = plain(reply.text)
  if (words === plain(DUPLICATE)) return undefined
  if (FROM_THE_ENGINE.includes(reply.code)) return BY_TEXT.get(words)
  const byCode = BY_CODE.get(reply.code)
  return reply.code === INVALID_MESSAGE ? (BY_TEXT.get(words) ?? byCode) : byCode
}
