// The most that can be lost in a day under a policy, term by term, if everything but this device is an attacker's.
import type { Decimal } from '@keyside/protocol'
import Big from 'big.js'
import { decimalAbove, exact, percentOf } from '../plan/exact.ts'
import type { Policy } from './schema.ts'

export interface BoundTerm {
  readonly what: string
  /** In the policy's numbers, for a person to check. */
  readonly how: string
  readonly amount: Decimal
}

/** Amounts in `currency`, of one day from 00:00 to 24:00 UTC. */
export interface DailyBound {
  readonly currency: string
  /** What an attacker can take for sure, with prices standing still. */
  readonly terms: readonly BoundTerm[]
  /** Sum of the terms. */
  readonly taken: Decimal
  /** All of it: `taken`, and then the market takes what is left. No more can be lost, at cost. */
  readonly most: Decimal
  /** What no software on this device can make smaller. */
  readonly unbounded: readonly string[]
}

/** `takerFee` is the exchange's, percent. */
export function dailyBound(policy: Policy, takerFee: Decimal): DailyBound {
  const { limits, collar, streams, currency } = policy
  const day = exact(limits.day)
  const carried = [...streams.values()].reduce(
    (sum, { allotment }) => sum.plus(exact(allotment)),
    new Big(0),
  )
  const [fee, entry, exit] = [exact(takerFee), exact(collar.entry), exact(collar.exit)]
  const all = day.plus(carried).plus(percentOf(day, fee))
  const terms = [
    // The ask is at most one collar above the bid, the price at most one above the ask: 1 - 1/(1+c)^2 is below 2c.
    term(
      'bad prices on entries',
      `2 x ${entry.toFixed()} % of ${day.toFixed()}`,
      percentOf(day.times(2), entry),
    ),
    term(
      'bad prices on exits',
      `${exit.toFixed()} % of ${day.plus(carried).toFixed()}`,
      percentOf(day.plus(carried), exit),
    ),
    term(
      'fees',
      `${fee.toFixed()} % of ${day.times(2).plus(carried).toFixed()}`,
      percentOf(day.times(2).plus(carried), fee),
    ),
  ]
  const taken = terms.reduce((sum, { amount }) => sum.plus(amount), new Big(0))
  return {
    currency,
    terms,
    taken: decimalAbove(taken.gt(all) ? all : taken),
    most: decimalAbove(all),
    unbounded: UNBOUNDED,
  }
}

const UNBOUNDED = [
  'A market can fall to nothing. A signal need not carry a stop, and a stop can be jumped over.',
  'In a market so thin that one person makes both bid and ask, their prices mean nothing.',
  'Two days meet at midnight: entries of both days can be close together.',
  'Positions bought under an earlier, wider policy come on top, at their cost; so do gains not yet taken.',
  'An exchange can fail, or keep your money.',
] as const

/** For a terminal: one line a term. */
export function printBound({ currency, terms, taken, most, unbounded }: DailyBound): string {
  const rows = [
    ...terms.map(({ what, how, amount }) => [what, amount, how] as const),
    ['taken while prices stand still', taken, 'the sum'] as const,
    [
      'all that can be lost, at cost',
      most,
      'limits.day with its fees, and all allotments',
    ] as const,
  ]
  const [wide, long] = [0, 1].map((column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  const lines = rows.map(
    ([what, amount, how]) =>
      `${what.padEnd(wide ?? 0)}  ${amount.padStart(long ?? 0)} ${currency}  ${how}`,
  )
  return [...lines, '', 'Not bounded by software:', ...unbounded.map((line) => `- ${line}`)].join(
    '\n',
  )
}

function term(what: string, how: string, amount: Big): BoundTerm {
  return { what, how, amount: decimalAbove(amount) }
}
