// Candles from a file that another program wrote.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { KeysideError } from '@keyside/runtime'
import { TIMEFRAME_NAMES, TIMEFRAMES, type Timeframe } from '../market/candle.ts'
import { findProblem, problemText } from './check-candles.ts'
import type { CandleColumns } from './columns.ts'
import { parseCsv } from './csv.ts'

/**
 * A CSV file, whole and in order, no candle in it that cannot be; `timeframe` null: what its candles are is told by the
 * shortest time between two. `now` in Unix seconds. Throws `candles_unreadable`, `candles_impossible`.
 */
export function readForeignFile(
  path: string,
  timeframe: Timeframe | null,
  now: number,
): { columns: CandleColumns; timeframe: Timeframe } {
  const { columns, place } = parse(path)
  const found = timeframe ?? timeframeOf(columns)
  if (found === null)
    throw unreadable(
      path,
      'its candles are of no timeframe that Keyside knows',
      'look at its times',
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

function parse(path: string): Parsed {
  const parsed = parseCsv(bytesOf(path).toString('utf8'))
  if (!parsed.ok)
    throw unreadable(
      path,
      parsed.what,
      'give a CSV file with time, open, high, low, close and volume',
    )
  return { columns: parsed.columns, place: (index) => `line ${parsed.line(index)}` }
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    throw unreadable(path, code === 'ENOENT' ? 'there is no such file' : code, 'correct the path')
  }
}

/** Null where fewer than two candles, or none of that length, are there. */
function timeframeOf({ start, length }: CandleColumns): Timeframe | null {
  let least = Number.POSITIVE_INFINITY
  for (let at = 1; at < length; at++) {
    const apart = Number(start[at]) - Number(start[at - 1])
    if (apart > 0 && apart < least) least = apart
  }
  return TIMEFRAME_NAMES.find((name) => TIMEFRAMES[name] === least) ?? null
}

export function unreadable(path: string, what: string, todo: string): KeysideError {
  return new KeysideError(
    'candles_unreadable',
    `${basename(path)} cannot be read: ${what}: ${todo}`,
  )
}
