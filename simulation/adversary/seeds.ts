// From a number to a policy, an attacker and the best day for it; and many of them, added up.
import { binance } from '../../executor/venues/binance/dialect.ts'
import { bybit } from '../../executor/venues/bybit/dialect.ts'
import { okx } from '../../executor/venues/okx/dialect.ts'
import { apart, Random } from '../base/random.ts'
import type { Seeds } from '../base/seeds-command.ts'
import { boundOf, type Day, load, runDay } from './day.ts'
import { defaultPolicy, drawPolicy } from './policies.ts'
import { anyPlan, bred, STRATEGIES } from './strategies.ts'
import type { Plan } from './tactics.ts'

export interface Outcome extends Day {
  readonly seed: number
  readonly strategy: string
  readonly policy: 'default' | 'drawn'
  /** Whose fee is taken. */
  readonly venue: string
}

const VENUES = [binance, okx, bybit]

export interface Summary {
  readonly seeds: number
  readonly days: number
  readonly orders: number
  readonly signals: number
  readonly steps: number
  /** The largest part of its bound that was lost: of all, under the default policy, by strategy. */
  readonly worst: Outcome | null
  readonly worstOfDefault: Outcome | null
  readonly byStrategy: Readonly<Record<string, Outcome>>
  /** The first that lost more than its bound; then no more were run. */
  readonly broken: Outcome | null
}

const BRED = 'bred'
const GENERATIONS = 6

/** The worst of its days. */
export async function runSeed(
  seed: number,
  print?: (line: string) => void,
): Promise<{ outcome: Outcome; days: readonly Day[] }> {
  const random = new Random(seed)
  const policy = drawPolicy(random)
  const carries = random.pick(['something', 'nothing'] as const)
  const names = [...Object.keys(STRATEGIES), BRED, BRED]
  const strategy = random.pick(names)
  const { name: venue, takerFee } = apart(seed, 'venue').pick(VENUES)
  const setup = { seed, policy, takerFee, carries, ...(print && { print }) }
  const named = STRATEGIES[strategy]
  const days =
    named === undefined
      ? await breed(random, (plan) => runDay({ ...setup, strategy: () => () => plan }))
      : [await runDay({ ...setup, strategy: named })]
  const worst = days.reduce((one, other) => (other.loss > one.loss ? other : one))
  const from = policy === defaultPolicy() ? 'default' : 'drawn'
  return { outcome: { ...worst, seed, strategy, policy: from, venue }, days }
}

/** A change that loses more is kept. */
async function breed(random: Random, run: (plan: Plan) => Promise<Day>): Promise<Day[]> {
  let best = anyPlan(random)
  const days = [await run(best)]
  let most = days[0]?.loss ?? 0
  for (let at = 1; at < GENERATIONS; at += 1) {
    const plan = bred(best, random)
    const day = await run(plan)
    days.push(day)
    if (day.loss <= most) continue
    best = plan
    most = day.loss
  }
  return days
}

export async function runSeeds({ start, count, print, onSeed }: Seeds): Promise<Summary> {
  let sum: Summary = NOTHING
  for (let at = 0; at < count && sum.broken === null; at += 1) {
    const { outcome, days } = await runSeed(start + at, print)
    sum = joined([sum, summaryOf(outcome, days)])
    onSeed?.(at + 1)
  }
  return sum
}

const NOTHING: Summary = {
  seeds: 0,
  days: 0,
  orders: 0,
  signals: 0,
  steps: 0,
  worst: null,
  worstOfDefault: null,
  byStrategy: {},
  broken: null,
}

function summaryOf(outcome: Outcome, days: readonly Day[]): Summary {
  const total = (count: (day: Day) => number) => days.reduce((sum, day) => sum + count(day), 0)
  return {
    seeds: 1,
    days: days.length,
    orders: total(({ orders }) => orders),
    signals: total(({ signals }) => signals),
    steps: total(({ steps }) => steps),
    worst: outcome,
    worstOfDefault: outcome.policy === 'default' ? outcome : null,
    byStrategy: { [outcome.strategy]: outcome },
    broken: outcome.loss > outcome.bound ? outcome : null,
  }
}

export function joined(summaries: readonly Summary[]): Summary {
  return summaries.reduce((a, b) => ({
    seeds: a.seeds + b.seeds,
    days: a.days + b.days,
    orders: a.orders + b.orders,
    signals: a.signals + b.signals,
    steps: a.steps + b.steps,
    worst: worse(a.worst, b.worst),
    worstOfDefault: worse(a.worstOfDefault, b.worstOfDefault),
    byStrategy: worseOfEach(a.byStrategy, b.byStrategy),
    broken: a.broken ?? b.broken,
  }))
}

function worseOfEach(a: Summary['byStrategy'], b: Summary['byStrategy']): Summary['byStrategy'] {
  const all = { ...a }
  for (const [name, outcome] of Object.entries(b)) all[name] = worse(all[name] ?? null, outcome)
  return all
}

function worse<A extends Outcome | null>(a: Outcome | null, b: A): A {
  return (a !== null && (b === null || partOf(a) >= partOf(b)) ? a : b) as A
}

/** Lost, of the bound. */
export function partOf({ loss, bound }: Day): number {
  return loss / bound
}

/** At each venue, by its name. */
export function defaultBounds(): readonly { readonly venue: string; readonly bound: number }[] {
  const policy = load(defaultPolicy())
  return VENUES.map(({ name, takerFee }) => ({ venue: name, bound: boundOf(policy, takerFee) }))
}
