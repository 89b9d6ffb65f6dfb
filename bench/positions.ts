// What one decision costs while so many positions are held, each under a stop that rests at the exchange.
import { decide } from '../executor/core/decide.ts'
import type { Effect, Environment, Input } from '../executor/core/execution/inputs.ts'
import { nextWakeup } from '../executor/core/execution/next-wakeup.ts'
import { apply } from '../executor/core/model/apply.ts'
import { EMPTY_SESSION } from '../executor/core/model/session.ts'
import { EMPTY_PORTFOLIO, type State } from '../executor/core/model/state.ts'
import { loadPolicy } from '../executor/policy/load.ts'
import { RULES } from '../executor/testing/market-rules.ts'
import { AMOUNT, bought, nameOf, START, streamOf } from './position-events.ts'
import type { BenchOptions, Result } from './result.ts'
import { round } from './spread.ts'

const SIZES = [1, 10, 50, 200]
const SECOND_MS = 1_000
/** Compilers warm up, and the first answers of the exchange are in. */
const WARM_UP = 100

interface Costs {
  readonly positions: number
  /** CPU ms of a decision at which nothing has changed but the time and every price. */
  readonly tick: number
  /** CPU ms of all decisions of one second: the tick and every answer to what it asked for. */
  readonly second: number
}

/** `signals`: seconds that are measured at each size. */
export async function positions({ signals, note }: BenchOptions): Promise<Result> {
  const costs: Costs[] = []
  for (const size of SIZES) {
    costs.push(costsAt(size, signals))
    note(`${size} positions measured`)
  }
  const text = [
    `one second of an executor that holds so many positions, ${signals} seconds each, CPU ms`,
    '  positions       tick  whole second',
    ...costs.map((one) =>
      [one.positions, one.tick.toFixed(3), one.second.toFixed(3)]
        .map((cell, at) => String(cell).padStart([11, 11, 14][at] ?? 0))
        .join(''),
    ),
  ].join('\n')
  return { json: { name: 'positions', seconds: signals, costs }, text }
}

function costsAt(size: number, seconds: number): Costs {
  const markets = Array.from({ length: size }, (_, at) => `C${at}/USDT`)
  const world = new World(markets)
  let tick = 0
  let second = 0
  for (let count = -WARM_UP; count < seconds; count += 1) {
    const [first, all] = world.second()
    if (count < 0) continue
    tick += first
    second += all
  }
  return { positions: size, tick: round(tick / seconds), second: round(second / seconds) }
}

/** An exchange that confirms at once that nothing has changed. */
class World {
  #state: State
  #now = START
  #environment: Environment

  constructor(markets: readonly string[]) {
    this.#environment = environmentOf(markets, START)
    const portfolio = markets
      .flatMap((market, at) =>
        bought(market, {
          hour: 0,
          ...(at % 2 === 0 && { exits: { trailingStop: { percent: '10' } } }),
        }),
      )
      .reduce(apply, EMPTY_PORTFOLIO)
    this.#state = { portfolio, session: EMPTY_SESSION }
    this.#take([{ type: 'started' }])
  }

  /** CPU ms of the tick, and of the tick and all that follows from it. */
  second(): readonly [number, number] {
    const { markets } = this.#environment.policy
    this.#now += SECOND_MS
    this.#environment = environmentOf(markets, this.#now)
    return this.#take([{ type: 'tick' }])
  }

