// What policy.yaml may say. Closed: an unknown key is a refusal; docs/policy.md explains every key.
import { currency, type Decimal, id, market } from '@keyside/protocol'
import Big from 'big.js'
import { z } from 'zod'
import { amount, duration, got, percent, whole, written } from './words.ts'

const ABOVE = /^above (\S+)$/

const currencyName = written('a currency such as USDT', keep(currency))
const symbol = written(
  'a market such as BTC/USDT (capital letters and digits, base and quote)',
  (text) => (text.includes(':') ? undefined : keep(market)(text)),
)

const symbols = z
  .array(symbol, 'expected a list of markets such as [BTC/USDT, ETH/USDT]')
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

const approval = written<Policy['approval']>('always, never, or "above 200"', (text) => {
  if (text === 'always' || text === 'never') return text
  const above = amount.safeParse(ABOVE.exec(text)?.[1])
  return above.success ? { above: above.data } : undefined
})

const stream = z.strictObject(
  { allotment: amount, markets: symbols.optional() },
  'expected a section such as { allotment: 1000 }',
)

// A record drops the name __proto__ without a word, so names are looked at first.
const streams = z
  .unknown()
  .superRefine((section, context) => {
    for (const name of Object.keys(section ?? {}))
      if (!id.safeParse(name).success)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `expected a stream name of 1 to 32 characters a-z, 0-9 and "-", ${got(name)}`,
        })
  })
  .pipe(
    z.record(
      z.string(),
      stream,
      'expected a section with a line for each stream, such as ema-cross: { allotment: 1000 }',
    ),
  )

const limits = z.strictObject(
  { order: amount, day: amount, orders_per_minute: whole(600).prefault('6') },
  'expected a section such as { order: 500, day: 2000, orders_per_minute: 6 }',
)

const file = z.strictObject({
  version: written<1>('version: 1', (text) => (text === '1' ? 1 : undefined)),
  currency: currencyName,
  markets: symbols,
  streams,
  limits,
  collar: percent(5).prefault('0.5 %'),
  exit_collar: percent(20).prefault('2 %'),
  signal_age: duration('60s').prefault('10s'),
  approval: approval.prefault('always'),
  approval_within: duration('24h').prefault('1h'),
})

type File = z.infer<typeof file>

/** Amounts are in `currency`, collars in percent, times in ms. */
export interface Policy {
  readonly currency: string
  readonly markets: readonly string[]
  readonly streams: ReadonlyMap<string, StreamPolicy>
  readonly limits: {
    readonly order: Decimal
    readonly day: Decimal
    readonly ordersPerMinute: number
  }
  readonly collar: { readonly entry: Decimal; readonly exit: Decimal }
  readonly signalAgeMs: number
  readonly approval: 'always' | 'never' | { readonly above: Decimal }
  readonly approvalWithinMs: number
}

export interface StreamPolicy {
  readonly allotment: Decimal
  /** A part of the policy's markets. */
  readonly markets: readonly string[]
}

export const policySchema = file.superRefine(agree).transform(toPolicy)

/** What each line cannot know alone. */
function agree(written: File, context: z.RefinementCtx): void {
  const wrong = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  for (const [index, name] of written.markets.entries())
    if (!name.endsWith(`/${written.currency}`))
      wrong(
        ['markets', index],
        `${name} is not quoted in ${written.currency}: limits could not be counted`,
      )
  for (const [name, { markets = [] }] of Object.entries(written.streams))
    for (const [index, entry] of markets.entries())
      if (!written.markets.includes(entry))
        wrong(['streams', name, 'markets', index], `${entry} is not in the list of markets above`)
  if (new Big(written.limits.order).gt(written.limits.day))
    wrong(['limits', 'order'], 'one order may not be larger than the day')
  if (new Big(written.exit_collar).lt(written.collar))
    wrong(
      ['exit_collar'],
      'expected at least the collar: a way out may not be narrower than the way in',
    )
}

function toPolicy(written: File): Policy {
  const { currency, markets, limits } = written
  return {
    currency,
    markets,
    streams: new Map(
      Object.entries(written.streams).map(([name, stream]) => [
        name,
        { allotment: stream.allotment, markets: stream.markets ?? markets },
      ]),
    ),
    limits: { order: limits.order, day: limits.day, ordersPerMinute: limits.orders_per_minute },
    collar: { entry: written.collar, exit: written.exit_collar },
    signalAgeMs: written.signal_age,
    approval: written.approval,
    approvalWithinMs: written.approval_within,
  }
}

function keep(schema: z.ZodType<string>): (text: string) => string | undefined {
  return (text) => (schema.safeParse(text).success ? text : undefined)
}
