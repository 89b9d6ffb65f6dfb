// Fields of venues' answers, where amounts are texts, and what they say in our words.
import { type Decimal, toDecimal, toTotal } from '@keyside/protocol'
import type Big from 'big.js'
import { z } from 'zod'
import type { Candle, Fee, KeyRights, MarketRules } from '../../core/model/exchange.ts'
import type { VenueMarket } from './dialect.ts'

/**
 * A plain decimal as the executor counts with it. A number of any other shape makes the answer unreadable: a JSON number
 * has lost digits already, and an exponent, a sign or a blank is not what the venue documents.
 */
export const amount = z
  .string()
  .regex(/^\d{1,12}(?:\.\d{1,18})?$/)
  .transform(toDecimal)

/**
 * What adds up, such as a balance or a turnover: of a coin that is worth little there are more than an order can name. At any
 * price it is worth what a total can hold.
 */
export const total = z
  .string()
  .regex(/^\d{1,16}(?:\.\d{1,18})?$/)
  .transform(toTotal)

/** Of what was traded, amount and price: nothing for something, or something for nothing, was never traded. */
export const traded = z.string().regex(/[1-9]/).pipe(amount)

/** Of prices or amounts, which are whole multiples of it: one of nothing, or of more places than are kept, is of no use. */
export const step = z
  .string()
  .regex(/^\d{1,12}(?:\.\d{1,12}0*)?$/)
  .pipe(traded)

/** What is not there yet is an empty text. */
export const amountOrNone = orNone(amount)

export const totalOrNone = orNone(total)

export const signedAmount = z.string().regex(/^-?\d{1,12}(?:\.\d{1,18})?$/)

export const signedTotal = z.string().regex(/^-?\d{1,16}(?:\.\d{1,18})?$/)

export function orNone<T extends z.ZodType<string>>(some: T) {
  return z.union([z.literal('').transform(() => '0'), some])
}

export function atLeastNothing(value: Big): Decimal {
  return value.gt(0) ? toTotal(value) : '0'
}

/** Unix ms. */
export const time = z
  .string()
  .regex(/^\d{10,16}$/)
  .transform(Number)

/** Start in Unix ms and the four prices; what stands behind them is of no use here. */
export function candleRow(start: z.ZodType<number>): z.ZodType<Candle> {
  return z
    .tuple([start, amount, amount, amount, amount], z.unknown())
    .transform(([ms, ...prices]) => [ms / 1_000, prices[0], prices[1], prices[2], prices[3]])
}

/** Best first: price, amount, and columns that are of no use here. */
export const level = z
  .tuple([amount, total], z.unknown())
  .transform(([price, size]) => [price, size] as const)

/** One of the venue's words, as ours. */
export function words<const T extends Record<string, string>>(of: T) {
  return z.enum(Object.keys(of) as [keyof T & string]).transform((word) => of[word] as T[keyof T])
}

/** `taken` may be below nothing: then it is a rebate, and no fee of less. */
export function feeOf(taken: Big, currency: string): { fee: Fee; rebate?: Fee } {
  if (taken.gte(0)) return { fee: { amount: toDecimal(taken), currency } }
  const amount = toDecimal(taken.times(-1))
  return { fee: { amount: '0', currency }, rebate: { amount, currency } }
}

type Fields = Readonly<Record<string, readonly [name: string, type: z.ZodType]>>
type Named<F extends Fields> = { readonly [K in keyof F]: z.output<F[K][1]> }

/** A row under our names: behind each the venue's own, and what has to stand there. */
export function fields<const F extends Fields>(of: F) {
  const all = Object.entries(of)
  const shape = Object.fromEntries(all.map(([, [name, type]]) => [name, type]))
  return z
    .object(shape)
    .transform(
      (row) => Object.fromEntries(all.map(([ours, [name]]) => [ours, row[name]])) as Named<F>,
    )
}

/** A right that a venue does not report is unknown, never "no". */
export function yesOrNo(told: boolean | undefined): KeyRights['trade'] {
  if (told === undefined) return 'unknown'
  return told ? 'yes' : 'no'
}

/** A spot market under its unified symbol. */
export function spotMarket(id: string, rules: Omit<MarketRules, 'market'>): VenueMarket {
  return { id, rules: { market: `${rules.base}/${rules.quote}`, ...rules } }
}
