// Candles from CSV: with names of columns in any order, or without and in the usual one.
import { columnsIn } from '../market/candle-columns.ts'
import { type CandleColumns, COLUMNS, type ColumnName } from './columns.ts'

/** What exchanges, archives and other programs call each column; in lower case, `_` for everything between words. */
const NAMES: Readonly<Record<ColumnName, readonly string[]>> = {
  start: ['timestamp', 'time', 'date', 'datetime', 'open_time', 'start', 'unix', 'ts', 't'],
  open: ['open', 'o'],
  high: ['high', 'h'],
  low: ['low', 'l'],
  close: ['close', 'c'],
  volume: ['volume', 'vol', 'v', 'base_volume', 'volume_base'],
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** ISO 8601 in its short form. As Unix seconds it would be in the year 1970 or soon after. */
const SHORT_DATE = /^((?:19|20)\d\d)(\d\d)(\d\d)$/
const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?(Z|[ ]?UTC|[+-]\d\d:?\d\d)?$/

export type CsvCandles =
  | { readonly ok: true; readonly columns: CandleColumns; readonly line: (index: number) => number }
  /** `what`: a clause that says what is wrong, and where. */
  | { readonly ok: false; readonly what: string }

/**
 * Of each row only what a candle has. Times are Unix seconds, milliseconds, microseconds or nanoseconds, told by their
 * size, or ISO 8601, UTC where no zone is named; 20240131 is a day. Nothing is checked but that all are numbers; a file whose newest
 * candle is its first row is turned round.
 */
export function parseCsv(text: string): CsvCandles {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const begin = lines.findIndex((line) => line.trim() !== '')
  if (begin < 0) return { ok: false, what: 'it is empty' }
  if (text.includes('\0')) return { ok: false, what: 'it is no text in UTF-8' }
  const first = cellsOf(lines[begin] ?? '')
  const isNamed =
    instantOf(first[0] ?? '') === null || first.some((cell) => /^[a-z]{3}/i.test(cell))
  const places = isNamed ? placesIn(first) : COLUMNS.map((_, at) => at)
  if (typeof places === 'string') return { ok: false, what: places }
  const rows: number[] = []
  for (let at = begin + (isNamed ? 1 : 0); at < lines.length; at++)
    if (lines[at]?.trim()) rows.push(at)
  const values = new Float64Array(rows.length * COLUMNS.length)
  for (const [index, at] of rows.entries()) {
    const cells = cellsOf(lines[at] ?? '')
    for (const [cell, place] of places.entries()) {
      const written = cells[place] ?? ''
      const value = cell === 0 ? instantOf(written) : numberOf(written)
      if (value === null)
        return {
          ok: false,
          what: `line ${at + 1} has no ${COLUMNS[cell]}: "${written.slice(0, 40)}"`,
        }
      values[cell * rows.length + index] = value
    }
  }
  const columns = columnsIn(values, rows.length)
  const isTurned =
    rows.length > 1 && Number(columns.start[0]) > Number(columns.start[rows.length - 1])
  if (isTurned) {
    for (const name of COLUMNS) columns[name].reverse()
    rows.reverse()
  }
  return { ok: true, columns, line: (index) => Number(rows[index]) + 1 }
}

/** No cell of candles has a comma in it. */
function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
}

function placesIn(names: readonly string[]): number[] | string {
  const known = names.map((name) =>
    name
      .toLowerCase()
      .replaceAll(/[^a-z]+/g, '_')
      .replaceAll(/^_|_$/g, ''),
  )
  const places = COLUMNS.map((column) => {
    const name = NAMES[column].find((each) => known.includes(each))
    return name === undefined ? -1 : known.indexOf(name)
  })
  const missing = COLUMNS.filter((_, at) => places[at] === -1)
  if (missing.length === 0) return places
  const [cell = ''] = names
  if (names.length === 1 && /[;\t]/.test(cell))
    return `its columns are not separated by commas: its first line is "${cell.slice(0, 60)}"`
  const wanted = missing.map((column) => (column === 'start' ? 'time' : column))
  return `its first line names no ${wanted.join(', no ')}: it is "${names.join(',').slice(0, 60)}"`
}

function numberOf(text: string): number | null {
  return NUMBER.test(text) ? Number(text) : null
}

/** Unix seconds. Null for what is no time, such as the 31st of February. */
export function instantOf(text: string): number | null {
  const [, ...short] = SHORT_DATE.exec(text) ?? []
  if (short.length > 0) return instantOf(short.join('-'))
  if (/^\d{1,19}(?:\.\d*)?$/.test(text)) return Number(text) / unitOf(Number(text))
  const [match, zone = ''] = ISO.exec(text) ?? []
  if (match === undefined) return null
  const written = match
    .slice(0, match.length - zone.length)
    .trim()
    .replace(' ', 'T')
  const bare = written.length === 10 ? `${written}T00:00` : written
  const utc = new Date(`${bare}Z`)
  // JavaScript takes a day that a month does not have for one of the next.
  if (Number.isNaN(utc.getTime()) || !bare.startsWith(utc.toISOString().slice(0, 10))) return null
  const at = Date.parse(`${bare}${/^[+-]/.test(zone) ? zone : 'Z'}`)
  // A zone that is none, such as +99:00.
  return Number.isNaN(at) ? null : at / 1000
}

/** Of seconds there are 11 digits until the year 5138. */
function unitOf(value: number): number {
  if (value < 1e11) return 1
  if (value < 1e14) return 1e3
  return value < 1e17 ? 1e6 : 1e9
}
