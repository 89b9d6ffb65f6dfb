// The most that can be lost in a day under a policy, term by term, if everything but this device is an attacker's.
import type { Decimal } from '@keyside/protocol'
import Big from 'big.js'
import { parseDecimal, percentOf } from '../../model/decimals.ts'
import type { Policy } from './schema.ts'

/** Plain digits. A sum may have more of them than a decimal on the wire. */
type Sum = string

interface BoundTerm {
  readonly what: string
  /** In the policy's numbers, for a person to check. */
  readonly how: string
  readonly amount: Sum
}

/** One way to calculate the bound; each is valid by itself. */
interface BoundWay {
  readonly what: string
  readonly terms: readonly BoundTerm[]
  readonly sum: Sum
}

/** Amounts in `currency`, of one day from 00:00 to 24:00 UTC; docs/policy.md has the proof. */
export interface DailyBound {
  readonly currency: string
  /** Bad prices and fees alone. */
  readonly standstill: BoundWay
  /** What can be taken while prices stand still: the smallest of all ways, since each is valid then too. */
  readonly taken: Sum
  /** While prices do what the attacker wants. */
  readonly ways: readonly BoundWay[]
  /** The smallest of the ways: no more can be lost. */
  readonly most: Sum
  /** Over as many days as it takes until `limits.drawdown` halts trading, and what is held then is lost to its stops. */
  readonly untilHalt: BoundWay
  /** What one provider alone can make of a day, when its keys are stolen; the limits of a day are shared by all. */
  readonly providers: readonly { readonly provider: string; readonly most: Sum }[]
  /** What no software on this device can make smaller. */
  readonly unbounded: readonly string[]
}

/** `takerFee` is the exchange's, percent. */
export function dailyBound(policy: Policy, takerFee: Decimal): DailyBound {
  const { limits, currency } = policy
  const carried = mostHeld(policy, [...policy.streams.keys()])
  const traded = parseDecimal(limits.day).plus(carried)
  const ways = worstDay(policy, carried, takerFee)
  const standstill = badPrices(policy, traded, takerFee)
  return {
    currency,
    standstill,
    taken: smallest([standstill, ...ways]),
    ways,
    most: smallest(ways),
    untilHalt: way('it goes on until trading halts', [
      term(
        'until trading halts',
        'limits.drawdown, and a hundredth of it',
        parseDecimal(limits.drawdown).times('1.01'),
      ),
      ...lostToStops(policy, carried),
      fees(takerFee, carried),
    ]),
    providers: providersOf(policy).map(([provider, streams]) => ({
      provider,
      most: smallest(worstDay(policy, mostHeld(policy, streams), takerFee)),
    })),
    unbounded: [...(policy.maxStopDistance === 'optional' ? [WITHOUT_STOPS] : []), ...UNBOUNDED],
  }
}

/** `carried`: what can be held when the day begins, and at any time. */
function worstDay(policy: Policy, carried: Big, takerFee: Decimal): readonly BoundWay[] {
  const traded = parseDecimal(policy.limits.day).plus(carried)
  return [
    way('all of it is lost to its stops', [...lostToStops(policy, traded), fees(takerFee, traded)]),
    way('the day is closed, and what is held then is lost to its stops', [
      term('until entries stop', 'limits.day_loss', parseDecimal(policy.limits.dayLoss)),
      ...lostToStops(policy, carried),
      fees(takerFee, carried),
    ]),
  ]
}

/** With their streams, in the order of the policy. */
function providersOf({ streams }: Policy): readonly (readonly [string, readonly string[]])[] {
  return [...Map.groupBy(streams.keys(), (stream) => stream.slice(0, stream.indexOf('/')))]
}

/** At cost, at any one moment: `pos.max` holds each stream to its allocation, `pos.market` each market to its position. */
function mostHeld({ streams, markets, limits }: Policy, of: readonly string[]): Big {
  const allotted = of.reduce(
    (sum, name) => sum.plus(parseDecimal(streams.get(name)?.allocation ?? '0')),
    new Big(0),
  )
  const placed = parseDecimal(limits.position).times(markets.length)
  return allotted.lt(placed) ? allotted : placed
}

/**
 * What was paid P is sold no lower than P (1 - d) (1 - x) / (1 + s), or is still worth P (1 - d): less than
 * P (d + x + s) is gone.
 */
