// Files of candles that other programs wrote, into a home.
import { KeysideError } from '@keyside/runtime'
import { TIMEFRAMES } from '../market/candle.ts'
import { type CandleSet, lockCandleSet, readCandleSet, writeCandleSet } from './candle-store.ts'
import { type CandleColumns, newColumns } from './columns.ts'
import { readForeignFile } from './foreign-file.ts'
import { type StoredGap, storedGaps } from './gaps.ts'
import { type Merged, mergeCandles } from './merge.ts'
import { instantText } from './sentences.ts'

export interface Imported {
  /** In the files. */
  readonly candles: number
  /** Of those, how many were not stored yet, and how many took the place of others. */
  readonly added: number
  readonly replaced: number
  /** All that is stored now. */
  readonly stored: CandleColumns
  readonly gaps: readonly StoredGap[]
}

/**
 * All of the files or nothing. `now` in Unix seconds. Throws `candles_unreadable`, `candles_impossible`,
 * `candles_locked`, and `candles_conflict` where a candle is there with other values, unless `replace` says that the
 * file's counts.
 */
export function importCandles(
  home: string,
  set: CandleSet,
  files: readonly string[],
  { replace, now }: { replace: boolean; now: number },
): Imported {
  const unlock = lockCandleSet(home, set)
  try {
    const found = readCandleSet(home, set)
    const file = found ?? { ...set, address: null, asked: [], columns: newColumns(0) }
    if (file.address !== null)
      throw conflict(`what is stored of ${set.market} came from ${file.address}`, HOME)
    const given = files.reduce<CandleColumns>((before, path) => {
      const { columns } = readForeignFile(path, set.timeframe, now)
      return agreed(mergeCandles(before, columns), `${path} and the files before it`, GIVEN)
    }, newColumns(0))
    const merged = mergeCandles(file.columns, given)
    const stored = replace ? merged.columns : agreed(merged, `the file and what is stored`, STORED)
    writeCandleSet(home, { ...file, columns: stored })
    return {
      candles: given.length,
      added: merged.added,
      replaced: merged.conflicts.length,
      stored,
      gaps: storedGaps(stored, TIMEFRAMES[set.timeframe], file.asked),
    }
  } finally {
    unlock()
  }
}

const HOME = 'use another KEYSIDE_HOME'
const GIVEN = 'take one of them out'
const STORED = "add --replace if the file's are right"

function agreed({ columns, conflicts }: Merged, between: string, todo: string): CandleColumns {
  if (conflicts.length === 0) return columns
  const which = `${conflicts.length} candle${conflicts.length === 1 ? '' : 's'} in ${between}`
  throw conflict(`${which} differ, the first one of ${instantText(conflicts[0])}`, todo)
}

function conflict(what: string, todo: string): KeysideError {
  return new KeysideError('candles_conflict', `${what}; nothing was changed: ${todo}`)
}
