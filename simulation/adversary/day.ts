// One day of one attack on the unchanged executor, and what it cost the trader.
import { clientOrderIds } from '../../executor/client-order-id.ts'
import { parseDecimal } from '../../executor/core/model/decimals.ts'
import type { MarketRules } from '../../executor/core/model/exchange.ts'
import { dailyBound } from '../../executor/core/risk/policy/bound.ts'
import type { Policy } from '../../executor/core/risk/policy/schema.ts'
import { Journal } from '../../executor/journal/journal.ts'
import { loadPolicy } from '../../executor/policy/load.ts'
import { Shell } from '../../executor/shell.ts'
import { type Decimal, toDecimal } from '../../protocol/index.ts'
import { noTrace } from '../../runtime/index.ts'
import { Random } from '../base/random.ts'
import { VALUE_PLACES } from '../base/units.ts'
import { INTRODUCED } from '../keys.ts'
import { AttackerActions } from './attacker-actions.ts'
import { campaign } from './campaign.ts'
import { Market } from './market.ts'
import { THIN, THIN_VOLUME } from './policies.ts'
import { type Attack, grab, type Plan } from './tactics.ts'
import { TimeSteps } from './time-steps.ts'
import { HostileVenue } from './venue.ts'

export interface DayOptions {
  readonly seed: number
  readonly policy: string
  /** What the venue takes of what is traded, as a share: '0.001'. */
  readonly takerFee: Decimal
  /** Whether something was bought before midnight. */
  readonly carries: 'something' | 'nothing'
  readonly strategy: (attack: Attack) => () => Plan
  readonly print?: (line: string) => void
}

export interface Day {
  /** Quote. */
  readonly loss: number
  readonly bound: number
  readonly orders: number
  readonly signals: number
  readonly steps: number
}

const MIDNIGHT = 1_800_057_600_000
const DAY_MS = 86_400_000
const BEFORE_MS = 20 * 60_000

export async function runDay(options: DayOptions): Promise<Day> {
  const { seed, print = () => undefined } = options
  const policy = load(options.policy)
  const random = new Random(seed)
  const time = new TimeSteps(MIDNIGHT - BEFORE_MS)
  const tell = (line: string) => {
    print(`${new Date(time.now()).toISOString().slice(11, 19)} ${line}`)
  }
  const { takerFee } = options
  const venue = new HostileVenue(marketsFor(policy, takerFee), () => time.now(), takerFee)
  const journal = new Journal(':memory:')
  try {
    const shell = new Shell({
      unproved: () => [],
      journal,
      exchange: venue,
      policy,
      clientOrderId: clientOrderIds(random.bytes(32)),
      codeSecret: null,
      publisher: { send: (reports) => actions.read(reports) },
      clock: time,
      trace: noTrace,
      log: { error: fail },
      onFailure: fail,
    })
    const actions = new AttackerActions({ shell, time, venue, policy, random, tell })
    shell.take({ type: 'started' })
    shell.take(INTRODUCED)
    await time.pass(50)
    const loss = await attackFor({ options, actions, policy, random })
    tell(`lost ${loss.toFixed(2)}`)
    const bound = boundOf(policy, takerFee)
    shell.stop()
    return { loss, bound, orders: venue.orderCount(), signals: actions.signals, steps: time.steps }
  } finally {
    journal.close()
  }
}

interface Running {
  readonly options: DayOptions
  readonly actions: AttackerActions
  readonly policy: Policy
  readonly random: Random
}

/** Quote, from 00:00 to 24:00 UTC. */
async function attackFor({ options, actions, policy, random }: Running): Promise<number> {
  let start = actions.venue().wealth()
  const lost = () => (start - actions.venue().wealth()) / 10 ** VALUE_PLACES
  const targets = [...policy.streams].flatMap(([stream, { markets }]) =>
    markets.filter((name) => name !== THIN).map((market) => ({ stream, market })),
  )
  const attack: Attack = { actions, policy, random, targets, end: MIDNIGHT + DAY_MS, lost }
  const draw = options.strategy(attack)
  if (options.carries === 'something') await buyBefore(attack, draw())
  await actions.wait(MIDNIGHT - 1 - actions.now())
  start = actions.venue().wealth()
  await campaign(attack, draw)
  return lost()
}

/** At the best price, so that the day begins with as much as can be lost. */
async function buyBefore(attack: Attack, plan: Plan): Promise<void> {
  for (const target of [...attack.targets, ...attack.targets])
    await grab(
      attack,
      target,
      { ...plan, spread: 'tight', fillAt: 'best', size: 1 },
      Number.POSITIVE_INFINITY,
    )
}

export function boundOf(policy: Policy, takerFee: Decimal): number {
  const percent = toDecimal(parseDecimal(takerFee).times(100))
  return Number(dailyBound(policy, percent).most)
}

export function load(text: string): Policy {
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new Error(loaded.message)
  return loaded.policy
}

function marketsFor({ spread }: Policy, takerFee: Decimal): ReadonlyMap<string, Market> {
  const volume = '2000000000'
  const markets = [
    { rules: rules('BTC', '0.00001', takerFee), kind: 'liquid', mid: 6_000_000, volume },
    { rules: rules('ETH', '0.0001', takerFee), kind: 'liquid', mid: 300_000, volume },
    {
      rules: rules(THIN.split('/')[0] ?? '', '0.01', takerFee),
      kind: 'thin',
      mid: 2_000,
      volume: THIN_VOLUME,
    },
  ] as const
  const widest = Number(spread) / 100
  return new Map(markets.map((setup) => [setup.rules.market, new Market(setup, widest)]))
}

function rules(base: string, step: string, takerFee: Decimal): MarketRules {
  return {
    market: `${base}/USDT`,
    base,
    quote: 'USDT',
    tick: '0.01',
    step,
    minAmount: step,
    maxAmount: '9000000',
    minValue: '5',
    stop: { holds: 'coins', max: null },
    takerFee,
    status: 'trading',
  }
}

function fail(...args: unknown[]): never {
  throw new Error('the executor failed', { cause: args })
}