function lostToStops(policy: Policy, amount: Big): BoundTerm[] {
  const { maxStopDistance, collar, spread } = policy
  if (maxStopDistance === 'optional') return [term('falls, without stops', 'all of it', amount)]
  const all = parseDecimal(maxStopDistance)
    .plus(parseDecimal(collar.exit))
    .plus(parseDecimal(spread))
  if (all.gte(100)) return [term('falls to its stops', 'all of it', amount)]
  return [
    share('falls to its stops', parseDecimal(maxStopDistance), amount),
    ...soldLow(policy, amount),
  ]
}

/** At the worst moment: the best bids are gone, no further than `spread`, and no trade has triggered a stop. */
function soldLow({ collar, spread }: Policy, amount: Big): BoundTerm[] {
  return [
    share('sold below the bid or the stop', parseDecimal(collar.exit), amount),
    share('sold while bids are taken away', parseDecimal(spread), amount),
  ]
}

function badPrices(policy: Policy, traded: Big, takerFee: Decimal): BoundWay {
  const { collar, spread } = policy
  // The ask is at most s above the bid, the price at most c above the ask: 1 - 1/((1+s)(1+c)) is below c + s.
  return way('prices stand still', [
    share('bought above the bid', parseDecimal(collar.entry).plus(parseDecimal(spread)), traded),
    ...soldLow(policy, traded),
    fees(takerFee, traded),
  ])
}

/** Paid on the way in, and on the way out. */
function fees(takerFee: Decimal, amount: Big): BoundTerm {
  return share('fees, in and out', parseDecimal(takerFee), amount.times(2))
}

function share(what: string, percent: Big, amount: Big): BoundTerm {
  return term(what, `${percent.toFixed()} % of ${amount.toFixed()}`, percentOf(amount, percent))
}

function term(what: string, how: string, amount: Big): BoundTerm {
  return { what, how, amount: sumAbove(amount) }
}

function way(what: string, terms: readonly BoundTerm[]): BoundWay {
  const sum = terms.reduce((total, { amount }) => total.plus(amount), new Big(0))
  return { what, terms, sum: sumAbove(sum) }
}

/** What does not fit into 12 places makes it larger, never smaller. */
function sumAbove(value: Big): Sum {
  return value.round(12, Big.roundUp).toFixed()
}

function smallest(ways: readonly BoundWay[]): Sum {
  const [first, ...others] = ways.map(({ sum }) => sum)
  if (first === undefined) throw new Error('there is no way to reckon')
  return others.reduce((least, sum) => (new Big(sum).lt(least) ? sum : least), first)
}

const WITHOUT_STOPS =
  'Stops are optional in this policy: whatever is bought without one can fall to nothing.'

const UNBOUNDED = [
  'A price can jump over a stop and the limit it sells at: what lies between is lost too.',
  'Where bid and ask are further apart than `spread` when something is sold, the rest comes on top.',
  'Gains that were not taken when the day began can be lost again; they come on top.',
  'So can what part fills leave, too little for any order: about the least order value each time.',
  'So does what was bought under an earlier, wider policy, or in a market that has left the list.',
  'A day ends at 00:00 UTC and the next begins: the limits of both can be used up close together.',
  'A device that was off when the day began counts its losses from its next start.',
  'What prices fall in the seconds between 00:00 UTC and the first price of the day comes on top.',
  'In a market so thin that one person makes both bid and ask, their prices mean nothing.',
  'An exchange can fail, keep quiet about an order, or keep your money.',
] as const

/** For a terminal: one line a term. */
export function printBound(bound: DailyBound): string {
  const { currency, standstill, taken, ways, most, untilHalt, providers, unbounded } = bound
  const rows = [standstill, ...ways, untilHalt].flatMap(({ what, terms, sum }) => [
    [`if ${what}`, '', ''],
    ...terms.map(({ what, how, amount }) => [`  ${what}`, amount, how]),
    ['  together', sum, ''],
  ])
  const last = [
    ['the most while prices stand still', taken, 'the smallest of the first three'],
    ['the most that can be lost in a day', most, 'the smaller of the second and the third'],
    ...providers.map(({ provider, most }) => [`  by ${provider} alone`, most, '']),
    ['the most until trading halts', untilHalt.sum, 'over as many days as it takes'],
  ]
  const all = [...rows, ...last]
  // Headings run on.
  const cells = all.filter(([, amount]) => amount !== '')
  const [wide, long] = [0, 1].map((column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  )
  const lines = all.map(([what = '', amount = '', how = '']) =>
    amount === ''
      ? what
      : `${what.padEnd(wide ?? 0)}  ${amount.padStart(long ?? 0)} ${currency}  ${how}`.trimEnd(),
  )
  return [...lines, '', 'Not bounded by software:', ...unbounded.map((line) => `- ${line}`)].join(
    '\n',
  )
}
