// How to make the trader lose: ways in at the worst price, ways out at the worst price, and what should be refused.
import type { Policy } from '../../executor/core/risk/policy/schema.ts'
import type { Random } from '../base/random.ts'
import type { AttackerActions, Entry, Target } from './attacker-actions.ts'
import { THIN } from './policies.ts'
import type { FillAt } from './venue.ts'

export interface Attack {
  readonly actions: AttackerActions
  readonly policy: Policy
  readonly random: Random
  /** Every stream on every liquid market that it may trade. */
  readonly targets: readonly Target[]
  /** Unix ms. */
  readonly end: number
  /** What was lost of the day so far, quote. */
  readonly lost: () => number
}

type WayOut = 'stop' | 'exit' | 'flatten' | 'halt' | 'hold' | 'silence'

/** What an attack consists of. */
export interface Plan {
  /** Part of the largest order. */
  readonly size: number
  /** Part of the widest distance. */
  readonly stop: number
  readonly spread: 'asks_gone' | 'tight'
  readonly fillAt: FillAt
  /** Entries before the way out. */
  readonly stack: number
  readonly out: WayOut
  /** Part of the price, before the way out. */
  readonly rise: number
  /** Small entries that bring a lower stop, each after another fall. */
  readonly lowered: number
  /** Between two rounds, s. */
  readonly pause: number
  /** `near`: loses almost as much as closes the day, and then holds all that may be held. */
  readonly brink: 'near' | 'any'
  /** Part of the entries that rest in the book, below the price. */
  readonly resting: number
  /** Part of what is held that a way out leaves behind. */
  readonly crumb: number
  /** Part of the way to the stops that prices fall at 00:00, before the device has anything to do. */
  readonly early: number
}

/** Below the exchange's least order nothing is tried; just above it what is left may be too little for a stop. */
const MIN_VALUE = 5
const SMALL = 3
const TRIES = 5
/** A refusal says by how much an order was too large. */
const TOO_MUCH = /at most (?<most>[\d.]+) .*(?:is|make) (?<made>[\d.]+):/
/** After these no other order comes through either. */
const SHUT = ['vel.notional', 'vel.hour', 'vel.orders', 'loss.day', 'loss.dd', 'trading.state']
const HOUR_MS = 66 * 60_000
const TICK = 1
const RESTS_BELOW = 0.002

/** At the worst price that the collar allows, with the widest stop, as large as it is let. */
export async function grab(attack: Attack, target: Target, plan: Plan, most: number) {
  const { actions, policy } = attack
  const wanted = Math.min(most, plan.size * Number(policy.limits.order))
  const value = Math.max(wanted, MIN_VALUE + SMALL * attack.random.part())
  actions.market(target.market).sweep(plan.spread)
  actions.venue().fillAt = plan.fillAt
  const entered = await enterAtMost(attack, { ...target, ...worst(attack, target, plan), value })
  actions.market(target.market).sweep('tight')
  actions.venue().fillAt = 'limit'
  return entered
}

function worst({ actions, policy, random }: Attack, { market }: Target, plan: Plan) {
  const { maxStopDistance, collar } = policy
  const ask = actions.market(market).ask()
  const rests = random.chance(plan.resting)
  const limit = rests
    ? Math.floor(actions.market(market).bid() * (1 - RESTS_BELOW))
    : Math.floor(ask * (1 + Number(collar.entry) / 100))
  const within = maxStopDistance === 'optional' ? 50 : Number(maxStopDistance)
  const distance = (within * plan.stop) / 100
  return {
    // A fraction is cut, so that it is the same price as the device comes to.
    stop: Math.ceil(limit * (1 - distance)) + TICK,
    ...(rests && { limit }),
    ...(plan.out === 'hold' && { hold: 5 }),
  }
}

async function enterAtMost({ actions }: Attack, entry: Entry): Promise<boolean> {
  let { value } = entry
  for (let tries = 0; tries < TRIES && value >= MIN_VALUE; tries += 1) {
    if (await actions.enter({ ...entry, value: cut(value) })) return true
    const { made, most } = TOO_MUCH.exec(actions.reason)?.groups ?? {}
    if (made === undefined) return false
    value -= Number(made) - Number(most)
  }
  return false
}

function cut(value: number): number {
  return Math.floor(value * 100) / 100
}

/** Lets prices fall until every stop has sold. */
export async function drop({ actions, targets }: Attack): Promise<void> {
  const markets = [...new Set(targets.map(({ market }) => market))]
  for (let tries = 0; tries < 400; tries += 1) {
    const held = markets.filter((name) => actions.held().some(({ market }) => market === name))
    if (held.length === 0) return
    for (const market of held) await fall(actions, market)
  }
}

