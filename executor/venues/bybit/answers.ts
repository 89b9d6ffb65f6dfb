// The fields that Keyside reads from Bybit's answers, and what they say in our words.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { z } from 'zod'
import type {
  AccountTrade,
  Balance,
  Candle,
  ExchangeOrder,
  KeyRights,
} from '../../core/model/exchange.ts'
import type { VenueMarket } from '../adapter/dialect.ts'
import { amount, amountOrNone, feeOf, signedAmount, time } from '../adapter/text-fields.ts'

/** Of a taker without any tier where currencies of states are traded; elsewhere it is half of it. */
export const TAKER_FEE = '0.002'
/** Of those that wait on one market. */
const MOST_STOPS = 30

const id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)
/** A number that older answers have as text. */
const whole = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
])

/** What is asked for, within every answer. */
export function resultOf<T>(result: z.ZodType<T>, body: unknown): T | null {
  return z.object({ retCode: z.literal(0), result }).safeParse(body).data?.result ?? null
}

/** The rows of an answer, each of which has to be readable. */
export function rowsOf<T>(row: z.ZodType<T>, body: unknown): readonly T[] | null {
  return resultOf(z.object({ list: z.array(row) }), body)?.list ?? null
}

/** Of many rows those that can be read. */
export function readable<T>(row: z.ZodType<T>, body: unknown): readonly T[] | null {
  return rowsOf(z.unknown(), body)?.flatMap((one) => row.safeParse(one).data ?? []) ?? null
}

export const clock = z.object({ retCode: z.literal(0), time: whole })

export const tickerRow = z.object({
  symbol: z.string(),
  bid1Price: amountOrNone,
  ask1Price: amountOrNone,
  turnover24h: amount,
})

/** Best first: price, amount. */
export const book = z.object({ s: z.string(), a: z.array(z.tuple([amount, amount])) })

export const candleRow = z
  .tuple([time, amount, amount, amount, amount], z.unknown())
  .transform(([start, open, high, low, close]): Candle => [start / 1_000, open, high, low, close])

export const receipt = z.object({ orderId: id, orderLinkId: z.string() })

/** `Triggered` is an instant between two others. */
const STATUS = {
  New: 'open',
  PartiallyFilled: 'open',
  Untriggered: 'open',
  Triggered: 'open',
  Filled: 'filled',
  PartiallyFilledCanceled: 'canceled',
  Cancelled: 'canceled',
  Deactivated: 'canceled',
  Rejected: 'rejected',
} as const

export const orderRow = z.object({
  symbol: z.string(),
  orderId: id,
  orderLinkId: z.string(),
  orderStatus: z.enum(Object.keys(STATUS) as [keyof typeof STATUS]),
  cumExecQty: amountOrNone,
  timeInForce: z.string(),
  stopOrderType: z.string(),
  triggerPrice: amountOrNone,
  triggerDirection: whole.optional(),
  // The last price when it came. Of spot alone.
  basePrice: amountOrNone.optional(),
})

/** What is left of an order that was to fill at once ends by itself; the venue calls that canceled too. */
export function toOrder(row: z.infer<typeof orderRow>): ExchangeOrder {
  const status = STATUS[row.orderStatus]
  const triggers = row.orderStatus === 'Untriggered' ? triggersOf(row) : undefined
  return {
    kind: ['', 'UNKNOWN'].includes(row.stopOrderType) ? 'order' : 'stop',
    exchangeId: row.orderId,
    clientOrderId: row.orderLinkId,
    status: status === 'canceled' && row.timeInForce === 'IOC' ? 'expired' : status,
    filled: row.cumExecQty,
    fills: [],
    ...(triggers !== undefined && { triggers }),
  }
}

/** Whoever is told no direction takes it from the last price. */
function triggersOf({
  triggerDirection,
  triggerPrice,
  basePrice = '0',
}: z.infer<typeof orderRow>): ExchangeOrder['triggers'] {
  if (triggerDirection === 1) return 'at_or_above'
  if (triggerDirection === 2) return 'at_or_below'
  if (basePrice === '0') return undefined
  return new Big(triggerPrice).gte(basePrice) ? 'at_or_above' : 'at_or_below'
}

export const fillRow = z.object({
  symbol: z.string(),
  orderId: id,
  orderLinkId: z.string(),
  side: z.enum(['Buy', 'Sell']),
  execId: id,
  execPrice: amount,
  execQty: amount,
  execFee: z.union([z.literal(''), signedAmount]),
  feeCurrency: z.string(),
  execTime: time,
})

export const fillPage = z.object({ list: z.array(fillRow), nextPageCursor: z.string() })

/** A fee that names no currency is taken from what was received, and a rebate is paid in what was given. */
export function toTrade(
  row: z.infer<typeof fillRow>,
  { rules: { base, quote } }: VenueMarket,
): AccountTrade {
  const { execFee, feeCurrency, orderLinkId } = row
  const isRebate = execFee.startsWith('-')
  const implied = (row.side === 'Buy') === isRebate ? quote : base
  return {
    id: row.execId,
    at: row.execTime,
    amount: row.execQty,
    price: row.execPrice,
    ...(execFee !== '' && feeOf(new Big(execFee), feeCurrency || implied)),
    exchangeId: row.orderId,
    ...(orderLinkId !== '' && { clientOrderId: orderLinkId }),
    side: row.side === 'Buy' ? 'buy' : 'sell',
  }
}