  #take(inputs: Input[]): readonly [number, number] {
    const begun = process.cpuUsage()
    let first: number | null = null
    for (let input = inputs.shift(); input !== undefined; input = inputs.shift()) {
      const decision = decide(this.#state, input, this.#environment)
      this.#state = decision.state
      nextWakeup(this.#state)
      first ??= since(begun)
      inputs.push(...decision.effects.flatMap((effect) => this.#answers(effect)))
    }
    return [first ?? 0, since(begun)]
  }

  #answers(effect: Effect): readonly Input[] {
    switch (effect.type) {
      case 'find': {
        const { clientOrderId } = effect
        const order = this.#state.portfolio.orders[clientOrderId]
        const exchangeId = order?.exchangeId ?? ''
        const seen = { kind: 'stop', exchangeId, clientOrderId, status: 'open' } as const
        const found = { outcome: 'found', order: { ...seen, filled: '0', fills: [] } } as const
        return [{ type: 'found', clientOrderId, result: found }]
      }
      case 'open_orders': {
        const stops = Object.values(this.#state.portfolio.orders).filter(
          ({ kind }) => kind === 'stop',
        )
        const value = stops.map(({ exchangeId, clientOrderId }) => {
          const order = { kind: 'stop', exchangeId, clientOrderId, status: 'open' } as const
          return { ...order, filled: '0', fills: [] }
        })
        return [{ type: 'open_orders', markets: effect.markets, result: { ok: true, value } }]
      }
      case 'compare':
        return effect.markets.map(({ market }) => {
          const observed = { exchangeBalance: '1', used: AMOUNT, observed: [], next: this.#now }
          return { type: 'compared', market, result: { ok: true, value: observed } }
        })
      case 'account': {
        const { markets } = this.#environment.policy
        const balances = Object.fromEntries(markets.map((market) => [rulesOf(market).base, '1']))
        const open = Object.values(this.#state.portfolio.orders)
          .filter(({ kind }) => kind === 'stop')
          .map(({ intent: { market }, exchangeId, clientOrderId }) => {
            const about = { market, exchangeId, order: clientOrderId }
            return { ...about, filled: '0', told: 'no' } as const
          })
        return [
          {
            type: 'account',
            result: { ok: true, value: { balances, borrowed: {}, open, unread: 0 } },
          },
        ]
      }
      default:
        throw new Error(`the bench has no answer to ${effect.type}`)
    }
  }
}

function since(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1_000
}

function environmentOf(markets: readonly string[], now: number): Environment {
  const known = new Map(markets.map((market) => [market, rulesOf(market)]))
  const step = (now / SECOND_MS) % 7
  const bid = (60_000 + step).toString()
  const quotes = new Map(markets.map((market) => [market, { bid, ask: bid, at: now - 100 }]))
  return {
    now,
    policy: policyOf(markets),
    clientOrderId: (decision, leg) => nameOf(`${decision} ${leg}`),
    stepOfCode: 'unset',
    homeLink: 'local',
    exchange: {
      name: 'binance',
      unproved: [],
      money: 'sandbox',
      acceptanceWindowMs: 20_000,
      viewLagMs: 0,
      retention: { unfilledMs: 7_200_000, filledMs: 7_776_000_000, fillsMs: 7_776_000_000 },
      reachable: true,
      skewMs: 0,
      backoff: null,
      requestBudget: 'free',
      rules: (market) => known.get(market) ?? null,
      quote: (market) => quotes.get(market) ?? null,
      liquidity: () => null,
    },
  }
}

const RULES_OF = new Map<string, typeof RULES>()

/** One object for as long as nothing changes, as an adapter has it. */
function rulesOf(market: string): typeof RULES {
  const [base = ''] = market.split('/')
  const rules = RULES_OF.get(market) ?? { ...RULES, market, base }
  RULES_OF.set(market, rules)
  return rules
}

const POLICIES = new Map<number, Environment['policy']>()

function policyOf(markets: readonly string[]): Environment['policy'] {
  const known = POLICIES.get(markets.length)
  if (known !== undefined) return known
  const loaded = loadPolicy(`version: 1
currency: USDT
markets: [${markets.slice(0, 50).join(', ')}]
streams: { ${markets.slice(0, 50).map((market) => `${streamOf(market)}: { allocation: 1000 }`)} }
limits: { order: 500, day: 100000, day_loss: 100000, drawdown: 100000 }
approval: never
`)
  if (!loaded.ok) throw new Error(loaded.message)
  const policy = { ...loaded.policy, markets }
  POLICIES.set(markets.length, policy)
  return policy
}
