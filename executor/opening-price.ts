// The price that a market of the exchange had in some minute, whether it is traded here or not.
import type { Decimal } from '@keyside/protocol'
import Big from 'big.js'
import type { Answered, Candle } from './core/model/exchange.ts'
import type { Exchange } from './venues/port.ts'

/** With which the minute at `minute` (Unix ms) began; null where the exchange has none of it, or none that can be true. */
export async function openingPrice(
  { market, minute }: { readonly market: string; readonly minute: number },
  exchange: Pick<Exchange, 'lookUp' | 'candles'>,
): Promise<Answered<Decimal | null>> {
  try {
    const found = await exchange.lookUp(market)
    if (found.found === 'no') return { ok: true, value: null }
    const answer = await exchange.candles(market, '1m', 1, minute)
    if (!answer.ok) return answer
    const candle = answer.value.find(([start]) => start * 1_000 === minute)
    return { ok: true, value: candle !== undefined && canBe(candle) ? candle[1] : null }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

function canBe([, open, high, low]: Candle): boolean {
  return new Big(open).gt(0) && new Big(open).gte(low) && new Big(open).lte(high)
}
