// How OKX says no, and which refusals prove that an order was not taken: all that is not listed here is unknown.
import { z } from 'zod'
import type { Limits } from '../adapter/dialect.ts'
import { refusalsByCode } from '../adapter/refusal-codes.ts'

const envelope = z.object({
  code: z.string(),
  msg: z.string(),
  data: z.array(z.unknown()).optional(),
})
/** Of an order or a cancel: why this one was refused. */
const row = z.object({ sCode: z.string(), sMsg: z.string() })

// Codes: "Error Code" of the venue's API documentation, version 5. 51016, a name that is used already, is left out on
// purpose: it says that an order is there. So are those that mean "not known" (50001, 50004, 50013, 50026).
export const refusals = refusalsByCode(
  {
    rejections: {
      exchange_key_refused: [
        ...[50100, 50101, 50103, 50105, 50110, 50111, 50113, 50114, 50119, 50120],
      ],
      exchange_filter_refused: [51000, 51006, 51020, 51121, 51137, 51138],
      exchange_funds_insufficient: [51008, 51131],
      exchange_account_refused: [51010],
      exchange_market_unknown: [51001],
      exchange_market_closed: [51021, 51022],
      exchange_stop_would_trigger: [51280],
    },
    limited: [50011, 50040, 50061],
    // "Request timestamp expired."
    untimely: [50102],
    // "Order does not exist."
    unknownOrder: [51603],
    // "Instrument ID does not exist."
    unknownMarket: [51001],
  },
  (body) => {
    const { data: said } = envelope.safeParse(body)
    if (said === undefined || said.code === '0') return null
    const { data: first } = row.safeParse(said.data?.[0])
    return first === undefined || first.sCode === '0'
      ? { code: said.code, words: said.msg }
      : { code: first.sCode, words: first.sMsg }
  },
)

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
