// The fields that Keyside reads from OKX's answers, all of them strings, and what they say in our words.
import Big from 'big.js'
import { z } from 'zod'
import type {
  AccountTrade,
  Balance,
  Candle,
  ExchangeOrder,
  KeyRights,
} from '../../core/model/exchange.ts'
import type { ListedOrder, VenueMarket } from '../adapter/dialect.ts'
import { amount, amountOrNone, feeOf, signedAmount, time, words } from '../adapter/text-fields.ts'

/** Of a taker in the lowest tier; a maker pays less. */
export const TAKER_FEE = '0.001'

/** Before the number of a stop: the venue counts those apart, so that an order may have the same one. */
export const STOP = 'algo:'

const id = z.string().regex(/^\d{1,24}$/)

/** The rows of an answer, each of which has to be readable. */
export function rowsOf<T>(row: z.ZodType<T>, body: unknown): readonly T[] | null {
  return z.object({ code: z.literal('0'), data: z.array(row) }).safeParse(body).data?.data ?? null
}

/** The one row of an answer. */
export function rowOf<T>(row: z.ZodType<T>, body: unknown): T | null {
  const rows = rowsOf(row, body)
  return rows?.length === 1 ? (rows[0] ?? null) : null
}

/** Of many rows those that can be read. */
export function readable<T>(row: z.ZodType<T>, body: unknown): readonly T[] | null {
  return rowsOf(z.unknown(), body)?.flatMap((one) => row.safeParse(one).data ?? []) ?? null
}

export const timeRow = z.object({ ts: time })

export const tickerRow = z.object({
  instId: z.string(),
  bidPx: amountOrNone,
  askPx: amountOrNone,
  // Of a spot market: in the quote currency.
  volCcy24h: amount,
})

/** Best first: price, amount, and two columns that are of no use here. */
export const bookRow = z.object({
  asks: z.array(
    z.tuple([amount, amount], z.unknown()).transform(([price, size]) => [price, size] as const),
  ),
})

export const candleRow = z
  .tuple([time, amount, amount, amount, amount], z.unknown())
  .transform(([start, open, high, low, close]): Candle => [start / 1_000, open, high, low, close])

/** A receipt: the order was taken, and no more is said of it. */
export const receiptRow = z.object({ ordId: id, clOrdId: z.string(), sCode: z.literal('0') })
export const stopReceiptRow = z.object({
  algoId: id,
  algoClOrdId: z.string(),
  sCode: z.literal('0'),
})

const STATUS = {
  live: 'open',
  partially_filled: 'open',
  filled: 'filled',
  canceled: 'canceled',
  mmp_canceled: 'canceled',
} as const

export const orderRow = z.object({
  instId: z.string(),
  ordId: id,
  clOrdId: z.string(),
  ordType: z.string(),
  state: words(STATUS),
  accFillSz: amountOrNone,
})

/** An order that was to fill at once or not at all ends by itself; the venue calls that canceled too. */
export function toOrder(row: z.infer<typeof orderRow>): ExchangeOrder {
  const { state } = row
  return {
    kind: 'order',
    exchangeId: row.ordId,
    clientOrderId: row.clOrdId,
    status: state === 'canceled' && row.ordType === 'ioc' ? 'expired' : state,
    filled: row.accFillSz,
    fills: [],
  }
}

/** `effective`: it has become another order, which says what came of it. */
const STOP_STATUS = {
  live: 'open',
  pause: 'open',
  partially_effective: 'open',
  effective: 'open',
  canceled: 'canceled',
  order_failed: 'rejected',
} as const

export const stopRow = z.object({
  instId: z.string(),
  algoId: id,
  algoClOrdId: z.string(),
  state: words(STOP_STATUS),
  ordIdList: z.array(id).optional(),
  ordId: z.union([z.literal(''), id]).optional(),
})

export function toStop(row: z.infer<typeof stopRow>): ListedOrder {
  const became = childOf(row)
  return {
    kind: 'stop',
    exchangeId: `${STOP}${row.algoId}`,
    clientOrderId: row.algoClOrdId,
    status: row.state,
    filled: '0',
    fills: [],
    ...(became !== undefined && { became }),
  }
}

