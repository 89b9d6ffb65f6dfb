// The one market of the unit tests.
import type { MarketRules } from '../core/model/exchange.ts'

export const RULES: MarketRules = {
  market: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  tick: '0.01',
  step: '0.00001',
  minAmount: '0.00001',
  maxAmount: '9000',
  minValue: '5',
  stop: { holds: 'coins', max: 5 },
  takerFee: '0.001',
  status: 'trading',
}
