// The short texts in a strategy file: "10 %", "100 USDT", "2 atr(14)", "90s".
import type { Signal } from '@keyside/protocol'
import { isDecimal } from '@keyside/protocol'
import Big from 'big.js'
import type { SeriesName } from '../indicators/indicator-set.ts'
import { parseSeries } from './expression/parse.ts'

export type Size = Signal['size']

/** Distance of the stop below the entry price: percent of it, or a multiple of a series. */
export type Stop =
  | { readonly by: 'percent'; readonly percent: string }
  | { readonly by: 'series'; readonly times: string; readonly name: SeriesName }

/** A level of the take-profit levels: so far above the entry, so much of the position. Both in percent. */
export interface TakeProfitLevel {
  readonly at: string
  readonly sell: string
  /** It counts so long after the first fill, seconds. */
  readonly after?: number | undefined
}

const AMOUNT = /^(\S+)\s*(%|[A-Z0-9]+)$/
const MULTIPLE = /^(\S+)\s+([a-z].*)$/
const DURATION = /^([1-9]\d{0,4})(s|m|h)$/
const UNIT_SECONDS = { s: 1, m: 60, h: 3_600 } as const
/** The longest time that a file may name. */
export const MAX_HOURS = 24
/** Of a take-profit levels. */
export const MAX_TAKE_PROFITS = 5

/** `market` is BASE/QUOTE. Throws an Error with a sentence. */
export function parseSize(text: string, market: string): Size {
  const [base, quote] = market.split('/')
  const [, value = '', unit] = AMOUNT.exec(text) ?? []
  if (!isPositive(value))
    throw new Error(`expected "10 %", "100 ${quote}" or "0.01 ${base}", got "${text}"`)
  if (unit === '%') return { unit: 'percent', value: atMostHundred(value) }
  if (unit === quote) return { unit: 'quote', value }
  if (unit === base) return { unit: 'base', value }
  throw new Error(`expected %, ${quote} or ${base} after the amount, got "${unit}"`)
}

/** Throws an Error with a sentence. */
export function parseStop(text: string): Stop {
  const percent = /^(\S+)\s*%$/.exec(text)?.[1]
  if (percent !== undefined) {
    if (!isPositive(percent) || new Big(percent).gte(100))
      throw new Error(`expected a stop above 0 % and below 100 %, got "${text}"`)
    return { by: 'percent', percent }
  }
  const [, times = '', name = ''] = MULTIPLE.exec(text) ?? []
  if (!isPositive(times)) throw new Error(`expected "2 %" or "2 atr(14)", got "${text}"`)
  return { by: 'series', times, name: parseSeries(name) }
}

/** Percent, above 0 and at most `most`. Throws an Error with a sentence. */
export function parsePercent(text: string, most: number): string {
  const percent = /^(\S+)\s*%$/.exec(text)?.[1] ?? ''
  if (!isPositive(percent) || new Big(percent).gt(most))
    throw new Error(`expected above 0 % and at most ${most} %, such as "2 %", got "${text}"`)
  return percent
}

/** Seconds. Throws an Error with a sentence. */
export function parseDuration(text: string): number {
  const [, count, unit] = DURATION.exec(text) ?? []
  const seconds = Number(count) * UNIT_SECONDS[(unit ?? 's') as keyof typeof UNIT_SECONDS]
  if (!(seconds <= MAX_HOURS * 3_600))
    throw new Error(`expected a time such as "90s", up to ${MAX_HOURS}h, got "${text}"`)
  return seconds
}

function isPositive(text: string): boolean {
  return isDecimal(text) && /[1-9]/.test(text)
}

function atMostHundred(percent: string): string {
  if (new Big(percent).gt(100)) throw new Error(`expected at most 100 %, got ${percent} %`)
  return percent
}
