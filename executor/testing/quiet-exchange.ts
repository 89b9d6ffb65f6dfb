// What an exchange says when nothing is the matter: clock, rights, candles, no pause. Fakes say the rest.
import {
  type AccountTrade,
  type Answered,
  type Backoff,
  type Balance,
  type Candle,
  type ExchangeOrder,
  type Fill,
  KEPT_FOR_EVER,
  type KeyRights,
  type Liquidity,
  type LookedUp,
  type Lookup,
  type MarketRules,
  type Money,
  type OrderRequest,
  type Placed,
  type Quote,
  type Retention,
} from '../core/model/exchange.ts'
import type { Exchange } from '../venues/port.ts'

export abstract class QuietExchange implements Exchange {
  readonly name: string = 'binance'
  money: Money = 'sandbox'
  abstract readonly acceptanceWindowMs: number
  viewLagMs = 0
  retention: Retention = KEPT_FOR_EVER
  readonly wholeAccountFrom: number = 2

  abstract rules(market: string): MarketRules | null
  abstract quote(market: string): Quote | null
  abstract liquidity(market: string): Liquidity | null
  abstract refreshBalances(): Promise<Answered<readonly Balance[]>>
  abstract place(order: OrderRequest): Promise<Placed>
  abstract find(market: string, clientOrderId: string): Promise<Lookup>
  abstract fills(market: string, exchangeId: string): Promise<Answered<readonly Fill[]>>
  abstract cancel(market: string, clientOrderId: string): Promise<Answered<'canceled' | 'not_open'>>
  abstract openOrders(market: string | null): Promise<Answered<readonly ExchangeOrder[]>>
  abstract trades(market: string, since: number): Promise<Answered<readonly AccountTrade[]>>

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  watch(_: readonly string[]): void {}

  async lookUp(market: string): Promise<LookedUp> {
    const quote = this.quote(market)
    return quote === null ? { found: 'no', near: [] } : { found: 'yes', quote }
  }

  async symbols(): Promise<Answered<readonly string[]>> {
    return { ok: true, value: ['BTC/USDT'] }
  }

  async refreshQuote(market: string): Promise<Answered<Quote>> {
    const value = this.quote(market)
    return value === null ? { ok: false, message: 'no such market' } : { ok: true, value }
  }

  skewMs(): number | null {
    return 0
  }

  reachable(): boolean {
    return true
  }

  backoff(): Backoff | null {
    return null
  }

  requestBudget(): 'free' | 'tight' {
    return 'free'
  }

  async candles(..._: Parameters<Exchange['candles']>): Promise<Answered<readonly Candle[]>> {
    return { ok: true, value: [[1, '1', '2', '1', '2']] }
  }

  useKeys(): Promise<Answered<KeyRights>> {
    return this.keyRights()
  }

  async keyRights(): Promise<Answered<KeyRights>> {
    return { ok: true, value: { trade: 'yes', withdraw: 'no', transfer: 'no', ipList: 'yes' } }
  }
}