/** To the next stop and not beyond, so that what is sold later does not fall further than it has to. */
async function fall(actions: AttackerActions, market: string): Promise<void> {
  const stops = actions
    .held()
    .flatMap((one) => (one.market === market ? [actions.stopOf(one)] : []))
  const next = Math.max(...stops.map((stop) => stop ?? 0))
  const bid = actions.market(market).bid()
  // Without a stop there is nothing to stop at.
  const down = next === 0 ? -0.5 : Math.min(0, (next - 1) / bid - 1) - 0.000_01
  if (bid > next) return actions.move(market, Math.max(down, -0.5))
  await actions.wait(2_100)
}

export function isShut({ actions }: Attack): boolean {
  return SHUT.includes(actions.refusal)
}

export async function leave(attack: Attack, plan: Plan): Promise<void> {
  const { actions, policy, targets } = attack
  if (plan.resting > 0)
    for (const market of new Set(targets.map(({ market }) => market)))
      await actions.move(market, -RESTS_BELOW - 0.001)
  for (const { market } of actions.held()) if (plan.rise > 0) await actions.move(market, plan.rise)
  for (const target of actions.held())
    for (let at = 0; at < plan.lowered; at += 1) await lower(attack, target, plan)
  if (plan.out === 'stop') return drop(attack)
  for (const { market } of targets) actions.market(market).sweep('bids_gone')
  if (plan.out === 'halt') await actions.command({ do: 'halt', positions: 'sell' })
  if (plan.out === 'silence' && policy.closeOnSilenceMs !== 'never')
    await actions.wait(policy.closeOnSilenceMs)
  for (const target of actions.held()) {
    if (plan.out === 'flatten') await actions.flatten(target)
    else await sellLow(actions, target, plan)
  }
  for (const { market } of targets) actions.market(market).sweep('tight')
}

/** For a tenth, which no policy allows, and then as low as the collar lets it go. */
async function sellLow(actions: AttackerActions, target: Target, { crumb }: Plan): Promise<void> {
  await actions.exit(target, { limit: Math.ceil(actions.market(target.market).bid() / 10) })
  await actions.exit(target, { percent: 100 * (1 - crumb) })
}

/** What no position holds any more must not be able to fall: coins that were bought and lie there without a stop. */
export async function ruin({ actions, targets }: Attack): Promise<void> {
  for (const market of new Set(targets.map(({ market }) => market)))
    if (actions.venue().hasOrphans(market)) await actions.move(market, -0.5)
}

/** Just above the stop a small entry brings a stop further down. */
async function lower(attack: Attack, target: Target, plan: Plan): Promise<void> {
  const { actions } = attack
  const stop = actions.stopOf(target)
  if (stop === null) return
  const bid = actions.market(target.market).bid()
  await actions.move(target.market, Math.min(0, (stop * 1.000_2) / bid - 1))
  await grab(attack, target, { ...plan, resting: 0 }, 12)
}

export async function fallEarly(
  { actions, policy, targets }: Attack,
  { early }: Plan,
): Promise<void> {
  if (early === 0) return
  const within = policy.maxStopDistance === 'optional' ? 50 : Number(policy.maxStopDistance)
  for (const market of new Set(targets.map(({ market }) => market)))
    await actions.move(market, (-early * within) / 100)
}

/** Orders that every policy must deny: a missing rule shows here as a large loss. */
export async function probe(attack: Attack): Promise<void> {
  const { actions, targets, policy, random } = attack
  const [target] = targets
  if (target === undefined) return
  const before = actions.venue().orderCount()
  const value = Number(policy.limits.order)
  await buyDust(attack, { ...target, market: THIN }, value)
  const ask = actions.market(target.market).ask()
  await actions.enter({ ...target, value, limit: ask * 3, stop: Math.floor(ask * 0.999) })
  await actions.enter({ ...target, value, limit: ask * 3, stop: Math.floor(ask * 2.99) })
  await actions.enter({ ...target, value })
  await actions.enter({ ...target, value, stop: Math.floor(ask / 2) })
  await actions.enter({ ...target, value: value * 20, stop: Math.floor(ask * 0.999) })
  for (let at = 0; at < 5; at += 1) random.chance(0.5) ? actions.repeat() : actions.beat()
  if (actions.venue().orderCount() > before) await drop(attack)
}

/** Sells the trader something worth 1 for 50. */
async function buyDust({ actions }: Attack, thin: Target, value: number): Promise<void> {
  actions.market(THIN).pump(50)
  const price = actions.market(THIN).ask()
  const entry = { ...thin, value, limit: price, stop: Math.ceil(price * 0.996) }
  for (let at = 0; at < 20 && (await actions.enter(entry)); at += 1);
  actions.market(THIN).pump(1)
}

/** True when it may be worth trying again. */
export async function waitFor({ actions, end }: Attack, refusal: string): Promise<boolean> {
  const ms = { 'vel.hour': HOUR_MS, 'vel.orders': 61_000, 'hb.deadman': 1_000 }[refusal]
  if (ms === undefined || actions.now() + ms >= end) return false
  await actions.wait(ms)
  return true
}
