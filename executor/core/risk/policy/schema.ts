// What policy.yaml may say. Closed: an unknown key is a refusal; docs/policy.md explains every key.
import { currency, type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { z } from 'zod'
import { streams, symbols } from './streams-schema.ts'
import { amount, duration, keep, percent, whole, written } from './value-types.ts'

const ABOVE = /^above (\S+)$/

const currencyName = written('a currency such as USDT', keep(currency))

export const approval = written<Policy['approval']>('always, never, or "above 200"', (text) => {
  if (text === 'always' || text === 'never') return text
  const above = amount.safeParse(ABOVE.exec(text)?.[1])
  return above.success ? { above: above.data } : undefined
})

const limits = z.strictObject(
  {
    order: amount,
    position: amount.optional(),
    hour: amount.optional(),
    day: amount,
    orders_per_minute: whole(600).prefault('6'),
    orders_per_day: whole(10_000).prefault('60'),
    round_trips: whole(1_000).prefault('10'),
    day_loss: amount.optional(),
    drawdown: amount.optional(),
  },
  'expected a section such as { order: 500, day: 2000, orders_per_minute: 6 }',
)

/** A time of at most `most`, or never. */
function orNever(most: string, example: string) {
  return written<number | 'never'>(
    `never, or a time of at most ${most}, in s, m or h, such as ${example}`,
    (text) => {
      if (text === 'never') return text
      const time = duration(most).safeParse(text)
      return time.success ? time.data : undefined
    },
  )
}

export const maxStopDistance = written<Policy['maxStopDistance']>(
  'a percent with its sign, above 0 % and at most 50 %, such as "3 %", or optional',
  (text) => {
    if (text === 'optional') return text
    const within = percent(50).safeParse(text)
    return within.success ? within.data : undefined
  },
)

const liquidity = z.strictObject(
  { volume: amount.prefault('50000000'), depth: whole(1_000).prefault('20') },
  'expected a section such as { volume: 50000000, depth: 20 }',
)

export const codeAbove = written<Policy['codeAbove']>('never, or an amount such as 500', (text) => {
  if (text === 'never') return text
  const above = amount.safeParse(text)
  return above.success ? above.data : undefined
})

const trials = written<Policy['trials']>('none, or an amount such as 1000', (text) => {
  if (text === 'none') return text
  const each = amount.safeParse(text)
  return each.success ? each.data : undefined
})

const duplicateWindow = orNever('60s', '60s')
const reentryCooldown = orNever('24h', '5m')

const closeOnSilence = orNever('24h', '60m')

const yesOrNo = written<'yes' | 'no'>('yes or no', (text) =>
  text === 'yes' || text === 'no' ? text : undefined,
)

const unprovedVenue = written<'ask' | 'accept'>('ask or accept', (text) =>
  text === 'ask' || text === 'accept' ? text : undefined,
)

const file = z.strictObject({
  version: written<1>('version: 1', (text) => (text === '1' ? 1 : undefined)),
  currency: currencyName,
  markets: symbols,
  streams,
  limits,
  collar: percent(5).prefault('0.5 %'),
  exit_collar: percent(20).prefault('2 %'),
  spread: percent(5).prefault('0.1 %'),
  liquidity: liquidity.prefault({}),
  max_stop_distance: maxStopDistance.prefault('3 %'),
  fat_finger: whole(1_000).prefault('5'),
  duplicate_window: duplicateWindow.prefault('60s'),
  reentry_cooldown: reentryCooldown.prefault('5m'),
  max_signal_age: duration('60s').prefault('10s'),
  approval: approval.prefault('always'),
  approval_timeout: duration('24h').prefault('1h'),
  code_above: codeAbove.prefault('never'),
  close_on_silence: closeOnSilence.prefault('never'),
  loosening_delay: duration('168h').prefault('24h'),
  real_money: yesOrNo.prefault('no'),
  unproved_venue: unprovedVenue.prefault('ask'),
  trials: trials.prefault('none'),
})

type File = z.infer<typeof file>

/** Amounts are in `currency`, collars in percent, times in ms. */
export interface Policy {
  readonly currency: string
  readonly markets: readonly string[]
  readonly streams: ReadonlyMap<string, StreamPolicy>
  readonly limits: {
    readonly order: Decimal
    /** In one market, all streams together. */
    readonly position: Decimal
    readonly hour: Decimal
    readonly day: Decimal
    readonly ordersPerMinute: number
    readonly ordersPerDay: number
    /** In one market, a day. */
    readonly roundTrips: number
    /** No entries for the rest of the day once this much is lost. */
    readonly dayLoss: Decimal
    /** Halts once the result is this much below its best. */
    readonly drawdown: Decimal
  }
  readonly collar: { readonly entry: Decimal; readonly exit: Decimal }
  /** The most between bid and ask for an entry, percent of the bid. */
  readonly spread: Decimal
  readonly liquidity: {
    /** Least turnover of the market in 24 h. */
    readonly volume: Decimal
    /** The asks within the collar are worth at least this many times the order. */
    readonly depth: number
  }
  /** Furthest that an entry's stop may be below its price, percent. */
  readonly maxStopDistance: Decimal | 'optional'
  /** Times the stream's usual order: a larger one is asked about. */
  readonly fatFinger: number
  /** The same entry again so soon, from another signal, is asked about. */
  readonly duplicateWindowMs: number | 'never'
  /** An entry so soon after a sale in the same market is asked about. */
  readonly reentryCooldownMs: number | 'never'
  readonly maxSignalAgeMs: number
  readonly approval: 'always' | 'never' | { readonly above: Decimal }
  readonly approvalTimeoutMs: number
  /** An approval of a larger entry needs a code from the trader's authenticator. */
  readonly codeAbove: Decimal | 'never'
  /** Sells what a stream holds when its provider has been silent for so long. */
  readonly closeOnSilenceMs: number | 'never'
  /** A change that allows more counts so long after it was accepted. */
  readonly looseningDelayMs: number
  /** Whether entries may go to a real exchange. */
  readonly realMoney: 'yes' | 'no'
  /** Whether entries ask first at a real exchange that has not itself shown, to this device, what an order relies on. */
  readonly unprovedVenue: 'ask' | 'accept'
  /** The allocation of each trial, which only a paper account trades. */
  readonly trials: Decimal | 'none'
}

export interface StreamPolicy {
  readonly allocation: Decimal
  /** The most that all its entries together may ever cost. */
  readonly lifetimeBudget: Decimal | 'unlimited'
  /** Of its signals: of the policy's markets, and of those that `map` brings to one of them. */
  readonly markets: readonly string[]
  /** Market of a signal → own market, of the same base, on which it is followed. */
  readonly map: ReadonlyMap<string, string>
}

export const policySchema = file.superRefine(agree).transform(toPolicy)

/** What each line cannot know alone. */
function agree(written: File, context: z.RefinementCtx): void {
  const wrong = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message })
  for (const [index, name] of written.markets.entries()) {
    if (name === `${written.currency}/${written.currency}`)
      wrong(['markets', index], `${name} is no market: nothing is bought with itself`)
    if (!name.endsWith(`/${written.currency}`))
      wrong(
        ['markets', index],
        `${name} is not quoted in ${written.currency}: limits could not be counted`,
      )
  }
  for (const [name, { markets = [], map = {} }] of Object.entries(written.streams)) {
    for (const [index, entry] of markets.entries())
      if (!written.markets.includes(entry) && !Object.hasOwn(map, entry))
        wrong(
          ['streams', name, 'markets', index],
          `${entry} is not in the list of markets above, nor in the map of this stream`,
        )
    for (const [from, to] of Object.entries(map)) {
      const complaint = wrongMap(written, from, to)
      if (complaint !== null) wrong(['streams', name, 'map', from], complaint)
    }
  }
  if (allotted(written).gte(MAX_ALLOTTED))
    wrong(['streams'], 'the allocations add up to more than can be counted')
  if (written.trials !== 'none' && written.real_money === 'yes')
    wrong(
      ['trials'],
      'trials of rules from the chat are traded on paper alone: leave the line out, or write "real_money: no"',
    )
  const { order, hour = written.limits.day, day } = written.limits
  if (new Big(order).gt(hour))
    wrong(['limits', 'order'], 'one order may not be larger than the hour or the day')
  if (new Big(hour).gt(day)) wrong(['limits', 'hour'], 'one hour may not be larger than the day')
  if (new Big(written.exit_collar).lt(written.collar))
    wrong(
      ['exit_collar'],
      'expected at least the collar: a way out may not be narrower than the way in',
    )
}