/** The number of the order that a stop became. */
export function childOf({
  ordIdList = [],
  ordId = '',
}: z.infer<typeof stopRow>): string | undefined {
  return ordIdList[0] ?? (ordId === '' ? undefined : ordId)
}

export const fillRow = z.object({
  instId: z.string(),
  tradeId: id,
  billId: id,
  ordId: id,
  clOrdId: z.string(),
  side: z.enum(['buy', 'sell']),
  fillPx: amount,
  fillSz: amount,
  fee: z.union([z.literal(''), signedAmount]),
  feeCcy: z.string(),
  ts: time,
})

export function toTrade(row: z.infer<typeof fillRow>): AccountTrade {
  return {
    id: row.tradeId,
    at: row.ts,
    amount: row.fillSz,
    price: row.fillPx,
    ...toFee(row),
    exchangeId: row.ordId,
    side: row.side,
  }
}

/** What was taken is below nothing here, and a rebate above it. */
function toFee({ fee, feeCcy }: Pick<z.infer<typeof fillRow>, 'fee' | 'feeCcy'>) {
  return fee === '' ? {} : feeOf(new Big(fee).times(-1), feeCcy)
}

const detail = z.object({ ccy: z.string(), availBal: amountOrNone, frozenBal: amountOrNone })
const ccyOf = z.object({ ccy: z.string() })
const account = z.object({ details: z.array(z.unknown()) })

/** Null unless each row of `currencies` can be read. */
export function toBalances(
  body: unknown,
  currencies: ReadonlySet<string>,
): readonly Balance[] | null {
  const read = rowOf(account, body)
  if (read === null) return null
  const isOther = (row: unknown) => {
    const { data } = ccyOf.safeParse(row)
    return data !== undefined && !currencies.has(data.ccy)
  }
  const rows = read.details.map((row) => ({ row, read: detail.safeParse(row).data }))
  if (rows.some(({ row, read }) => read === undefined && !isOther(row))) return null
  return rows.flatMap(({ read }) =>
    read === undefined ? [] : [{ currency: read.ccy, free: read.availBal, used: read.frozenBal }],
  )
}

const config = z.object({
  acctLv: z.string(),
  autoLoan: z.boolean().optional(),
  enableSpotBorrow: z.boolean().optional(),
  perm: z.string().optional(),
  ip: z.string().optional(),
})

/** A list that is missing is unknown, never empty. It says nothing of transfers: who may trade may move coins within. */
export function toRights(body: unknown): KeyRights | null {
  const read = rowOf(config, body)
  if (read === null) return null
  const rights = read.perm?.split(',')
  const right = (name: string) =>
    rights === undefined ? 'unknown' : rights.includes(name) ? 'yes' : 'no'
  const ipList = read.ip === undefined ? 'unknown' : read.ip === '' ? 'no' : 'yes'
  return { trade: right('trade'), withdraw: right('withdraw'), transfer: 'unknown', ipList }
}

/** Spot alone, in the venue's numbers of account modes. */
const SPOT_MODE = '1'

/** What is not said, or not known, may borrow. */
export function toBorrowing(body: unknown): 'never' | 'may' | null {
  const read = rowOf(config, body)
  if (read === null) return null
  const isOff = read.autoLoan !== true && read.enableSpotBorrow !== true
  return read.acctLv === SPOT_MODE && isOff ? 'never' : 'may'
}

const instrument = z.object({
  instType: z.literal('SPOT'),
  instId: z.string(),
  baseCcy: z.string().min(1),
  quoteCcy: z.string().min(1),
  tickSz: amount,
  lotSz: amount,
  minSz: amount,
  maxLmtSz: amount,
  state: z.string(),
})

/** Null unless `row` is a spot market with readable rules. There is no least value; stops are not counted. */
export function toMarket(row: unknown): VenueMarket | null {
  const { data } = instrument.safeParse(row)
  if (data === undefined) return null
  const { instId, baseCcy: base, quoteCcy: quote, tickSz: tick, lotSz: step } = data
  return {
    id: instId,
    rules: {
      market: `${base}/${quote}`,
      base,
      quote,
      tick,
      step,
      minAmount: data.minSz,
      maxAmount: data.maxLmtSz,
      minValue: '0',
      stop: { holds: 'coins', max: null },
      takerFee: TAKER_FEE,
      status: data.state === 'live' ? 'trading' : 'halted',
    },
  }
}
