// The rules of the markets that policy allows, and of no others.
import { KeysideError } from '@keyside/runtime'
import type { Line } from './line.ts'
import { fromMarket, type VenueMarket } from './map.ts'
import { sentence, unreachable } from './reply.ts'

/** By unified symbol. Rejects with a KeysideError `exchange_market_unknown` or `exchange_unreachable`. */
export async function loadMarkets(
  line: Line,
  markets: readonly string[],
): Promise<ReadonlyMap<string, VenueMarket>> {
  if (markets.length === 0) return new Map()
  const symbols = JSON.stringify(markets.map((market) => market.replace('/', '')))
  const reply = await line.ask((api) => api.loadMarkets(true, { symbols }))
  if (reply.got === 'refusal') throw unknownMarket(markets.join(', '))
  if (reply.got !== 'answer') throw unreachable(sentence(reply))
  const { markets: loaded } = await line.api()
  // A page instead of an answer is an empty list to ccxt.
  if (Object.keys(loaded ?? {}).length === 0)
    throw unreachable('the exchange did not say which markets it has')
  return new Map(
    markets.map((market) => {
      const entry = fromMarket(market, loaded?.[market])
      if (entry === null) throw unknownMarket(market)
      return [market, entry]
    }),
  )
}

function unknownMarket(names: string): KeysideError {
  return new KeysideError(
    'exchange_market_unknown',
    `binance has no spot market among ${names}: write it like BTC/USDT in policy.yaml`,
  )
}
