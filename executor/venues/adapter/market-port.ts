// The half of the port that says what is known of markets, with an account or without one: for every venue the same.
import type * as model from '../../core/model/exchange.ts'
import type { MarketData } from './market-data.ts'

export abstract class MarketPort {
  protected abstract readonly data: MarketData

  rules(market: string): model.MarketRules | null {
    return this.data.rules(market)
  }

  quote(market: string): model.Quote | null {
    return this.data.quote(market)
  }

  watch(markets: readonly string[]): void {
    this.data.watchlist.want(markets)
  }

  lookUp(market: string): Promise<model.LookedUp> {
    return this.data.watchlist.lookUp(market)
  }

  symbols(): Promise<model.Answered<readonly string[]>> {
    return this.data.watchlist.symbols()
  }

  liquidity(market: string): model.Liquidity | null {
    return this.data.liquidity(market)
  }

  refreshQuote(market: string): Promise<model.Answered<model.Quote>> {
    return this.data.refreshQuote(market)
  }

  candles(
    market: string,
    timeframe: string,
    limit: number,
    since?: number,
  ): Promise<model.Answered<readonly model.Candle[]>> {
    return this.data.candles(market, timeframe, limit, since)
  }

  skewMs(): number | null {
    return this.data.skewMs()
  }
}
