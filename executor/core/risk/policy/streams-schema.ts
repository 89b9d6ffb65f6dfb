// Which markets policy.yaml names, and which streams: their allocation, their markets, and on which others they are followed.
import { market, stream as streamId } from '@keyside/protocol'
import { z } from 'zod'
import { amount, got, keep, written } from './value-types.ts'

const symbol = written(
  'a market such as BTC/USDT (capital letters and digits, base and quote)',
  (text) => (text.includes(':') ? undefined : keep(market)(text)),
)

export const symbols = z
  .array(symbol, 'expected a list of markets such as [BTC/USDT, ETH/USDT]')
  .min(
    1,
    'expected at least one market: an empty list lets nothing be bought, and "keyside halt" does that',
  )
  .max(50, 'expected at most 50 markets')
  .superRefine((list, context) => {
    const twice = list.findIndex((entry, index) => list.indexOf(entry) !== index)
    if (twice >= 0)
      context.addIssue({
        code: 'custom',
        path: [twice],
        message: `${list[twice]} stands here twice`,
      })
  })

/** As in `streams`: a record would drop the name __proto__ without a word. */
const map = z
  .unknown()
  .superRefine((section, context) => {
    const names = Object.keys(section ?? {})
    if (names.length === 0 || names.length > 50)
      context.addIssue({
        code: 'custom',
        message:
          'expected 1 to 50 lines such as { BTC/USDT: BTC/EUR }, the market of the signal first',
      })
    for (const name of names)
      if (!symbol.safeParse(name).success)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `expected a market of the signal such as BTC/USDT, ${got(name)}`,
        })
  })
  .pipe(z.record(z.string(), symbol, 'expected a section such as { BTC/USDT: BTC/EUR }'))

const stream = z.strictObject(
  {
    allocation: amount,
    markets: symbols.optional(),
    map: map.optional(),
    lifetime_budget: amount.optional(),
  },
  'expected a section such as { allocation: 1000 }',
)

/** As many as one plan may have: more than a person can look after. */
export const MAX_STREAMS = 64

// A record drops the name __proto__ without a word, so names are looked at first.
export const streams = z
  .unknown()
  .superRefine((section, context) => {
    if (section === undefined || section === null || section === '')
      context.addIssue({
        code: 'custom',
        message:
          'expected a line for each stream that you follow, such as home/ema-cross: { allocation: 1000 }, or {} for none',
      })
    const count = Object.keys(section ?? {}).length
    if (count > MAX_STREAMS)
      context.addIssue({
        code: 'custom',
        message: `expected at most ${MAX_STREAMS} streams, got ${count}`,
      })
    for (const name of Object.keys(section ?? {}))
      if (!streamId.safeParse(name).success)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `expected provider and stream, each of 1 to 32 characters a-z, 0-9 and "-", such as home/ema-cross, ${got(name)}`,
        })
  })
  .pipe(
    z.record(
      z.string(),
      stream,
      'expected a section with a line for each stream, such as home/ema-cross: { allocation: 1000 }',
    ),
  )
