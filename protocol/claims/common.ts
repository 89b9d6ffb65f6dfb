// The claims every message carries, and the types that all messages share (RFC 7519 section 4.1).
import { z } from 'zod'

/** The trader's own: the audience of presence on the home broker, and the name of the engine of one's own as a provider. */
export const HOME = 'home'

/** A program, device or stream: lower case, safe in a topic and in a file name. */
export const ID = /^[a-z0-9][a-z0-9-]{0,31}$/
export const id = z.string().regex(ID, 'expected 1 to 32 of a-z, 0-9 and "-"')

/** A stream as a device names it: `<provider>/<stream>`. */
export const stream = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,31}\/[a-z0-9][a-z0-9-]{0,31}$/,
    'expected a stream such as "home/ema-cross"',
  )

/** Seconds since 1970, fractions allowed (RFC 7519 section 2). The cap refuses milliseconds. */
export const numericDate = z
  .number()
  .min(0)
  .max(1e11, 'expected seconds since 1970, not milliseconds')

/** 128 bits, base64url: names one message for ever. */
export const jti = z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/, 'expected 16 bytes in base64url')

/** SHA-256, base64url. */
export const digest = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'expected 32 bytes in base64url')

/** CCXT unified symbol, ASCII only: a look-alike letter is another market. */
export const market = z
  .string()
  .regex(
    /^[A-Z0-9]{1,16}\/[A-Z0-9]{1,16}(?::[A-Z0-9]{1,16})?$/,
    'expected a symbol such as "BTC/USDT"',
  )

/** One that a person names. What is already on its way is not refused for it: no exchange has such a market. */
export const tradedMarket = market.refine((name) => {
  const [base, quote] = name.split(/[/:]/)
  return base !== quote
}, 'expected a symbol such as "BTC/USDT": nothing is bought with itself')

export const currency = z.string().regex(/^[A-Z0-9]{1,16}$/, 'expected a currency such as "USDT"')

export const side = z.enum(['buy', 'sell'])

/** One line for a person, without control, format or surrogate characters. */
export const singleLine = z
  .string()
  .max(500)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'expected one line')

/** IANA name; whether there is such a zone is for the reader to check. */
export const timeZone = z
  .string()
  .max(64)
  .regex(
    /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/,
    'expected a time zone such as "Europe/Berlin"',
  )

/** Length of a candle. */
export const timeframe = z
  .string()
  .regex(/^[1-9]\d{0,2}[smhdwM]$/, 'expected a timeframe such as "1m"')

/** The candle that the engine looked at. */
export const candle = z.strictObject({
  timeframe,
  /** When the candle opened. */
  start: numericDate,
})

/** The versions of the wire that a program speaks. */
export const versions = z
  .array(z.int().min(1).max(99))
  .min(1)
  .max(8)
  .refine((all) => new Set(all).size === all.length, 'expected each version once')

const MAX_EXT = 512

/**
 * The one open place: what a later version adds and an older reader may ignore. Names and texts together have at most
 * 512 characters. Never acted on, shown or passed on; what must not be ignored is a new version of the wire.
 */
export const ext = z
  .record(z.string(), z.string())
  .refine(
    (all) => Object.entries(all).flat().join('').length <= MAX_EXT,
    `expected at most ${MAX_EXT} characters in all`,
  )

/** Positive and exact in a double, so that every language counts the same. */
export const sequence = z.int().min(1)

/** The claims that every kind has, with the meaning RFC 7519 gives them. */
export const registered = {
  iss: id,
  aud: id,
  iat: numericDate,
  exp: numericDate,
  jti,
}

/** NumericDate (RFC 7519 section 2) of Unix milliseconds, to the millisecond. */
export function seconds(ms: number): number {
  return Math.round(ms) / 1000
}
