// The file that candles are stored in: a line with a checksum, a line of JSON, and the columns as they lie in memory.
//
//   keyside candles 1 sha256 <64 hex digits of everything after this line>\n
//   {"exchange":"binance","market":"BTC/USDT","timeframe":"1m",...}      \n   padded with spaces to a multiple of 8 bytes
//   start, open, high, low, close, volume: `candles` little-endian Float64 each, a column after the other
import { createHash, hash } from 'node:crypto'
import { KeysideError } from '@keyside/runtime'
import { z } from 'zod'
import { TIMEFRAME_NAMES, TIMEFRAMES } from '../market/candle.ts'
import { columnsIn } from '../market/candle-columns.ts'
import { findProblem } from '../market/candle-problem.ts'
import { type CandleColumns, COLUMNS } from './columns.ts'
import { problemText } from './sentences.ts'

const VERSION = 1
const FIRST_LINE = /^keyside candles (\d{1,6}) sha256 ([0-9a-f]{64})\n/
const FIRST_LINE_BYTES = `keyside candles ${VERSION} sha256 ${'0'.repeat(64)}\n`.length
/** Far above what a header needs: the spans of a market with a hole each hour for years. */
const MAX_HEADER_BYTES = 4_194_304
const NUMBER_BYTES = 8

const second = z.int().nonnegative()

const header = z.strictObject({
  /** ccxt's name of the exchange. */
  exchange: z.string().min(1),
  /** CCXT unified symbol. */
  market: z.string().min(1),
  timeframe: z.enum(TIMEFRAME_NAMES),
  /** http://host:port of another server than the exchange's own that the candles came from. */
  address: z.string().nullable(),
  /** What the exchange has answered for, from and to in Unix seconds: what is missing there, it does not have. */
  asked: z.array(z.tuple([second, second]).readonly()).readonly(),
  candles: z.int().nonnegative(),
})

export interface CandleFile extends Omit<z.infer<typeof header>, 'candles'> {
  readonly columns: CandleColumns
}

export function encodeCandles({ columns, ...rest }: CandleFile): Buffer {
  const json = JSON.stringify({ ...rest, candles: columns.length })
  const bytes = Buffer.byteLength(json) + 1 + FIRST_LINE_BYTES
  const padding = ' '.repeat((NUMBER_BYTES - (bytes % NUMBER_BYTES)) % NUMBER_BYTES)
  const parts = [
    Buffer.from(`${json}${padding}\n`),
    ...COLUMNS.map((name) => bytesOf(columns[name])),
  ]
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part)
  const line = `keyside candles ${VERSION} sha256 ${sum.digest('hex')}\n`
  return Buffer.concat([Buffer.from(line), ...parts])
}

function bytesOf(column: Float64Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength)
}

/**
 * The columns are views of `bytes`. Throws `candles_damaged` or `candles_version`: what is returned is whole, in
 * order, and holds no candle that cannot be. On a machine with another byte order than little-endian all is refused.
 */
export function decodeCandles(bytes: Buffer, path: string): CandleFile {
  const first = bytes.toString('latin1', 0, FIRST_LINE_BYTES + 6)
  const [line, version, sum] = FIRST_LINE.exec(first) ?? []
  if (line === undefined) throw damaged(path, 'it does not begin like a file of candles')
  if (Number(version) !== VERSION)
    throw new KeysideError(
      'candles_version',
      `${path} has version ${version} of the form, and this Keyside reads version ${VERSION}: use the Keyside that wrote it, or delete it and download or import the candles again`,
    )
  const { candles, ...rest } = headerOf(bytes, line.length, path)
  const begin = bytes.indexOf(0x0a, line.length) + 1
  const whole = begin + candles * COLUMNS.length * NUMBER_BYTES
  if (bytes.length !== whole)
    throw damaged(path, `it has ${bytes.length} bytes and should have ${whole}`)
  if (hash('sha256', bytes.subarray(line.length)) !== sum)
    throw damaged(path, 'its checksum differs: it was altered')
  const columns = columnsIn(numbersIn(bytes, begin), candles)
  const problem = findProblem(columns, TIMEFRAMES[rest.timeframe])
  if (problem !== null) throw damaged(path, problemText(columns, problem))
  return { ...rest, columns }
}

function headerOf(bytes: Buffer, begin: number, path: string): z.infer<typeof header> {
  const end = bytes.subarray(begin, begin + MAX_HEADER_BYTES).indexOf(0x0a)
  if (end < 0) throw damaged(path, 'its header is cut off')
  try {
    return header.parse(JSON.parse(bytes.toString('utf8', begin, begin + end)))
  } catch {
    throw damaged(path, 'its header is not one that Keyside wrote')
  }
}

function numbersIn(bytes: Buffer, begin: number): Float64Array {
  const at = bytes.byteOffset + begin
  if (at % NUMBER_BYTES === 0)
    return new Float64Array(bytes.buffer, at, (bytes.length - begin) / NUMBER_BYTES)
  return new Float64Array(Uint8Array.from(bytes.subarray(begin)).buffer)
}

function damaged(path: string, what: string): KeysideError {
  return new KeysideError(
    'candles_damaged',
    `${path} is damaged: ${what}; delete it, and download or import the candles again`,
  )
}
