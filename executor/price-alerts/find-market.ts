// Which market of the exchange a trader means, and what it costs there now.
import type { LookedUp } from '../core/model/exchange.ts'
import type { Exchange } from '../venues/port.ts'
import { nearNames } from './near-names.ts'

export interface Found {
  readonly market: string
  readonly result: LookedUp
}

/** `word`: a market, or a coin alone, whose other half is then `currency`. */
export async function findMarket(
  word: string,
  currency: string,
  exchange: Pick<Exchange, 'lookUp' | 'symbols'>,
): Promise<Found> {
  const upper = word.toUpperCase()
  const market = upper.includes('/') ? upper : `${upper}/${currency}`
  const result = await exchange.lookUp(market)
  if (result.found !== 'no') return { market, result }
  const all = await exchange.symbols()
  return { market, result: { found: 'no', near: all.ok ? nearNames(market, all.value) : [] } }
}
