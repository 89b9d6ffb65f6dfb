// Asks a venue itself for what Keyside takes for granted of it, with the smallest orders, and leaves nothing behind.

import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Decimal, toDecimal } from '@keyside/protocol'
import { describeError, KeysideError } from '@keyside/runtime'
import Big from 'big.js'
import type { MarketRules } from '../../core/model/exchange.ts'
import { type ApiKeys, normalizeKeys } from '../adapter/api-keys.ts'
import type { Dialect, VenueMarket } from '../adapter/dialect.ts'
import { OutageLog } from '../adapter/outage-log.ts'
import { RateLimitBudget } from '../adapter/rate-limit.ts'
import { unreachable } from '../adapter/reply.ts'
import { RestClient, type VenueNetwork } from '../adapter/rest-client.ts'
import { VenueAdapter } from '../adapter/venue-adapter.ts'
import { type VenueConfig, type VenueDeps, venueParts } from '../create-venue.ts'
import type { VenueName } from '../names.ts'
import type { Exchange } from '../port.ts'
import type { ClaimName } from './claims.ts'
import { openOrdersFile } from './open-orders.ts'
import type { Finding, ProofContext, Step, Waits } from './proof-context.ts'
import { ProofOrders, ProofStopped } from './proof-orders.ts'
import { codeOf, type Proof } from './record.ts'
import { ACCOUNT, EXPIRED, LATE, LOST, REFUSED, RESTING } from './resting-steps.ts'
import { type Sizes, sizesOf } from './sizes.ts'
import { BOUGHT, STOPPED, TRIGGERED, WRONG_SIDE } from './traded-steps.ts'

/** What costs nothing comes first: where it fails nothing is bought. */
const STEPS: readonly Step[] = [
  ACCOUNT,
  RESTING,
  REFUSED,
  EXPIRED,
  LATE,
  LOST,
  BOUGHT,
  STOPPED,
  WRONG_SIDE,
  TRIGGERED,
]

/** Two resting orders under one name, were the venue to take both; or what was bought and one more. */
const BOUND = 2.2
const TRIGGER_MS = 600_000

export interface ProveOptions {
  readonly config: VenueConfig & { readonly name: VenueName }
  readonly network: VenueNetwork
  readonly keys: ApiKeys
  /** CCXT unified symbol. */
  readonly market: string
  readonly deps: VenueDeps
  /** Asks the person before the screen. */
  readonly confirm: (question: string) => Promise<boolean>
  /** Ends it before its next order, and sells what it has bought. */
  readonly stop?: AbortSignal
  /** For tests. */
  readonly waits?: Partial<Waits>
  readonly timeoutMs?: number
  readonly unitMs?: number
}

export interface Plan {
  readonly money: Exchange['money']
  readonly steps: readonly { readonly does: string; readonly cost: Decimal }[]
  readonly amount: Decimal
  readonly base: string
  readonly quote: string
  /** Bound at most at a time, quote. */
  readonly bound: Decimal
  /** Lost at most besides what the price does meanwhile, quote. */
  readonly cost: Decimal
}

export interface StepResult {
  readonly does: string
  readonly found: readonly ({ readonly claim: ClaimName } & Finding)[]
}

export interface ProofRun {
  readonly proof: Proof
  /** Why it ended before its last step; null where it did not. */
  readonly stopped: string | null
  /** What could not be canceled or sold, in sentences. */
  readonly left: readonly string[]
}

export interface Prover {
  readonly plan: Plan
  /** `onBegin`: with what each step does, some of which take minutes. */
  run(onStep: (result: StepResult) => void, onBegin?: (does: string) => void): Promise<ProofRun>
  close(): Promise<void>
}

/**
 * Opens the venue as the executor does, and orders nothing. Rejects as `createVenue` and `Exchange.start` do, with
 * `exchange_market_unknown` for a market that is not traded there, and `venue_proof_unfinished` where an earlier run on
 * another market has left orders.
 */
export async function openProver(options: ProveOptions): Promise<Prover> {
  const { config, network, deps, market, timeoutMs, unitMs } = options
  const { dialect, place } = venueParts(config, deps)
  const pace = { ...(timeoutMs && { timeoutMs }), ...(unitMs && { unitMs }) }
  const adapter = new VenueAdapter(dialect, { keys: options.keys, network, ...place, ...pace })
  const openOrders = openOrdersFile(deps.home, `${config.name}.${network}`)
  const other = openOrders.read().find((order) => order.market !== market)
  if (other !== undefined)
    throw new KeysideError(
      'venue_proof_unfinished',
      `an earlier run on ${other.market} was cut off: run it again with --market ${other.market}, so that nothing is left there`,
    )
  const clients: RestClient[] = []
  try {
    await adapter.start([market])
    const rules = adapter.rules(market)
    if (rules?.status !== 'trading')
      throw new KeysideError(
        'exchange_market_unknown',
        `${config.name} does not trade ${market} now: name another with --market`,
      )
    const waits = {
      acceptance: adapter.acceptanceWindowMs,
      viewLag: dialect.viewLagMs,
      late: dialect.receiveWindowMs + 10_000,
      trigger: TRIGGER_MS,
      ...options.waits,
    }
    const client = (backMs: number) => {
      const made = plainClient(
        options,
        dialect,
        () => deps.clock.now() + (adapter.skewMs() ?? 0) - backMs,
      )
      clients.push(made)
      return made
    }
    const orders = new ProofOrders({
      exchange: adapter,
      rules,
      newId: () => Buffer.from(deps.randomBytes(16)).toString('hex'),
      openOrders,
      now: () => deps.clock.now(),
      pass: (ms) => sleep(ms),
      acceptanceMs: waits.acceptance,
      stop: options.stop,
    })
    const context: ProofContext = {
      exchange: adapter,
      dialect,
      market: await venueMarket(client(0), market),
      rules,
      orders,
      plain: client(0),
      late: client(waits.late),
      waits,
      sizes: () => sizesNow(adapter, rules),
      pass: (ms) => stoppable(ms, options.stop),
      now: () => deps.clock.now(),
      confirm: options.confirm,
    }
    const close = async () => {
      for (const one of clients) one.close()
      await adapter.stop()
    }
    const plan = planOf(adapter, rules, await context.sizes())
    return { plan, run: (...told) => runSteps(options, context, plan, ...told), close }
  } catch (error) {
    for (const one of clients) one.close()
    await adapter.stop()
    throw error
  }
}

