// What one decision costs while so many positions are held, each under a stop that rests at the exchange.
import { GENESIS, hashText } from '@keyside/protocol'
import { decide } from '../executor/core/execution/decide.ts'
import type { Effect, Environment, Input } from '../executor/core/execution/inputs.ts'
import { nextWakeup } from '../executor/core/execution/next-wakeup.ts'
import { apply } from '../executor/core/model/apply.ts'
import type { JournalEvent, NewEvent } from '../executor/core/model/events.ts'
import {
  EMPTY_PORTFOLIO,
  EMPTY_SESSION,
  type NewOrder,
  type OrderIntent,
  type State,
} from '../executor/core/model/state.ts'
import { loadPolicy } from '../executor/policy/load.ts'
import { RULES } from '../executor/testing/market-rules.ts'
import type { BenchOptions, Result } from './result.ts'
import { round } from './spread.ts'

const START = 1_800_000_000_000
const SIZES = [1, 10, 50, 200]
const SECOND_MS = 1_000
/** Compilers warm up, and the first answers of the exchange are in. */
const WARM_UP = 100
const AMOUNT = '0.005'

const nameOf = (text: string) => Buffer.from(hashText(text)).toString('hex').slice(0, 32)

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
    const portfolio = markets.flatMap(bought).reduce(apply, EMPTY_PORTFOLIO)
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
      case 'compare':
        return effect.markets.map(({ market }) => {
          const observed = { exchangeBalance: '1', used: AMOUNT, observed: [], next: this.#now }
          return { type: 'compared', market, result: { ok: true, value: observed } }
        })
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
    exchange: {
      name: 'binance',
      realMoney: 'no',
      acceptanceWindowMs: 20_000,
      viewLagMs: 0,
      reachable: true,
      skewMs: 0,
      backoff: null,
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

function streamOf(market: string): string {
  return `s-${market.slice(1, market.indexOf('/'))}`
}

/** An entry that is full, and its stop; every second position has a trailing stop. */
function bought(market: string, at: number): JournalEvent[] {
  const stream = streamOf(market)
  const jti = nameOf(`signal ${market}`)
  const numbers = { seq: 1, hash: GENESIS, iat: START / 1_000 }
  const intent = {
    kind: 'entry',
    market,
    side: 'buy',
    size: { unit: 'base', value: AMOUNT },
    type: 'market',
    stopPrice: '59000',
    ...(at % 2 === 0 && { trailingStop: '10' }),
  } as const
  const exit = { ...intent, kind: 'exit', side: 'sell' } as const
  const trade = { id: `t${market}`, at: START, amount: AMOUNT, price: '60000' }
  const entry = orderOf('entry', intent, jti)
  const stop = orderOf('stop', exit, jti)
  const of = ({ clientOrderId }: NewOrder) => ({ clientOrderId })
  const events: NewEvent[] = [
    { type: 'baselined', stream, ...numbers, missed: 0 },
    ...accepted(entry, '60000', `e${market}`),
    { type: 'fill', ...of(entry), market, trade },
    { type: 'step', ...of(entry), event: 'await_fills', filled: AMOUNT },
    { type: 'step', ...of(entry), event: 'complete' },
    ...accepted(stop, '58823', `s${market}`),
  ]
  return events.map((event) => ({ ...event, at: START }))
}

function orderOf(kind: 'entry' | 'stop', intent: OrderIntent, signal: string): NewOrder {
  const stream = streamOf(intent.market)
  const clientOrderId = nameOf(`${kind} ${intent.market}`)
  const times = { signedAt: START, validUntil: START, timeframe: '1m' }
  return { clientOrderId, stream, kind, signal, seq: 1, reason: 'a bench', intent, ...times }
}

function accepted(order: NewOrder, price: string, exchangeId: string): NewEvent[] {
  const { clientOrderId, kind, intent } = order
  const { market, side } = intent
  const trigger =
    kind === 'stop'
      ? ({ type: 'stop_limit', timeInForce: 'GTC', triggerPrice: '59000' } as const)
      : ({ type: 'limit', timeInForce: 'IOC' } as const)
  const request = { clientOrderId, market, side, amount: AMOUNT, price, ...trigger }
  const money = { value: '300', risk: '0', takerFee: '0.001', holds: 'coins' } as const
  return [
    { type: 'ordered', order },
    { type: 'planned', clientOrderId, plan: { id: clientOrderId, request, ...money } },
    { type: 'step', clientOrderId, event: 'initialize' },
    { type: 'step', clientOrderId, event: 'submit' },
    { type: 'step', clientOrderId, event: 'accept', exchangeId },
  ]
}
