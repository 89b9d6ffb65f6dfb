// The fields that Keyside reads from Binance's answers, taken as the strings that came, and what they say in our words.
import { z } from 'zod'
import type { AccountTrade, ExchangeOrder, KeyRights } from '../../core/model/exchange.ts'
import type { VenueMarket } from '../adapter/dialect.ts'
import { amount } from '../adapter/text-fields.ts'

/** Without a discount, in the lowest tier. */
export const TAKER_FEE = '0.001'

/** A number, or its digits where a double cannot hold it. */
const id = z.union([z.int().nonnegative(), z.string().regex(/^\d+$/)]).transform(String)

const STATUS = {
  NEW: 'open',
  PENDING_NEW: 'open',
  PARTIALLY_FILLED: 'open',
  PENDING_CANCEL: 'open',
  FILLED: 'filled',
  CANCELED: 'canceled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
} as const

const status = z
  .enum(Object.keys(STATUS) as (keyof typeof STATUS)[])
  .transform((word) => STATUS[word])

const order = z.object({
  symbol: z.string(),
  orderId: id,
  clientOrderId: z.string(),
  side: z.string(),
  type: z.string(),
  timeInForce: z.string(),
  price: amount,
  stopPrice: amount.optional(),
  origQty: amount,
  executedQty: amount,
  status,
})

export type OrderRow = z.infer<typeof order>

export const orderAnswer = order

export const placedAnswer = order.extend({
  transactTime: z.int(),
  fills: z.array(
    z.object({
      tradeId: id,
      price: amount,
      qty: amount,
      commission: amount,
      commissionAsset: z.string(),
    }),
  ),
})

/** A canceled order has a new name; ours is the original one. */
export const canceledAnswer = z.object({
  symbol: z.string(),
  origClientOrderId: z.string(),
  status: z.literal('CANCELED'),
})

export const tradeAnswer = z.object({
  symbol: z.string(),
  id,
  orderId: id,
  price: amount,
  qty: amount,
  commission: amount,
  commissionAsset: z.string(),
  time: z.int(),
  isBuyer: z.boolean(),
})

export const accountAnswer = z.object({ balances: z.array(z.unknown()) })
export const assetOf = z.object({ asset: z.string() })
export const balanceAnswer = z.object({ asset: z.string(), free: amount, locked: amount })

export const tickerAnswer = z.object({ symbol: z.string(), bidPrice: amount, askPrice: amount })

export const dayAnswer = z.object({ symbol: z.string(), quoteVolume: amount })

/** Best first: price, amount. */
export const depthAnswer = z.object({ asks: z.array(z.tuple([amount, amount])) })

export const timeAnswer = z.object({ serverTime: z.int().positive() })

export const candleAnswer = z.tuple([z.int(), amount, amount, amount, amount], z.unknown())

const rights = z.object({
  enableSpotAndMarginTrading: z.boolean().optional(),
  enableWithdrawals: z.boolean().optional(),
  enableInternalTransfer: z.boolean().optional(),
  permitsUniversalTransfer: z.boolean().optional(),
  ipRestrict: z.boolean().optional(),
  createTime: z.int().optional(),
  tradingAuthorityExpirationTime: z.int().optional(),
})

export const marketsAnswer = z.object({ symbols: z.array(z.unknown()) })

/** Another status than TRADING takes no orders. */
const marketAnswer = z.object({
  symbol: z.string(),
  status: z.string(),
  baseAsset: z.string(),
  quoteAsset: z.string(),
  isSpotTradingAllowed: z.boolean(),
  filters: z.array(
    z.object({
      filterType: z.string(),
      tickSize: amount.optional(),
      stepSize: amount.optional(),
      minQty: amount.optional(),
      maxQty: amount.optional(),
      minNotional: amount.optional(),
      maxNumAlgoOrders: z.int().nonnegative().optional(),
    }),
  ),
})

/** Of many rows those that can be read. */
export function readable<T>(row: z.ZodType<T>, rows: readonly unknown[]): readonly T[] {
  return rows.flatMap((one) => row.safeParse(one).data ?? [])
}

export function toOrder(row: OrderRow): ExchangeOrder {
  return {
    kind: row.type === 'STOP_LOSS_LIMIT' ? 'stop' : 'order',
    exchangeId: row.orderId,
    clientOrderId: row.clientOrderId,
    status: row.status,
    filled: row.executedQty,
    fills: [],
  }
}

export function toTrade(row: z.infer<typeof tradeAnswer>): AccountTrade {
  return {
    id: row.id,
    at: row.time,
    amount: row.qty,
    price: row.price,
    fee: { amount: row.commission, currency: row.commissionAsset },
    exchangeId: row.orderId,
    side: row.isBuyer ? 'buy' : 'sell',
  }
}

/** Null unless `row` is a spot market with readable rules. */
/** The unified symbol; null for a row that cannot be read, or no spot market. */
export function nameOf(row: unknown): string | null {
  const { data } = marketAnswer.safeParse(row)
  return data?.isSpotTradingAllowed ? `${data.baseAsset}/${data.quoteAsset}` : null
}

export function toMarket(row: unknown): VenueMarket | null {
  const read = marketAnswer.safeParse(row)
  if (!read.success) return null
  const { symbol, baseAsset: base, quoteAsset: quote, isSpotTradingAllowed } = read.data
  const status = read.data.status === 'TRADING' ? 'trading' : 'halted'
  if (status === 'trading' && !isSpotTradingAllowed) return null
  const filters = Object.fromEntries(read.data.filters.map((one) => [one.filterType, one]))
  const tick = filters['PRICE_FILTER']?.tickSize
  const lot = filters['LOT_SIZE']
  const minValue = (filters['NOTIONAL'] ?? filters['MIN_NOTIONAL'])?.minNotional
  if (!tick || !lot?.stepSize || !lot.minQty || !lot.maxQty || !minValue) return null
  const { stepSize: step, minQty: minAmount, maxQty: maxAmount } = lot
  const max = filters['MAX_NUM_ALGO_ORDERS']?.maxNumAlgoOrders ?? null
  const market = `${base}/${quote}`
  return {
    id: symbol,
    rules: {
      market,
      base,
      quote,
      tick,
      step,
      minAmount,
      maxAmount,
      minValue,
      stop: { holds: 'coins', max },
      takerFee: TAKER_FEE,
      status,
    },
  }
}

/** A field that is missing is unknown, never "no". */
export function toRights(body: unknown): KeyRights | null {
  const read = rights.safeParse(body)
  if (!read.success) return null
  const { createTime, tradingAuthorityExpirationTime, ...flags } = read.data
  return {
    trade: right(flags.enableSpotAndMarginTrading),
    withdraw: right(flags.enableWithdrawals),
    transfer: either(right(flags.enableInternalTransfer), right(flags.permitsUniversalTransfer)),
    ipList: right(flags.ipRestrict),
    ...(createTime === undefined ? {} : { created: createTime }),
    ...(tradingAuthorityExpirationTime === undefined
      ? {}
      : { expires: tradingAuthorityExpirationTime }),
  }
}

type Right = KeyRights['trade']

function right(flag: boolean | undefined): Right {
  if (flag === undefined) return 'unknown'
  return flag ? 'yes' : 'no'
}

function either(a: Right, b: Right): Right {
  if (a === 'yes' || b === 'yes') return 'yes'
  return a === 'no' && b === 'no' ? 'no' : 'unknown'
}
