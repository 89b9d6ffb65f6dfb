// A market's order rules (steps, minimums, fee) as of the download of its candles; stored beside them, for backtests.
import { decimal } from '@keyside/protocol'
import { KeysideError, readTextIfThere, writePrivate } from '@keyside/runtime'
import { z } from 'zod'
import { type CandleSet, candlePath } from './candle-store.ts'

const shape = z.strictObject({
  exchange: z.string(),
  market: z.string(),
  /** Amounts are multiples of it, base. */
  step: decimal,
  /** Of an order: base, and quote. */
  leastAmount: decimal,
  leastValue: decimal,
  /** Percent of what is traded, without anybody's discount; null where it is not told. */
  fee: decimal.nullable(),
  /** When the venue said so, Unix seconds. */
  read: z.number().int().min(0),
})

export type MarketRules = Readonly<z.infer<typeof shape>>
type Market = Pick<CandleSet, 'exchange' | 'market'>

/** One for all timeframes: `data/binance/BTC-USDT.rules.json`. */
function pathOf(home: string, { exchange, market }: Market): string {
  return candlePath(home, { exchange, market, timeframe: '1m' }).replace(
    /-1m\.candles$/,
    '.rules.json',
  )
}

export function writeMarketRules(home: string, rules: MarketRules): void {
  writePrivate(pathOf(home, rules), `${JSON.stringify(rules, null, 2)}\n`)
}

/** Null where nobody asked the venue yet. Throws `candles_damaged`. */
export function readMarketRules(home: string, market: Market): MarketRules | null {
  const path = pathOf(home, market)
  const text = readTextIfThere(path)
  if (text === null) return null
  const rules = parsed(text)
  if (rules?.exchange === market.exchange && rules.market === market.market) return rules
  throw new KeysideError(
    'candles_damaged',
    `${path} does not say the rules of ${market.market} at ${market.exchange}: delete it, and "keyside data download ${market.market}" gets them again`,
  )
}

function parsed(text: string): MarketRules | null {
  try {
    return shape.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
