// The rules of the markets that policy allows, of those where something is left, and of no others.
import { KeysideError } from '@keyside/runtime'
import type { Line } from './line.ts'
import { fromMarket, type VenueMarket } from './map.ts'
import { sentence, unreachable } from './reply.ts'

/**
 * By unified symbol. Of `left` those that the exchange has no more are left out: what is elsewhere has to be followed to
 * its end all the same. Rejects with a KeysideError `exchange_market_unknown` or `exchange_unreachable`.
 */
export async function loadMarkets(
  line: Line,
  markets: readonly string[],
  left: readonly string[] = [],
): Promise<ReadonlyMap<string, VenueMarket>> {
  let others = left.filter((market) => !markets.includes(market))
  let loaded = await load(line, [...markets, ...others])
  if (loaded === 'unknown' && others.length > 0) {
    others = await stillThere(line, others)
    loaded = await load(line, [...markets, ...others])
  }
  if (loaded === 'unknown') throw unknownMarket(markets.join(', '))
  const gone = markets.find((market) => !loaded.has(market))
  if (gone !== undefined) throw unknownMarket(gone)
  return loaded
}

/** `unknown` when there is one that the exchange does not know: it does not say which. */
async function load(
  line: Line,
  markets: readonly string[],
): Promise<ReadonlyMap<string, VenueMarket> | 'unknown'> {
  if (markets.length === 0) return new Map()
  const symbols = JSON.stringify(markets.map((market) => market.replace('/', '')))
  const reply = await line.ask((api) => api.loadMarkets(true, { symbols }))
  if (reply.got === 'refusal') return 'unknown'
  if (reply.got !== 'answer') throw unreachable(sentence(reply))
  const { markets: loaded } = await line.api()
  // A page instead of an answer is an empty list to ccxt.
  if (Object.keys(loaded ?? {}).length === 0)
    throw unreachable('the exchange did not say which markets it has')
  return new Map(
    markets.flatMap((market) => {
      const entry = fromMarket(market, loaded?.[market])
      return entry === null ? [] : [[market, entry]]
    }),
  )
}

async function stillThere(line: Line, markets: readonly string[]): Promise<string[]> {
  const there: string[] = []
  for (const market of markets) if ((await load(line, [market])) !== 'unknown') there.push(market)
  return there
}

function unknownMarket(names: string): KeysideError {
  return new KeysideError(
    'exchange_market_unknown',
    `binance has no spot market among ${names}: write it like BTC/USDT in policy.yaml`,
  )
}