const signedOrNone = z.union([z.literal('').transform(() => '0'), signedAmount])

/** Coins that are borrowed count among those of the wallet. */
const coin = z
  .object({
    coin: z.string(),
    walletBalance: signedOrNone,
    locked: signedOrNone,
    spotBorrow: signedOrNone.optional(),
  })
  .transform(({ coin: currency, walletBalance, locked, spotBorrow = '0' }): Balance => {
    const free = new Big(walletBalance).minus(spotBorrow).minus(locked)
    return { currency, free: atLeastNothing(free), used: atLeastNothing(new Big(locked)) }
  })
const wallet = z.object({ accountType: z.literal('UNIFIED'), coin: z.array(z.unknown()) })

function atLeastNothing(value: Big): Decimal {
  return value.gt(0) ? toDecimal(value) : '0'
}

/** Null unless each row of `currencies` can be read. A coin of which there is none has no row. */
export function toBalances(
  body: unknown,
  currencies: ReadonlySet<string>,
): readonly Balance[] | null {
  const [account, ...others] = rowsOf(wallet, body) ?? []
  if (account === undefined || others.length > 0) return null
  const balances: Balance[] = []
  for (const row of account.coin) {
    const { data: balance } = coin.safeParse(row)
    const { data: named } = z.object({ coin: z.string() }).safeParse(row)
    if (balance !== undefined) balances.push(balance)
    else if (named === undefined || currencies.has(named.coin)) return null
  }
  return balances
}

const list = z.array(z.string()).optional()
const key = z.object({
  readOnly: whole,
  permissions: z.object({ Spot: list, Wallet: list }),
  ips: list,
  createdAt: z.string().optional(),
  expiredAt: z.string().optional(),
})

/** A list that is missing is unknown, never empty. */
export function toRights(body: unknown): KeyRights | null {
  const read = resultOf(key, body)
  if (read === null) return null
  const { readOnly, ips, createdAt, expiredAt } = read
  const { Spot, Wallet } = read.permissions
  const right = (rights: readonly string[] | undefined, names: RegExp) =>
    readOnly === 1 ? 'no' : has(rights, names)
  const created = momentOf(createdAt)
  const expires = momentOf(expiredAt)
  return {
    trade: right(Spot, /^SpotTrade$/),
    withdraw: right(Wallet, /^Withdraw$/),
    transfer: right(Wallet, /Transfer$/),
    // One that is bound to nothing has a star there, or nothing.
    ipList: ips?.includes('*') ? 'no' : has(ips, /./),
    ...(created !== null && { created }),
    ...(expires !== null && { expires }),
  }
}

function has(names: readonly string[] | undefined, meant: RegExp): 'yes' | 'no' | 'unknown' {
  return names === undefined ? 'unknown' : names.some((name) => meant.test(name)) ? 'yes' : 'no'
}

/** Unix ms. A moment that never comes is at the beginning of time. */
function momentOf(text = ''): number | null {
  const at = Date.parse(text)
  return at > 0 ? at : null
}

/** The unified account's numbers of its kinds: the classic one has other endpoints. */
const account = z.object({ unifiedMarginStatus: whole.pipe(z.literal([3, 4, 5, 6])) })
const margin = z.object({ spotMarginMode: z.string() })

/** What is not said, or not known, may borrow. */
export function isUnified(body: unknown): 'never' | 'may' | null {
  if (resultOf(z.unknown(), body) === null) return null
  return resultOf(account, body) === null ? 'may' : 'never'
}

export function toBorrowing(body: unknown): 'never' | 'may' | null {
  const state = resultOf(margin, body)
  return state && (state.spotMarginMode === '0' ? 'never' : 'may')
}

const instrument = z.object({
  symbol: z.string(),
  baseCoin: z.string().min(1),
  quoteCoin: z.string().min(1),
  status: z.string(),
  lotSizeFilter: z
    .object({
      basePrecision: amount,
      minOrderAmt: amount,
      maxLimitOrderQty: amount.optional(),
      maxOrderQty: amount.optional(),
    })
    .transform(({ maxLimitOrderQty, maxOrderQty, ...sizes }) => ({
      ...sizes,
      most: maxLimitOrderQty ?? maxOrderQty,
    })),
  priceFilter: z.object({ tickSize: amount }),
})

/** Null unless `row` is a spot market with readable rules. Its least amount is not checked any more. */
export function toMarket(row: unknown): VenueMarket | null {
  const { data } = instrument.safeParse(row)
  if (data?.lotSizeFilter.most === undefined) return null
  const { symbol, baseCoin: base, quoteCoin: quote, lotSizeFilter: sizes } = data
  return {
    id: symbol,
    rules: {
      market: `${base}/${quote}`,
      base,
      quote,
      tick: data.priceFilter.tickSize,
      step: sizes.basePrecision,
      minAmount: sizes.basePrecision,
      maxAmount: data.lotSizeFilter.most,
      minValue: sizes.minOrderAmt,
      stop: { holds: 'coins', max: MOST_STOPS },
      takerFee: TAKER_FEE,
      status: data.status === 'Trading' ? 'trading' : 'halted',
    },
  }
}
