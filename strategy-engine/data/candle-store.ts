// Where candles are stored: a file a market, timeframe and exchange, `data/binance/BTC-USDT-1m.candles` in a home.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KeysideError, lockFile, writePrivate } from '@keyside/runtime'
import type { Timeframe } from '../market/candle.ts'
import { type CandleFile, decodeCandles, encodeCandles } from './candle-file.ts'

/** What a file holds. */
export interface Series {
  /** ccxt's name of the exchange. */
  readonly exchange: string
  /** CCXT unified symbol. */
  readonly market: string
  readonly timeframe: Timeframe
}

const ENDING = '.candles'

/** No two series have one path. */
export function candlePath(home: string, { exchange, market, timeframe }: Series): string {
  return join(home, 'data', word(exchange), `${word(market)}-${timeframe}${ENDING}`)
}

/** `BTC/USDT:USDT` is `BTC-USDT_USDT`; what is no letter, digit or dot otherwise is written as its bytes. */
function word(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9.]/g, (sign) => {
    if (sign === '/') return '-'
    if (sign === ':') return '_'
    return [...Buffer.from(sign)].map((byte) => `%${byte.toString(16)}`).join('')
  })
}

/** Null where there is none. Throws `candles_damaged`, `candles_version`. */
export function readSeries(home: string, series: Series): CandleFile | null {
  const path = candlePath(home, series)
  if (!existsSync(path)) return null
  const file = decodeCandles(readFileSync(path), path)
  const { exchange, market, timeframe } = file
  if (candlePath(home, { exchange, market, timeframe }) === path) return file
  throw new KeysideError(
    'candles_damaged',
    `${path} holds ${market} ${timeframe} of ${exchange}: put it where its name says, or delete it`,
  )
}

/** For who writes: none else does until the answer is called. Throws `candles_locked`. */
export function lockSeries(home: string, series: Series): () => void {
  const path = candlePath(home, series)
  const unlock = lockFile(path)
  if (unlock !== null) return unlock
  throw new KeysideError(
    'candles_locked',
    `another program writes ${path}: wait until its download or import is done, or end it`,
  )
}

/** Whole or not at all. Only with the lock. */
export function writeSeries(home: string, file: CandleFile): void {
  writePrivate(candlePath(home, file), encodeCandles(file))
}

/** Paths of all series in a home, sorted. */
export function storedPaths(home: string): string[] {
  const data = join(home, 'data')
  if (!existsSync(data)) return []
  return readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ENDING))
    .map((name) => join(data, name))
    .sort()
}
