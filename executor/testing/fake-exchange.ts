// An exchange in memory for the tests: it fills, refuses, forgets to answer, and counts what really reached it.
import type {
  AccountTrade,
  Answered,
  ExchangeOrder,
  Fill,
  Liquidity,
  Lookup,
  MarketRules,
  Pause,
  Placed,
  Quote,
  WireOrder,
} from '../core/model/exchange.ts'
import type { Exchange } from '../venues/port.ts'

export type Mood =
  | 'fills'
  | 'rests'
  | 'half'
  | 'turns_down'
  | 'lost_after'
  | 'lost_before'
  | 'lost_rejected'
  | 'silent'

interface Kept {
  readonly order: WireOrder
  exchangeId: string
  status: ExchangeOrder['status']
  fills: Fill[]
}

export const RULES: MarketRules = {
  market: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  tick: '0.01',
  step: '0.00001',
  minAmount: '0.00001',
  maxAmount: '9000',
  minValue: '5',
  maxStops: 5,
  status: 'trading',
}

export class FakeExchange implements Exchange {
  readonly name = 'binance'
  live: 'yes' | 'no' = 'no'
  readonly acceptanceWindowMs = 20_000
  readonly orders = new Map<string, Kept>()
  /** Every order that reached the matching engine. */
  readonly accepted: WireOrder[] = []
  /** Every call of `place`. */
  readonly sent: WireOrder[] = []
  mood: Mood = 'fills'
  /** What lookups say: `honest`, or nothing at all. */
  lookups: 'honest' | 'silent' = 'honest'
  price = '60000'
  status: MarketRules['status'] = 'trading'
  paused: Pause | null = null
  reach: 'yes' | 'no' = 'yes'
  /** Its clock less ours, ms. */
  skew: number | null = 0
  /** Turnover of 24 h. */
  volume = '2000000000'
  quoteAt = 0
  rights = 'no' as 'yes' | 'no'
  /** Of the base currency, what the trader had before. */
  own = '1'
  /** Whether it counts them: then open sales lock theirs, and no more is sold than is free. */
  coins: 'endless' | 'counted' = 'endless'
  readonly now: () => number
  #trade = 0

  constructor(now: () => number) {
    this.now = now
    this.quoteAt = now()
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  rules(market: string): MarketRules | null {
    return market === RULES.market ? { ...RULES, status: this.status } : null
  }

  quote(market: string): Quote | null {
    if (market !== RULES.market) return null
    return { bid: this.price, ask: this.price, at: this.quoteAt }
  }

  liquidity(market: string): Liquidity | null {
    if (market !== RULES.market) return null
    const now = this.now()
    return { volume: this.volume, volumeAt: now, asks: [[this.price, '1000']], asksAt: now }
  }

  async refreshQuote(market: string): Promise<Answered<Quote>> {
    this.quoteAt = this.now()
    const value = this.quote(market)
    return value === null ? { ok: false, message: 'no such market' } : { ok: true, value }
  }

  balances() {
    const base = [...this.orders.values()].reduce((sum, { order, fills }) => {
      const sign = order.side === 'buy' ? '' : '-'
      return fills.reduce((all, { amount }) => add(all, `${sign}${amount}`), sum)
    }, this.own)
    const used = this.coins === 'counted' ? this.#locked() : '0'
    return [
      { currency: 'USDT', free: '10000', used: '0' },
      { currency: RULES.base, free: add(base, `-${used}`), used },
    ]
  }

  #locked(): string {
    return [...this.orders.values()]
      .filter(({ order, status }) => order.side === 'sell' && status === 'open')
      .flatMap(({ order, fills }) => [order.amount, ...fills.map(({ amount }) => `-${amount}`)])
      .reduce(add, '0')
  }

