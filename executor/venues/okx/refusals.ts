// How OKX says no, and which refusals prove that an order was not taken: all that is not listed here is unknown.
import { scrub } from '@keyside/runtime'
import { z } from 'zod'
import type { RejectionCode } from '../../core/model/exchange.ts'
import type { Limits, Refusals } from '../adapter/dialect.ts'

// Codes: "Error Code" of the venue's API documentation, version 5. 51016, a name that is used already, is left out on
// purpose: it says that an order is there. So are those that mean "not known" (50001, 50004, 50013, 50026).
const BY_CODE: ReadonlyMap<string, RejectionCode> = new Map(
  Object.entries({
    '50100': 'exchange_key_refused',
    '50101': 'exchange_key_refused',
    '50103': 'exchange_key_refused',
    '50105': 'exchange_key_refused',
    '50110': 'exchange_key_refused',
    '50111': 'exchange_key_refused',
    '50113': 'exchange_key_refused',
    '50114': 'exchange_key_refused',
    '50119': 'exchange_key_refused',
    '50120': 'exchange_key_refused',
    '51000': 'exchange_filter_refused',
    '51001': 'exchange_market_unknown',
    '51006': 'exchange_filter_refused',
    '51008': 'exchange_funds_insufficient',
    '51010': 'exchange_account_refused',
    '51020': 'exchange_filter_refused',
    '51021': 'exchange_market_closed',
    '51022': 'exchange_market_closed',
    '51121': 'exchange_filter_refused',
    '51131': 'exchange_funds_insufficient',
    '51137': 'exchange_filter_refused',
    '51138': 'exchange_filter_refused',
    '51280': 'exchange_stop_would_trigger',
  } as const),
)

const LIMITED: readonly string[] = ['50011', '50040', '50061']
/** "Request timestamp expired." */
const UNTIMELY: readonly string[] = ['50102']
/** "Order does not exist." */
const NO_SUCH_ORDER: readonly string[] = ['51603']
/** "Instrument ID does not exist." */
const BAD_SYMBOL: readonly string[] = ['51001']

const envelope = z.object({
  code: z.string(),
  msg: z.string(),
  data: z.array(z.unknown()).optional(),
})
/** Of an order or a cancel: why this one was refused. */
const row = z.object({ sCode: z.string(), sMsg: z.string() })

export const refusals: Refusals = {
  /** Refused with HTTP 200 as well. A server's error proves nothing, whatever it says. */
  read(status, body) {
    const { data: said } = envelope.safeParse(body)
    if (said === undefined || said.code === '0' || status >= 500) return null
    const { data: first } = row.safeParse(said.data?.[0])
    const isOfRow = first !== undefined && first.sCode !== '0'
    const code = isOfRow ? first.sCode : said.code
    const text = isOfRow ? first.sMsg : said.msg
    const why = status === 429 || LIMITED.includes(code) ? 'limited' : 'refused'
    return { code, text: scrub(text).slice(0, 200), why }
  },
  rejection: ({ code }) => BY_CODE.get(code),
  isUntimely: ({ code }) => UNTIMELY.includes(code),
  isUnknownOrder: ({ code }) => NO_SUCH_ORDER.includes(code),
  isUnknownMarket: ({ code }) => BAD_SYMBOL.includes(code),
}

export const limits: Limits = {
  // Most questions may be asked twenty times in two seconds, which ccxt counts as one unit each.
  unitMs: 110,
  bookMs: 200,
  windowMs: 2_000,
  longestMs: 600_000,
  /** It tells nobody how much is left, and not how long to wait. */
  read: (status) => ({
    backoff: status === 429 ? { why: 'too_many', ms: null } : null,
    used: null,
  }),
}
