// The attackers by name: written by hand, drawn at random, greedy, and bred for the greatest loss.
import type { Random } from '../base/random.ts'
import { MAX_MOVE } from './market.ts'
import type { Attack, Plan } from './tactics.ts'

/** Draws the plan of each round. */
export type Strategy = (attack: Attack) => () => Plan

const STOP_HUNT: Plan = {
  size: 1,
  stop: 1,
  spread: 'asks_gone',
  fillAt: 'limit',
  stack: 1,
  out: 'stop',
  rise: 0,
  lowered: 0,
  pause: 0,
  brink: 'any',
  resting: 0,
  crumb: 0,
  early: 0,
}

const always = (change: Partial<Plan>): Strategy => {
  const plan = { ...STOP_HUNT, ...change }
  return () => () => plan
}

export const STRATEGIES: Readonly<Record<string, Strategy>> = {
  'stop hunt': always({}),
  'stop hunt on all markets': always({ stack: 12, fillAt: 'best', spread: 'tight' }),
  'near the brink': always({ brink: 'near' }),
  'near the brink at the best price': always({ brink: 'near', fillAt: 'best', spread: 'tight' }),
  churn: always({ out: 'exit' }),
  'churn with heads': always({ out: 'flatten', stack: 4 }),
  'lowered stops': always({ lowered: 8, size: 0.9 }),
  'small orders': always({ size: 0.1, stack: 10 }),
  'resting orders': always({ resting: 0.7, stack: 6, fillAt: 'best', spread: 'tight' }),
  'rise and fall': always({ rise: 0.04, stack: 2 }),
  dust: always({ size: 0, stack: 60, fillAt: 'best', spread: 'tight' }),
  crumbs: crumbs,
  'held too long': always({ out: 'hold' }),
  'silent provider': always({ out: 'silence', stack: 3 }),
  'halt and sell': always({ out: 'halt', stack: 8 }),
  'long pauses': always({ pause: 7_200, size: 0.7 }),
  'midnight fall, then stop hunt': always({ early: 0.95 }),
  'midnight fall': always({ early: 0.95, brink: 'near' }),
  'midnight fall, then rest': always({
    early: 0.95,
    resting: 1,
    stack: 6,
    fillAt: 'best',
    spread: 'tight',
  }),
  greedy,
  random:
    ({ random }) =>
    () =>
      anyPlan(random),
}

/** Round trips that leave a little, a market that rises, and then as much of it as is let through. */
function crumbs(): () => Plan {
  const trip: Plan = { ...STOP_HUNT, crumb: 0.03, out: 'exit', fillAt: 'best', spread: 'tight' }
  const plans = [...Array<Plan>(8).fill(trip), { ...trip, rise: 0.5 }]
  return () => plans.shift() ?? { ...STOP_HUNT, brink: 'near' }
}

/** What costs the most at once: to sell now, or to let the price fall by what it can in a second. */
function greedy({ policy }: Attack): () => Plan {
  const out = Number(policy.collar.exit) / 100 > MAX_MOVE ? 'exit' : 'stop'
  return () => ({ ...STOP_HUNT, out })
}

export function anyPlan(random: Random): Plan {
  return {
    size: random.pick([1, 1, 0.9, 0.5, 0.1, 0]),
    stop: random.pick([1, 1, 0.9, 0.6]),
    spread: random.pick(['asks_gone', 'tight']),
    fillAt: random.pick(['limit', 'best']),
    stack: random.pick([1, 1, 2, 4, 10]),
    out: random.pick(['stop', 'stop', 'stop', 'exit', 'flatten', 'hold', 'silence']),
    rise: random.pick([0, 0, 0, 0.02]),
    lowered: random.pick([0, 0, 0, 2]),
    pause: random.pick([0, 0, 60, 3_600]),
    brink: random.pick(['any', 'any', 'near']),
    resting: random.pick([0, 0, 0.3, 1]),
    crumb: random.pick([0, 0, 0.03]),
    early: random.pick([0, 0, 0.95]),
  }
}

/** One trait is drawn again. */
export function bred(plan: Plan, random: Random): Plan {
  const other = anyPlan(random)
  const trait = random.pick(Object.keys(plan) as (keyof Plan)[])
  return { ...plan, [trait]: other[trait] }
}
