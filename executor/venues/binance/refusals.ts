// How Binance says no, and which refusals prove that an order was not taken: all that is not listed here is unknown.
import { scrub } from '@keyside/runtime'
import { z } from 'zod'
import type { RejectionCode } from '../../core/model/exchange.ts'
import type { Limits, Refusal, Refusals } from '../adapter/dialect.ts'

// Codes and words: "Error codes for Binance" in the venue's spot API documentation.
const BY_CODE: ReadonlyMap<string, RejectionCode> = new Map([
  ['-1003', 'exchange_rate_limited'],
  ['-1013', 'exchange_filter_refused'],
  ['-1015', 'exchange_rate_limited'],
  ['-1111', 'exchange_filter_refused'],
  ['-1121', 'exchange_market_unknown'],
  ['-2014', 'exchange_key_refused'],
  ['-2015', 'exchange_key_refused'],
])

/** The API's own refusal: the order has not reached the matching engine, whatever the words are. */
const INVALID_MESSAGE = '-1013'
/** From the matching engine: what it means is in the words alone. */
const FROM_THE_ENGINE: readonly string[] = ['-1010', '-2010']

/** "Timestamp for this request is outside of the recvWindow.", or too far ahead. */
const UNTIMELY = '-1021'
/** "Order does not exist." */
const NO_SUCH_ORDER = '-2013'
/** "Order was canceled or expired with no executed qty over 90 days ago and has been archived." */
const ARCHIVED = '-2026'
/** "Invalid symbol.", and what is said of characters that no symbol has. */
const BAD_SYMBOL = '-1121'
const REQUEST_ISSUES = { from: -1199, to: -1100 }

/** It says that the order is there, from this request or another: no code makes a proof of it. */
const DUPLICATE = 'Duplicate order sent.'

/** The venue says the same with either code: a halt, for one, with -1013 as a rule. */
const BY_TEXT: ReadonlyMap<string, RejectionCode> = new Map(
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

const answer = z.object({ code: z.int(), msg: z.string() })

export const refusals: Refusals = {
  /** HTTP 4xx with a code of the venue's own. */
  read(status, body) {
    const { data } = answer.safeParse(body)
    if (data === undefined || status < 400 || status >= 500) return null
    return {
      code: String(data.code),
      text: scrub(data.msg).slice(0, 200),
      why: backoffOf(status) === null ? 'refused' : 'limited',
    }
  },
  rejection(refusal) {
    const words = plain(refusal.text)
    if (words === plain(DUPLICATE)) return undefined
    if (FROM_THE_ENGINE.includes(refusal.code)) return BY_TEXT.get(words)
    const byCode = BY_CODE.get(refusal.code)
    return refusal.code === INVALID_MESSAGE ? (BY_TEXT.get(words) ?? byCode) : byCode
  },
  isUntimely: ({ code }) => code === UNTIMELY,
  isUnknownOrder: ({ code }) => code === NO_SUCH_ORDER || code === ARCHIVED,
  isUnknownMarket: ({ code }: Refusal) =>
    code === BAD_SYMBOL ||
    (Number(code) >= REQUEST_ISSUES.from && Number(code) <= REQUEST_ISSUES.to),
}

/** Weight that one address may use in a minute. */
const MAX_WEIGHT = 6_000

export const limits: Limits = {
  // One unit of ccxt's weights is 5 of the venue's: 5 000 of the 6 000.
  unitMs: 60,
  // With more than 25 markets each book comes later than every 5 s, and no weight is added: 300 books a minute are 1 500.
  bookMs: 200,
  windowMs: 60_000,
  longestMs: 3 * 86_400_000,
  read(status, headers) {
    const weight = whole(headers['x-mbx-used-weight-1m'])
    const seconds = whole(headers['retry-after'])
    const why = backoffOf(status)
    return {
      backoff: why === null ? null : { why, ms: seconds === null ? null : seconds * 1_000 },
      used: weight === null ? null : weight / MAX_WEIGHT,
    }
  },
}

function backoffOf(status: number): 'too_many' | 'banned' | null {
  if (status === 418) return 'banned'
  return status === 429 ? 'too_many' : null
}

function whole(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : null
}
