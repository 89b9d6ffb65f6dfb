// Amounts of a strategy file: "10 %", "100 USDT", "2 * atr(14)", "90s". All may use names of `params` and `let`.
import type { Signal } from '@keyside/protocol'
import { isDecimal } from '@keyside/protocol'
import { parseExpression } from '../rules/parse.ts'
import { plain } from '../rules/print.ts'
import { constantOf, type Parsed, type Scope } from '../rules/scope.ts'
import { isCondition, type Numeric } from '../rules/tree.ts'
import { named, short } from '../rules/units.ts'
import type { Path, Report } from './report.ts'
import type { PriceDistance, Stop } from './strategy.ts'

/** A number and a word: `100 USDT`, `5 1INCH`, `0.01BTC`. */
const WITH_WORD = /^(?<amount>\S+)\s+(?<word>\w+)$|^(?<amount>[\d.]+)(?<word>[A-Z]\w*)$/

export class Amounts {
  readonly #report: Report
  readonly #scope: Scope

  constructor(report: Report, scope: Scope) {
    this.#report = report
    this.#scope = { ...scope, distance: true, trade: false }
  }

  /** In percent, as a decimal. Null where it is wrong, here as below; the report has it. */
  percent(
    path: Path,
    text: string,
    { zero = false, most, below = false }: { zero?: boolean; most: number; below?: boolean },
  ): string | null {
    const value = this.#constant(path, text, 'percent', '2 %')
    if (value === null) return null
    const isTooSmall = zero ? value < 0 : value <= 0
    if (!isTooSmall && (below ? value < most : value <= most)) return plain(value)
    const from = zero ? 'at least 0 %' : 'above 0 %'
    const to = below ? `below ${most} %` : `at most ${most} %`
    return this.#wrong(path, `expected ${from} and ${to}, such as "2 %", got "${short(text)}"`)
  }

  /** Seconds. */
  duration(path: Path, text: string, most: number, least = 1): number | null {
    const value = this.#constant(path, text, 'duration', '2h')
    if (value === null || (value >= least && value <= most)) return value
    const longest = most % 86_400 === 0 && most > 86_400 ? `${most / 86_400}d` : `${most / 3_600}h`
    return this.#wrong(
      path,
      `expected a time of at most ${longest}, such as "2h", got "${short(text)}"`,
    )
  }

  /** Below a price: percent of it, or an amount of the quote currency. */
  distance(path: Path, text: string): Stop | null {
    const parsed = this.#parse(path, text)
    if (parsed === null) return null
    const { tree, unit } = parsed
    if (unit === 'percent') {
      const percent = this.percent(path, text, { most: 100, below: true })
      return percent === null ? null : { by: 'percent', percent }
    }
    const isPrice = unit === 'price' || (unit === 'mixed' && constantOf(tree) === null)
    if (isPrice && isNumber(parsed))
      return { by: 'distance', distance: parsed.tree, text: short(text) }
    const is = unit === 'literal' ? 'a number' : named(unit)
    return this.#wrong(
      path,
      `expected a distance such as "2 %" or "2 * atr(14)", and "${short(text)}" is ${is}`,
    )
  }

  /** Above a price: percent of it, or an amount of the quote currency. `zero`: or at it. */
  gain(path: Path, text: string, zero = false): string | PriceDistance | null {
    const parsed = this.#parse(path, text)
    if (parsed === null) return null
    if (parsed.unit === 'percent') return this.percent(path, text, { most: 1_000, zero })
    const distance = this.distance(path, text)
    return distance?.by === 'distance' ? { distance: distance.distance, text: distance.text } : null
  }

  /** `market` is BASE/QUOTE; null where it is wrong. */
  size(path: Path, text: string, market: string | null): Signal['size'] | null {
    const { amount = '', word: currency } = WITH_WORD.exec(text.trim())?.groups ?? {}
    const [base, quote] = market?.split('/') ?? []
    if (currency === undefined || this.#scope.names.has(currency)) {
      if (/^[\d.]+$/.test(text.trim()))
        return this.#wrong(
          path,
          `expected an amount such as "10 %" or "100 ${quote ?? 'USDT'}", got "${short(text)}"`,
        )
      const percent = this.percent(path, text, { most: 100 })
      return percent === null ? null : { unit: 'percent', value: percent }
    }
    if (!isDecimal(amount) || !/[1-9]/.test(amount))
      return this.#wrong(
        path,
        `expected an amount such as "100 ${quote ?? 'USDT'}", got "${short(text)}"`,
      )
    if (market === null) return null
    if (currency === quote) return { unit: 'quote', value: amount }
    if (currency === base) return { unit: 'base', value: amount }
    return this.#wrong(path, `expected %, ${quote} or ${base} after the amount, got "${currency}"`)
  }

  #constant(path: Path, text: string, unit: 'percent' | 'duration', example: string) {
    const parsed = this.#parse(path, text)
    if (parsed === null) return null
    const value = parsed.unit === unit ? constantOf(parsed.tree) : null
    if (value !== null && Number.isFinite(value)) return value
    const what = unit === 'percent' ? 'a percent' : 'a time'
    return this.#wrong(path, `expected ${what} such as "${example}", got "${short(text)}"`)
  }

  #parse(path: Path, text: string): Parsed | null {
    const read = parseExpression(text, this.#scope)
    if (!read.ok) this.#report.addAll(path, read.problems)
    return read.ok && read.parsed.unit !== 'unknown' ? read.parsed : null
  }

  #wrong(path: Path, message: string): null {
    this.#report.add(path, message)
    return null
  }
}

function isNumber(parsed: Parsed): parsed is Parsed & { readonly tree: Numeric } {
  return !isCondition(parsed.tree)
}
