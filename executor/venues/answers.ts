// The fields that Keyside reads from Binance's answers, taken as the strings that came.
import { toDecimal } from '@keyside/protocol'
import { z } from 'zod'

const amount = z
  .string()
  .regex(/^\d{1,12}(?:\.\d{1,18})?$/)
  .transform(toDecimal)

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
  .enum(['NEW', 'PENDING_NEW', 'PARTIALLY_FILLED', 'PENDING_CANCEL', 'FILLED'])
  .or(z.enum(['CANCELED', 'REJECTED', 'EXPIRED', 'EXPIRED_IN_MATCH']))
  .transform((word) => STATUS[word])

export const orderAnswer = z.object({
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

export const placedAnswer = orderAnswer.extend({
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
})

export const accountTradeAnswer = tradeAnswer.extend({ isBuyer: z.boolean() })

export const accountAnswer = z.object({ balances: z.array(z.unknown()) })

export const balanceAnswer = z.object({ asset: z.string(), free: amount, locked: amount })

export const tickerAnswer = z.object({ symbol: z.string(), bidPrice: amount, askPrice: amount })

export const dayAnswer = z.object({ symbol: z.string(), quoteVolume: amount })

/** Best first: price, amount. */
export const depthAnswer = z.object({ asks: z.array(z.tuple([amount, amount])) })

export const timeAnswer = z.object({ serverTime: z.int().positive() })

export const candleAnswer = z.tuple([z.int(), amount, amount, amount, amount], z.unknown())

export const rightsAnswer = z.object({
  enableSpotAndMarginTrading: z.boolean().optional(),
  enableWithdrawals: z.boolean().optional(),
  enableInternalTransfer: z.boolean().optional(),
  permitsUniversalTransfer: z.boolean().optional(),
  ipRestrict: z.boolean().optional(),
  createTime: z.int().optional(),
  tradingAuthorityExpirationTime: z.int().optional(),
})

/** Of exchangeInfo. Another status than TRADING takes no orders. */
export const marketAnswer = z.object({
  symbol: z.string(),
  status: z.string(),
  baseAsset: z.string(),
  quoteAsset: z.string(),
  isSpotTradingAllowed: z.boolean(),
  filters: z.unknown(),
})

export const filters = z.array(
  z.object({
    filterType: z.string(),
    tickSize: amount.optional(),
    stepSize: amount.optional(),
    minQty: amount.optional(),
    maxQty: amount.optional(),
    minNotional: amount.optional(),
    maxNumAlgoOrders: z.int().nonnegative().optional(),
  }),
)
