// Why a strategy wants an order, in a sentence: its own line names each value, and a person asks what they mean.
import Big from 'big.js'
import { clip, type Html, html, unlinked } from './html.ts'
import { amount } from './numbers.ts'

const NUMBER = String.raw`\d[\d.]*`
const VALUE = new RegExp(`^(\\S.*?) (${NUMBER})( %)?$`)
const CROSSED = new RegExp(`^(.+?) (${NUMBER}) crossed (over|under) (?:(.+?) )?(${NUMBER})$`)
const SERIES = /^([a-z]+)\((\d+)\)$/
const AVERAGES = ['ema', 'sma', 'wma', 'hma', 'dema', 'tema', 'kama']

/** A comma, but not one between the arguments of a function. */
const BETWEEN = /, (?![^(]*\))/

/** In a message of its own. */
const MAX_LENGTH = 150

/** Null where nothing was said. They are the words of whoever signs the signals, and no link is made of them. */
export function reasonLine(reason: string, most = MAX_LENGTH): Html | null {
  const said = clip(reasonSentence(reason), most)
  return said === '' ? null : unlinked(said, (words) => html`<i>${words}</i>`)
}

/** A text that is not understood stays as it is. */
export function reasonSentence(reason: string): string {
  const [, name = '', rest = reason] = /^([a-z0-9_-]{1,32}): (.+)$/.exec(reason) ?? []
  const told = rest.split(BETWEEN).map(phrase).join('; ')
  return capital(name === '' ? told : `${name}: ${told}`)
}

function phrase(text: string): string {
  const crossed = CROSSED.exec(text)
  if (crossed !== null) return crossing(crossed)
  const [, name, value, percent = ''] = VALUE.exec(text) ?? []
  if (name === undefined || value === undefined || !isNumber(value)) return text
  return `${named(name)} ${shown(value)}${percent}`
}

function crossing([
  text,
  left = '',
  at = '',
  way = '',
  right,
  level = '',
]: RegExpExecArray): string {
  if (!isNumber(at) || !isNumber(level)) return text
  const moved = way === 'over' ? 'rose above' : 'fell below'
  if (right === undefined) return `${named(left)} ${moved} ${shown(level)}, to ${shown(at)}`
  const both = averages(left, right)
  const [one, other] = both ?? [named(left), named(right)]
  return `${one} ${moved} ${other}${gap(at, level)}`
}

/** Of two averages one is the fast one. */
function averages(left: string, right: string): readonly [string, string] | null {
  const [a, b] = [lengthOf(left), lengthOf(right)]
  if (a === null || b === null || a === b) return null
  const fast = `the fast average (${Math.min(a, b)})`
  const slow = `the slow one (${Math.max(a, b)})`
  return a < b ? [fast, slow] : [`the slow average (${a})`, `the fast one (${b})`]
}

function lengthOf(series: string): number | null {
  const [, name = '', length = ''] = SERIES.exec(series) ?? []
  return AVERAGES.includes(name) ? Number(length) : null
}

/** The distance between two values that look almost alike. */
function gap(a: string, b: string): string {
  const base = new Big(b)
  if (base.eq(0)) return ''
  const percent = new Big(a).minus(base).abs().div(base).times(100)
  if (percent.eq(0)) return ''
  return `, by ${percent.lt('0.001') ? 'less than 0.001' : amount(percent.prec(2).toFixed())} %`
}

function named(series: string): string {
  const [, name = '', length = ''] = SERIES.exec(series) ?? []
  if (AVERAGES.includes(name)) return `the average (${length})`
  if (series === 'close') return 'the price'
  if (series === 'profit') return 'the gain'
  return ['rsi', 'atr', 'adx', 'cci', 'mfi'].includes(name) ? name.toUpperCase() : series
}

/** As many digits as a person compares. */
function shown(value: string): string {
  const exact = new Big(value)
  return amount((exact.gte(1000) ? exact.round(0) : exact.prec(exact.gte(100) ? 4 : 3)).toFixed())
}

/** A text with two points is not a number. */
function isNumber(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text)
}

function capital(text: string): string {
  return /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
}
