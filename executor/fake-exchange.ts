// An exchange in memory for the tests: it fills, refuses, forgets to answer, and counts what really reached it.
import type {
  Answered,
  Exchange,
  ExchangeOrder,
  Fill,
  Lookup,
  MarketRules,
  Placed,
  Quote,
  WireOrder,
} from './exchange/port.ts'

export type Mood =
  | 'fills'
  | 'rests'
  | 'half'
  | 'turns_down'
  | 'lost_after'
  | 'lost_before'
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
}

export class FakeExchange implements Exchange {
  readonly name = 'binance'
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
  quoteAt = 0
  rights = 'no' as 'yes' | 'no'
  readonly now: () => number
  #trade = 0

  constructor(now: () => number) {
    this.now = now
    this.quoteAt = now()
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  rules(market: string): MarketRules | null {
    return market === RULES.market ? RULES : null
  }

  quote(market: string): Quote | null {
    if (market !== RULES.market) return null
    return { bid: this.price, ask: this.price, at: this.quoteAt }
  }

  async refreshQuote(market: string): Promise<Answered<Quote>> {
    this.quoteAt = this.now()
    const value = this.quote(market)
    return value === null ? { ok: false, message: 'no such market' } : { ok: true, value }
  }

  balances() {
    return [{ currency: 'USDT', free: '10000', used: '0' }]
  }

  async refreshBalances() {
    return { ok: true, value: this.balances() } as const
  }

  skewMs(): number {
    return 0
  }

  reachable(): boolean {
    return true
  }

  async candles() {
    return { ok: true, value: [[1, '1', '2', '1', '2']] } as const
  }

  async place(order: WireOrder): Promise<Placed> {
    this.sent.push(order)
    if (this.mood === 'turns_down')
      return { outcome: 'turned_down', code: 'insufficient_funds', message: 'not enough' }
    if (this.mood === 'lost_before') return { outcome: 'unknown', message: 'no connection' }
    this.accepted.push(order)
    const kept = this.#keep(order)
    if (this.mood === 'lost_after') return { outcome: 'unknown', message: 'no answer' }
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
    if (order.type === 'stop' || this.mood === 'rests') return kept
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

  async openOrders() {
    return { ok: true, value: [] } as const
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
