// How Bybit says no, and which refusals prove that an order was not taken: all that is not listed here is unknown.
import { z } from 'zod'
import type { Headers, Limits, Refusals } from '../adapter/dialect.ts'
import { refusalsByCode } from '../adapter/refusal-codes.ts'

const envelope = z.object({ retCode: z.int(), retMsg: z.string() })

// Numbers: "Error Codes" of the venue's API documentation, version 5. Left out on purpose: 110072 and 170141, a name
// that was used before, which say that an order is there; and what means "not known" (10000, 10016, 170001, 170007,
// 170032, 170146, 170147, 170149, 170234).
const byCode = refusalsByCode(
  {
    rejections: {
      exchange_key_refused: [-2015, 10003, 10004, 10005, 10007, 10010],
      exchange_account_refused: [
        ...[10008, 10009, 10024, 10027, 10028, 170209, 170219, 170224, 170241, 170348],
      ],
      exchange_market_unknown: [10029, 170121],
      exchange_market_closed: [170151, 170157, 170206, 170217],
      exchange_funds_insufficient: [170033, 170131],
      exchange_filter_refused: [
        ...[170124, 170132, 170133, 170134, 170136, 170137, 170140, 170148, 170192, 170193],
        ...[170194, 170203, 170204, 170228, 170229, 170341, 170371, 170372, 170381, 170382],
        ...[170810],
      ],
      // Of futures, which are asked for a direction; should spot be asked for one some day.
      exchange_stop_would_trigger: [110092, 110093],
    },
    limited: [10006, 10018, 170005, 170222],
    // "The request time exceeds the time window range."
    untimely: [10002],
    // "Order does not exist", and "Cannot be found on order book", which a cancel is told.
    unknownOrder: [110001, 170143, 170213],
    unknownMarket: [10029, 170121, 181012],
  },
  (body) => {
    const { data: said } = envelope.safeParse(body)
    if (said === undefined || said.retCode === 0) return null
    return { code: String(said.retCode), words: said.retMsg }
  },
)

/** A parameter is wrong, and the words say which. */
const BAD_PARAMETER = '10001'

export const refusals: Refusals = {
  ...byCode,
  isUnknownMarket: (refusal) =>
    byCode.isUnknownMarket(refusal) ||
    (refusal.code === BAD_PARAMETER && /symbol/i.test(refusal.text)),
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
