// How Binance says no, and which refusals prove that an order was not taken: all that is not listed here is unknown.
import { z } from 'zod'
import type { Limits, Refusals } from '../adapter/dialect.ts'
import { backoffOf, refusalOf, rejectionsByCode, whole } from '../adapter/refusal-codes.ts'

// Codes and words: "Error codes for Binance" in the venue's spot API documentation.
const BY_CODE = rejectionsByCode({
  exchange_rate_limited: [-1003, -1015],
  exchange_filter_refused: [-1013, -1111],
  exchange_market_unknown: [-1121],
  exchange_key_refused: [-2014, -2015],
})

/** The API's own refusal: the order has not reached the matching engine, whatever the words are. */
const INVALID_MESSAGE = '-1013'
/** From the matching engine: what it means is in the words alone. */
const FROM_THE_ENGINE: readonly string[] = ['-1010', '-2010']

/** "Timestamp for this request is outside of the recvWindow.", or too far ahead. */
const UNTIMELY = '-1021'
/** "Order does not exist.", and one that was never filled "over 90 days ago and has been archived." */
const NO_SUCH_ORDER: readonly string[] = ['-2013', '-2026']
/** "Invalid symbol.", and what is said of characters that no symbol has. */
const BAD_SYMBOL = '-1121'
const REQUEST_ISSUES = { from: -1199, to: -1100 }

/** It says that the order is there, from this request or another: no code makes a proof of it. */
const DUPLICATE = 'duplicate order sent'

/** The venue says the same with either code: a halt, for one, with -1013 as a rule. */
const BY_TEXT = rejectionsByCode({
  exchange_funds_insufficient: ['account has insufficient balance for requested action'],
  exchange_stop_would_trigger: [
    'stop price would trigger immediately',
    'order would trigger immediately',
  ],
  exchange_market_closed: ['market is closed'],
  exchange_account_refused: [
    'this action is disabled on this account',
    'this account may not place or cancel orders',
    'this symbol is not permitted for this account',
    'this symbol is restricted for this account',
    'rest api trading is not enabled',
  ],
  exchange_filter_refused: [
    'stop loss limit orders are not supported for this symbol',
    'unsupported order combination',
    'price * qty is zero or less',
  ],
})

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
    return refusalOf(String(data.code), data.msg, backoffOf(status, {}) !== null)
  },
  rejection(refusal) {
    const words = plain(refusal.text)
    if (words === DUPLICATE) return undefined
    if (FROM_THE_ENGINE.includes(refusal.code)) return BY_TEXT.get(words)
    const byCode = BY_CODE.get(refusal.code)
    return refusal.code === INVALID_MESSAGE ? (BY_TEXT.get(words) ?? byCode) : byCode
  },
  isUntimely: ({ code }) => code === UNTIMELY,
  isUnknownOrder: ({ code }) => NO_SUCH_ORDER.includes(code),
  isUnknownMarket: ({ code }) =>
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
    return {
      backoff: backoffOf(status, headers),
      used: weight === null ? null : weight / MAX_WEIGHT,
    }
  },
}
