// Fields of venues that write every number as text.
import { toDecimal } from '@keyside/protocol'
import type Big from 'big.js'
import { z } from 'zod'
import type { Fee } from '../../core/model/exchange.ts'

/**
 * A plain decimal as the executor counts with it. A number of any other shape makes the answer unreadable: a JSON number
 * has lost digits already, and an exponent, a sign or a blank is not what the venue documents.
 */
export const amount = z
  .string()
  .regex(/^\d{1,12}(?:\.\d{1,18})?$/)
  .transform(toDecimal)

/** What is not there yet is an empty text. */
export const amountOrNone = z.union([z.literal('').transform(() => '0'), amount])

export const signedAmount = z.string().regex(/^-?\d{1,12}(?:\.\d{1,18})?$/)

/** Unix ms. */
export const time = z
  .string()
  .regex(/^\d{10,16}$/)
  .transform(Number)

/** One of the venue's words, as ours. */
export function words<T extends Record<string, string>>(of: T) {
  return z.enum(Object.keys(of) as [keyof T & string]).transform((word) => of[word] as T[keyof T])
}

/** `taken` may be below nothing: then it is a rebate, and no fee of less. */
export function feeOf(taken: Big, currency: string): { fee: Fee; rebate?: Fee } {
  if (taken.gte(0)) return { fee: { amount: toDecimal(taken), currency } }
  const amount = toDecimal(taken.times(-1))
  return { fee: { amount: '0', currency }, rebate: { amount, currency } }
}
