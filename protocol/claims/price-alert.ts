// A price that the trader wants to hear of.
import { z } from 'zod'
import { market, numericDate } from './common.ts'
import { decimal, positiveDecimal } from './decimal.ts'

/** A coin or a market as a trader writes it: the device knows which the exchange lists. */
export const marketWord = z
  .string()
  .regex(/^[A-Za-z0-9]{1,16}(\/[A-Za-z0-9]{1,16})?$/, 'expected a coin or a market')

/** Quote per base; or a move of so many percent, up or down, within so many seconds: a minute to a week. */
export const threshold = z.discriminatedUnion('is', [
  z.strictObject({ is: z.enum(['above', 'below']), price: positiveDecimal }),
  z.strictObject({
    is: z.literal('move'),
    percent: positiveDecimal,
    within: z.int().min(60).max(604_800),
  }),
])

export const repeats = z.enum(['once', 'always'])

const alerted = {
  /** From 1; it stays. */
  number: z.int().min(1),
  market,
  threshold,
  repeats,
}

/** The price has come to where the trader wants to hear of it. */
export const priceAlert = z.strictObject({
  type: z.literal('price_alert'),
  ...alerted,
  /** Of now; or with `missed` the furthest that it was. Quote per base. */
  price: positiveDecimal,
  /** With a move: from which price. */
  from: positiveDecimal.optional(),
  /** Seen in candles alone, between these moments: the device could not look all the time. */
  missed: z.strictObject({ since: numericDate, until: numericDate }).optional(),
})

/** All that are set. */
export const priceAlertsAnswer = z.strictObject({
  about: z.literal('price_alerts'),
  rows: z
    .array(
      z.strictObject({
        ...alerted,
        /** `spent`: it has fired, and counts again once the price has gone back. */
        state: z.enum(['armed', 'spent']),
        /** Of now, where the device knows it. */
        price: decimal.optional(),
      }),
    )
    .max(50),
  more: z.int().min(1).optional(),
  /** The number of the one that was asked for. */
  set: z.int().min(1).optional(),
})

export type Threshold = z.infer<typeof threshold>
