// Where candles are stored: a file a market, timeframe and exchange, `data/binance/BTC-USDT-1m.candles` in a home.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { KeysideError, lockFile, readBytes, writePrivate } from '@keyside/runtime'
import { TIMEFRAMES, type Timeframe } from '../market/candle.ts'
import { type CandleFile, decodeCandles, encodeCandles } from './candle-file.ts'
import type { CandleColumns } from './columns.ts'
import { type StoredGap, storedGaps } from './gaps.ts'

/** What a file holds. */
export interface CandleSet {
  /** ccxt's name of the exchange. */
  readonly exchange: string
  /** CCXT unified symbol. */
  readonly market: string
  readonly timeframe: Timeframe
}

const ENDING = '.candles'

/** No two sets have one path. */
export function candlePath(home: string, { exchange, market, timeframe }: CandleSet): string {
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
export function readCandleSet(home: string, set: CandleSet): CandleFile | null {
  const path = candlePath(home, set)
  return existsSync(path) ? readPath(home, path) : null
}

function readPath(home: string, path: string): CandleFile {
  const file = decodeCandles(readBytes(path), path)
  if (candlePath(home, file) === path) return file
  throw new KeysideError(
    'candles_damaged',
    `${path} holds ${file.market} ${file.timeframe} of ${file.exchange}: put it where its name says, or delete it`,
  )
}

/** A lock for writing, held until the returned function is called. Throws `candles_locked`. */
export function lockCandleSet(home: string, set: CandleSet): () => void {
  const path = candlePath(home, set)
  const unlock = lockFile(path)
  if (unlock !== null) return unlock
  throw new KeysideError(
    'candles_locked',
    `another program writes ${path}: wait until its download or import is done, or end it`,
  )
}

/** Whole or not at all. Only with the lock. */
export function writeCandleSet(home: string, file: CandleFile): void {
  writePrivate(candlePath(home, file), encodeCandles(file))
}

/** Paths of all sets in a home, sorted. */
export function storedPaths(home: string): string[] {
  const data = join(home, 'data')
  if (!existsSync(data)) return []
  return readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ENDING))
    .map((name) => join(data, name))
    .sort()
}

/** What one of `storedPaths` holds. */
export interface Stored extends CandleSet {
  readonly columns: CandleColumns
  /** Its size in bytes. */
  readonly bytes: number
  readonly gaps: readonly StoredGap[]
}

/** Throws `candles_damaged`, `candles_version`. */
export function readStored(home: string, path: string): Stored {
  const { exchange, market, timeframe, columns, asked } = readPath(home, path)
  const gaps = storedGaps(columns, TIMEFRAMES[timeframe], asked)
  return { exchange, market, timeframe, columns, bytes: statSync(path).size, gaps }
}