  #lacks({ side, amount }: WireOrder): boolean {
    const free = this.balances().find(({ currency }) => currency === RULES.base)?.free
    return this.coins === 'counted' && side === 'sell' && Number(amount) > Number(free)
  }

  async refreshBalances() {
    return { ok: true, value: this.balances() } as const
  }

  skewMs(): number | null {
    return this.skew
  }

  reachable(): boolean {
    return this.reach === 'yes'
  }

  pause(): Pause | null {
    return this.paused
  }

  async candles() {
    return { ok: true, value: [[1, '1', '2', '1', '2']] } as const
  }

  async place(order: WireOrder): Promise<Placed> {
    this.sent.push(order)
    if (this.mood === 'turns_down')
      return { outcome: 'turned_down', code: 'insufficient_funds', message: 'not enough' }
    if (this.#lacks(order))
      return { outcome: 'turned_down', code: 'exchange_funds_insufficient', message: 'not enough' }
    if (this.mood === 'lost_before') return { outcome: 'unknown', message: 'no connection' }
    this.accepted.push(order)
    const kept = this.#keep(order)
    if (this.mood === 'lost_rejected') kept.status = 'rejected'
    if (this.mood === 'lost_after' || this.mood === 'lost_rejected')
      return { outcome: 'unknown', message: 'no answer' }
    if (this.mood === 'silent') return new Promise(() => undefined)
    return { outcome: 'accepted', order: this.view(kept) }
  }

  #keep(order: WireOrder): Kept {
    const kept: Kept = {
      order,
      exchangeId: String(this.orders.size + 1),
      status: 'open',
      fills: [],
    }
    this.orders.set(order.clientOrderId, kept)
    if (order.type === 'stop' || this.mood === 'rests' || this.mood === 'lost_rejected') return kept
    if (this.mood === 'half') this.fill(order.clientOrderId, half(order.amount), 'expired')
    else this.fill(order.clientOrderId, order.amount, 'filled')
    return kept
  }

  fill(clientOrderId: string, amount: string, status: ExchangeOrder['status']): void {
    const kept = this.orders.get(clientOrderId)
    if (kept === undefined) throw new Error('no such order')
    this.#trade += 1
    kept.fills.push({ id: `t${this.#trade}`, at: this.now(), amount, price: this.price })
    kept.status = status
  }

  view({ order, exchangeId, status, fills }: Kept): ExchangeOrder {
    const filled = fills.reduce((sum, { amount }) => add(sum, amount), '0')
    return { exchangeId, clientOrderId: order.clientOrderId, status, filled, fills: [...fills] }
  }

  async find(_: string, clientOrderId: string): Promise<Lookup> {
    if (this.lookups === 'silent') return { outcome: 'unknown', message: 'no answer' }
    const kept = this.orders.get(clientOrderId)
    return kept === undefined
      ? { outcome: 'missing' }
      : { outcome: 'found', order: this.view(kept) }
  }

  async fills(_: string, exchangeId: string): Promise<Answered<readonly Fill[]>> {
    const kept = [...this.orders.values()].find((one) => one.exchangeId === exchangeId)
    return kept === undefined
      ? { ok: false, message: 'no such order' }
      : { ok: true, value: [...kept.fills] }
  }

  async cancel(_: string, clientOrderId: string): Promise<Answered<'canceled' | 'not_open'>> {
    const kept = this.orders.get(clientOrderId)
    if (kept?.status !== 'open') return { ok: true, value: 'not_open' }
    kept.status = 'canceled'
    return { ok: true, value: 'canceled' }
  }

  async openOrders(): Promise<Answered<readonly ExchangeOrder[]>> {
    const open = [...this.orders.values()].filter(({ status }) => status === 'open')
    return { ok: true, value: open.map((kept) => this.view(kept)) }
  }

  async trades(_: string, since: number): Promise<Answered<readonly AccountTrade[]>> {
    const all = [...this.orders.values()].flatMap(({ exchangeId, fills, order }) =>
      fills.map((fill) => ({ ...fill, exchangeId, side: order.side })),
    )
    return { ok: true, value: all.filter(({ at }) => at >= since) }
  }

  async keyRights() {
    return {
      ok: true,
      value: { trade: 'yes', withdraw: this.rights, transfer: 'no', ipList: 'yes' },
    } as const
  }
}

/** Steps of 0.00001, exact in integers. */
function half(amount: string): string {
  return (Math.floor(Math.round(Number(amount) * 1e5) / 2) / 1e5).toFixed(5)
}

function add(a: string, b: string): string {
  return ((Math.round(Number(a) * 1e5) + Math.round(Number(b) * 1e5)) / 1e5).toFixed(5)
}
