// Candles from a file that another program wrote.
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { KeysideError, readBytes } from '@keyside/runtime'
import { TIMEFRAME_NAMES, TIMEFRAMES, type Timeframe } from '../market/candle.ts'
import { findProblem } from '../market/candle-problem.ts'
import type { CandleColumns } from './columns.ts'
import { parseCsv } from './csv.ts'
import { parseFeather } from './feather.ts'
import { problemText } from './sentences.ts'
import { unzip } from './unzip.ts'

/**
 * A file, whole and in order, no candle in it that cannot be; `timeframe` null: what its candles are is told by the
 * shortest time between two. `now` in Unix seconds. Throws `candles_unreadable`, `candles_impossible`.
 */
export function readForeignFile(
  path: string,
  timeframe: Timeframe | null,
  now: number,
): { columns: CandleColumns; timeframe: Timeframe } {
  const { columns, place } = parse(path)
  const found = timeframeOf(columns, timeframe)
  if (found === null)
    throw unreadable(
      path,
      'its candles are of no timeframe that Keyside knows',
      'look at its times',
    )
  if (timeframe !== null && found !== timeframe)
    throw unreadable(
      path,
      `its candles are ${found} apart, not ${timeframe}`,
      'correct --timeframe',
    )
  const problem = findProblem(columns, TIMEFRAMES[found], now)
  if (problem !== null)
    throw new KeysideError(
      'candles_impossible',
      `${path}, ${place(problem.index)}: ${problemText(columns, problem)}; nothing of the file was taken: correct it`,
    )
  return { columns, timeframe: found }
}

interface Parsed {
  readonly columns: CandleColumns
  /** `line 12` */
  readonly place: (index: number) => string
}

const IS = {
  zip: 'PK\x03\x04',
  feather: 'ARROW1',
  featherOne: 'FEA1',
  parquet: 'PAR1',
  gzip: '\x1f\x8b',
}

function parse(path: string): Parsed {
  const bytes = bytesOf(path)
  const begins = (sign: string) => bytes.toString('latin1', 0, sign.length) === sign
  if (begins(IS.feather)) return parsedFeather(path, bytes)
  if (begins(IS.zip)) {
    const unzipped = unzip(bytes)
    if (!unzipped.ok) throw unreadable(path, unzipped.what, 'unpack it, and give the CSV file')
    return parsedCsv(path, unzipped.bytes)
  }
  if (begins(IS.gzip)) throw unreadable(path, 'it is packed with gzip', 'unpack it first: gunzip')
  if (begins(IS.featherOne)) throw unreadable(path, 'it is feather of the first version', PANDAS)
  if (begins(IS.parquet)) throw unreadable(path, 'it is Parquet', PANDAS)
  if (/^\s*[[{]/.test(bytes.toString('latin1', 0, 40)))
    throw unreadable(path, 'it is JSON', 'of freqtrade: freqtrade convert-data --format-to feather')
  return parsedCsv(path, bytes)
}

const PANDAS = 'write it as CSV, with pandas: read_feather or read_parquet, then to_csv'

function parsedFeather(path: string, bytes: Buffer): Parsed {
  const parsed = parseFeather(bytes)
  if (!parsed.ok) throw unreadable(path, parsed.what, PANDAS)
  return { columns: parsed.columns, place: (index) => `row ${index + 1}` }
}

function parsedCsv(path: string, bytes: Buffer): Parsed {
  const parsed = parseCsv(bytes.toString('utf8'))
  if (!parsed.ok)
    throw unreadable(path, parsed.what, 'docs/data.md shows what a file of candles looks like')
  return { columns: parsed.columns, place: (index) => `line ${parsed.line(index)}` }
}

/** JavaScript has no longer texts. */
const MAX_BYTES = 500_000_000

function bytesOf(path: string): Buffer {
  const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 }
  if (size > MAX_BYTES) throw unreadable(path, 'it has more than 500 MB', 'cut it into several')
  return readBytes(path)
}

/** By the shortest time between two candles; one candle alone does not tell. Null where there is no timeframe of that length. */
function timeframeOf({ start, length }: CandleColumns, told: Timeframe | null): Timeframe | null {
  if (length < 2) return told
  let least = Number.POSITIVE_INFINITY
  for (let at = 1; at < length; at++) {
    const apart = Math.abs(Number(start[at]) - Number(start[at - 1]))
    if (apart > 0 && apart < least) least = apart
  }
  return TIMEFRAME_NAMES.find((name) => TIMEFRAMES[name] === least) ?? null
}

function unreadable(path: string, what: string, todo: string): KeysideError {
  return new KeysideError(
    'candles_unreadable',
    `${basename(path)} cannot be read: ${what}: ${todo}`,
  )
}
