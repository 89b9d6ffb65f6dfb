// How Bybit says no, and which refusals prove that an order was not taken: all that is not listed here is unknown.
import { scrub } from '@keyside/runtime'
import { z } from 'zod'
import type { RejectionCode } from '../../core/model/exchange.ts'
import type { Headers, Limits, Refusals } from '../adapter/dialect.ts'

const of = (code: RejectionCode, ...numbers: readonly number[]) =>
  numbers.map((number) => [String(number), code] as const)

// Numbers: "Error Codes" of the venue's API documentation, version 5. Left out on purpose: 110072 and 170141, a name
// that was used before, which say that an order is there; and what means "not known" (10000, 10016, 170001, 170007,
// 170032, 170146, 170147, 170149, 170234).
const BY_CODE: ReadonlyMap<string, RejectionCode> = new Map([
  ...of('exchange_key_refused', -2015, 10003, 10004, 10005, 10007, 10010),
  ...of('exchange_account_refused', 10008, 10009, 10024, 10027, 10028, 170209, 170219, 170224),
  ...of('exchange_account_refused', 170241, 170348),
  ...of('exchange_market_unknown', 10029, 170121),
  ...of('exchange_market_closed', 170151, 170157, 170206, 170217),
  ...of('exchange_funds_insufficient', 170033, 170131),
  ...of('exchange_filter_refused', 170124, 170132, 170133, 170134, 170136, 170137, 170140, 170148),
  ...of('exchange_filter_refused', 170192, 170193, 170194, 170203, 170204, 170228, 170229, 170341),
  ...of('exchange_filter_refused', 170371, 170372, 170381, 170382, 170810),
  // Of futures, which are asked for a direction; should spot be asked for one some day.
  ...of('exchange_stop_would_trigger', 110092, 110093),
])

const LIMITED: readonly string[] = ['10006', '10018', '170005', '170222']
/** "The request time exceeds the time window range." */
const UNTIMELY: readonly string[] = ['10002']
/** "Order does not exist", and "Cannot be found on order book", which a cancel is told. */
const NO_SUCH_ORDER: readonly string[] = ['110001', '170143', '170213']
const BAD_SYMBOL: readonly string[] = ['10029', '170121', '181012']
/** A parameter is wrong, and the words say which. */
const BAD_PARAMETER = '10001'

const envelope = z.object({ retCode: z.int(), retMsg: z.string() })

export const refusals: Refusals = {
  /** Refused with HTTP 200 as a rule. A server's error proves nothing, whatever it says. */
  read(status, body) {
    const { data: said } = envelope.safeParse(body)
    if (said === undefined || said.retCode === 0 || status >= 500) return null
    const code = String(said.retCode)
    const why = status === 429 || LIMITED.includes(code) ? 'limited' : 'refused'
    return { code, text: scrub(said.retMsg).slice(0, 200), why }
  },
  rejection: ({ code }) => BY_CODE.get(code),
  isUntimely: ({ code }) => UNTIMELY.includes(code),
  isUnknownOrder: ({ code }) => NO_SUCH_ORDER.includes(code),
  isUnknownMarket: ({ code, text }) =>
    BAD_SYMBOL.includes(code) || (code === BAD_PARAMETER && /symbol/i.test(text)),
}

/** "403, access too frequent": leave it alone for at least so long, ms. */
const BAN_MS = 600_000

export const limits: Limits = {
  // ccxt counts a new order as 2.5 units, of which there may be twenty a second.
  unitMs: 20,
  bookMs: 100,
  windowMs: 1_000,
  longestMs: BAN_MS,
  read: (status, headers) => ({
    backoff:
      status === 429
        ? { why: 'too_many', ms: null }
        : status === 403
          ? { why: 'banned', ms: BAN_MS }
          : null,
    used: usedOf(headers),
  }),
}

/** Of the endpoint that was asked. */
function usedOf(headers: Headers): number | null {
  const limit = Number(headers['x-bapi-limit'])
  const left = Number(headers['x-bapi-limit-status'])
  return limit > 0 && left >= 0 ? 1 - left / limit : null
}