/** Null where there is nothing wrong. */
function wrongMap({ markets }: File, from: string, to: string): string | null {
  if (markets.includes(from)) return `${from} is one of your own markets: it needs no map`
  if (!markets.includes(to)) return `${to} is not in the list of markets above`
  return from.split('/')[0] === to.split('/')[0]
    ? null
    : `${from} and ${to} are not the same coin: only what is paid with may differ`
}

/** What a wire decimal can carry. */
const MAX_ALLOTTED = '1e12'

function allotted({ streams, trials: each }: File): Big {
  const first = new Big(each === 'none' ? 0 : each)
  return Object.values(streams).reduce((sum, { allocation }) => sum.plus(allocation), first)
}

function toPolicy(written: File): Policy {
  const { currency, markets, limits } = written
  const all = allotted(written)
  return {
    currency,
    markets,
    streams: new Map(
      Object.entries(written.streams).map(
        ([name, { allocation, markets: own, map = {}, lifetime_budget: lifetimeBudget }]) => [
          name,
          {
            allocation,
            lifetimeBudget: lifetimeBudget ?? 'unlimited',
            markets: own ?? [...markets, ...Object.keys(map)],
            map: new Map(Object.entries(map)),
          },
        ],
      ),
    ),
    limits: {
      order: limits.order,
      position: limits.position ?? toDecimal(all),
      hour: limits.hour ?? limits.day,
      day: limits.day,
      ordersPerMinute: limits.orders_per_minute,
      ordersPerDay: limits.orders_per_day,
      roundTrips: limits.round_trips,
      dayLoss: limits.day_loss ?? toDecimal(all.times('0.1')),
      drawdown: limits.drawdown ?? toDecimal(all.times('0.3')),
    },
    collar: { entry: written.collar, exit: written.exit_collar },
    spread: written.spread,
    liquidity: written.liquidity,
    maxStopDistance: written.max_stop_distance,
    fatFinger: written.fat_finger,
    duplicateWindowMs: written.duplicate_window,
    reentryCooldownMs: written.reentry_cooldown,
    maxSignalAgeMs: written.max_signal_age,
    approval: written.approval,
    approvalTimeoutMs: written.approval_timeout,
    codeAbove: written.code_above,
    closeOnSilenceMs: written.close_on_silence,
    looseningDelayMs: written.loosening_delay,
    realMoney: written.real_money,
    unprovedVenue: written.unproved_venue,
    trials: written.trials,
  }
}
