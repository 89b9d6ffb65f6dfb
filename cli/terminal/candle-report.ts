// Stored candles as lines for a person.
import {
  type CandleSet,
  type Downloaded,
  type Stored,
  type StoredGap,
  TIMEFRAMES,
} from '@keyside/strategy-engine/data'
import { day, minute } from './duration.ts'
import { table } from './print.ts'

/** Of gaps and refusals: `--json` has all. */
const SHOWN = 10

export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`
}

export function titleOf({ exchange, market, timeframe }: CandleSet): string {
  return `${market} ${timeframe} of ${exchange}`
}

export function downloadLines(set: CandleSet, downloaded: Downloaded): string[] {
  const { state, from, to, candles, added, first, last, gaps, refused } = downloaded
  const isWhole = state === 'complete'
  return [
    `${titleOf(set)}, ${minute(from)} to ${minute(to)}:`,
    `${counted(candles, 'candle')} stored, ${grouped(added)} of them new.`,
    ...(first !== null && first > from
      ? [`The first one is of ${minute(first)}: the exchange has none before.`]
      : []),
    ...(isWhole && last !== null && last + TIMEFRAMES[set.timeframe] < to
      ? [`The last one is of ${minute(last)}: the exchange has none after.`]
      : []),
    ...gapLines(gaps, 'nobody asked for yet'),
    ...refusedLines(refused),
    ...(isWhole ? [] : ['Stopped before the end: run the same command again to go on.']),
  ]
}

/** `otherwise`: of those that the exchange was not asked for. */
export function gapLines(gaps: readonly StoredGap[], otherwise: string): string[] {
  if (gaps.length === 0) return ['No gaps.']
  const [asked, other] = [true, false].map((each) => gaps.filter((gap) => gap.asked === each))
  return [...lotOf(asked, 'the exchange does not have'), ...lotOf(other, otherwise)]
}

function lotOf(gaps: readonly StoredGap[] = [], whose: string): string[] {
  if (gaps.length === 0) return []
  const missing = gaps.reduce((sum, { candles }) => sum + candles, 0)
  return [
    `${counted(gaps.length, 'gap')}: ${counted(missing, 'candle')} that ${whose}.`,
    ...cut(
      gaps.map(({ from, candles }) => `  from ${minute(from)}: ${counted(candles, 'candle')}`),
    ),
  ]
}

function refusedLines(refused: Downloaded['refused']): string[] {
  if (refused.length === 0) return []
  return [
    `Left out, to be asked for again next time: ${counted(refused.length, 'candle')} that cannot be.`,
    ...cut(refused.map(({ start, what }) => `  the candle of ${minute(start)} ${what}`)),
  ]
}

function cut(lines: readonly string[]): string[] {
  if (lines.length <= SHOWN) return [...lines]
  return [...lines.slice(0, SHOWN), `  and ${grouped(lines.length - SHOWN)} more: see --json`]
}

export function storedTable(all: readonly Stored[]): string[] {
  const head = ['exchange', 'market', 'timeframe', 'from', 'to', 'candles', 'gaps', 'size']
  const rows = all.map(({ exchange, market, timeframe, columns, gaps, bytes }) => [
    exchange,
    market,
    timeframe,
    dayOf(columns.start[0]),
    dayOf(columns.start[columns.length - 1]),
    grouped(columns.length),
    grouped(gaps.length),
    sizeText(bytes),
  ])
  const widths = head.map((_, at) =>
    Math.max(...[head, ...rows].map((row) => row[at]?.length ?? 0)),
  )
  const isNumber = (at: number) => at >= head.indexOf('candles')
  return table(
    [head, ...rows].map((row) =>
      row.map((cell, at) => (isNumber(at) ? cell.padStart(widths[at] ?? 0) : cell)),
    ),
  )
}

function dayOf(start: number | undefined): string {
  return start === undefined ? '' : day(start)
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

export function verifiedLines({ columns, gaps, ...set }: Stored): string[] {
  return [
    `${titleOf(set)}: ${counted(columns.length, 'candle')}. Checksum, order and values are right.`,
    ...gapLines(gaps, 'nobody asked for').map((line) => `  ${line}`),
  ]
}