async function stoppable(ms: number, stop: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, stop && { signal: stop }).catch(() => {
    throw new ProofStopped('it was stopped')
  })
}

function plainClient(
  { config, network, keys, deps, timeoutMs, unitMs }: ProveOptions,
  dialect: Dialect,
  exchangeTime: () => number,
): RestClient {
  const { place } = venueParts(config, deps)
  return new RestClient({
    dialect,
    keys: normalizeKeys(keys, dialect),
    network,
    ...place,
    timeoutMs: timeoutMs ?? dialect.timeoutMs,
    unitMs: unitMs ?? dialect.limits.unitMs,
    budget: new RateLimitBudget(dialect.limits),
    exchangeTime,
    onUntimely: () => undefined,
    priority: 'normal',
    outageLog: new OutageLog(place.log),
  })
}

async function venueMarket(client: RestClient, market: string): Promise<VenueMarket> {
  const asked = await client.answer(client.dialect.markets.ask([market]))
  const found = asked.ok && asked.value.find(({ rules }) => rules.market === market)
  if (!found) throw unreachable(asked.ok ? `${market} is gone` : asked.message)
  return found
}

async function sizesNow(exchange: Exchange, rules: MarketRules): Promise<Sizes> {
  const quote = await exchange.refreshQuote(rules.market)
  if (!quote.ok) throw new ProofStopped(`no price: ${quote.message}`)
  return sizesOf(rules, quote.value)
}

function planOf({ money }: Exchange, { base, quote }: MarketRules, sizes: Sizes): Plan {
  const cost = (times: number) => toDecimal(new Big(sizes.roundTrip).times(times))
  const steps = STEPS.map(({ does, roundTrips }) => ({ does, cost: cost(roundTrips) }))
  const whole = steps.reduce((sum, step) => sum.plus(step.cost), new Big(0))
  return {
    money,
    steps,
    amount: sizes.amount,
    base,
    quote,
    bound: toDecimal(new Big(sizes.value).times(BOUND).round(2, Big.roundUp)),
    cost: toDecimal(whole),
  }
}

async function runSteps(
  { config, network, market, deps }: ProveOptions,
  context: ProofContext,
  plan: Plan,
  ...[onStep, onBegin]: Parameters<Prover['run']>
): Promise<ProofRun> {
  const results = new Map<Step, StepResult['found']>()
  const { orders } = context
  // What an earlier run has left is got out of first.
  const { doubts } = orders.isUnfinished ? await orders.settle() : { doubts: [] }
  orders.most = plan.bound
  let stopped = doubts[0] ?? null
  for (const step of stopped === null ? STEPS : []) {
    const found: ({ claim: ClaimName } & Finding)[] = []
    try {
      onBegin?.(step.does)
      await step.run(context, (claim, isSo, seen) => {
        found.push({ claim, outcome: isSo ? 'proved' : 'failed', seen })
      })
      results.set(step, found)
      onStep({ does: step.does, found })
    } catch (error) {
      // Whatever it was: what is open is canceled, and what was bought is sold.
      stopped = describeError(error).message
    }
    if (stopped !== null) break
  }
  const settled = await orders.settle()
  const proof: Proof = {
    network: plan.money === 'sandbox' ? 'sandbox' : network,
    address: config.address ?? null,
    market,
    at: new Date(deps.clock.now()).toISOString(),
    code: codeOf(config.name),
    claims: claimsOf(results),
  }
  return { proof, stopped, left: [...settled.doubts, ...settled.coins] }
}

/** Proved where every step that has to show it has, and failed where one did not. */
function claimsOf(results: ReadonlyMap<Step, StepResult['found']>): Proof['claims'] {
  const claims: Proof['claims'] = {}
  for (const claim of new Set(STEPS.flatMap((step) => step.claims))) {
    const steps = STEPS.filter((step) => step.claims.includes(claim))
    const rows = steps.map((step) => results.get(step)?.filter((row) => row.claim === claim) ?? [])
    const failed = rows.flat().find(({ outcome }) => outcome === 'failed')
    if (failed !== undefined) claims[claim] = { outcome: 'failed', seen: failed.seen }
    else if (rows.every((found) => found.length > 0))
      claims[claim] = {
        outcome: 'proved',
        seen: rows
          .flat()
          .map(({ seen }) => seen)
          .join('; '),
      }
  }
  return claims
}
