// Texts of rules that have no mistake but, now and then, one of bounds: for properties of whatever can be written.
import fc from 'fast-check'
import { type IndicatorUnit, type Parameter, unitOf } from '../../indicators/kernel.ts'
import { INDICATORS } from '../../indicators/table.ts'
import { OF_CONDITION } from '../rules/indicator-call.ts'
import { plain } from '../rules/print.ts'
import type { Scope } from '../rules/scope.ts'
import { FUNCTIONS, TIME_WORDS } from '../rules/tree.ts'

/** What they are written for. */
export const SCOPE: Scope = {
  timeframe: '5m',
  market: 'ETH/USDT',
  names: new Map(),
  later: new Set(),
  trade: true,
  distance: false,
}

const number = fc
  .tuple(fc.nat(99_999), fc.option(fc.nat(999)))
  .map(([whole, part]) => (part === null ? `${whole}` : `${whole}.${part}`))

/** Few candles are enough for most of them. */
function mostlySmall(min: number, max: number): fc.Arbitrary<number> {
  const small = fc.integer({ min, max: Math.min(max, min + 12) })
  return fc.oneof(
    { weight: 9, arbitrary: small },
    { weight: 1, arbitrary: fc.integer({ min, max }) },
  )
}

function parameter({ whole, least, most }: Parameter) {
  const value = whole
    ? mostlySmall(least, most)
    : fc.integer({ min: Math.ceil(least * 100), max: Math.floor(most * 100) }).map((n) => n / 100)
  return value.map(plain)
}

interface Texts {
  price: string
  volume: string
  number: string
  condition: string
}

/** Calls of every indicator whose unit is this one, over such a series. */
function calls(unit: IndicatorUnit, series: fc.Arbitrary<string>, condition: fc.Arbitrary<string>) {
  return Object.entries(INDICATORS).flatMap(([name, indicator]) => {
    const { inputs, parameters } = indicator
    const outputs = indicator.outputs.filter((_, output) => unitOf(indicator, output) === unit)
    if (outputs.length === 0) return []
    const input = OF_CONDITION.includes(name) ? condition : series
    const output = fc.constantFrom(...outputs)
    const numbers = fc.tuple(...parameters.map(parameter))
    return fc.tuple(input, numbers, output).map(([first, values, chosen]) => {
      const all = [...(inputs === 'series' ? [first] : []), ...values]
      const suffix = indicator.outputs.length > 1 ? `.${chosen}` : ''
      return `${name}${all.length === 0 ? '' : `(${all.join(', ')})`}${suffix}`
    })
  })
}

type Arbitraries = { [Key in keyof Texts]: fc.Arbitrary<Texts[Key]> }

export const { condition, price } = fc.letrec<Texts>(
  (tie: fc.LetrecTypedTie<Texts>): Arbitraries => {
    const joined = (unit: keyof Texts): fc.Arbitrary<string> =>
      fc.oneof(
        fc
          .tuple(tie(unit), fc.constantFrom('+', '-'), tie(unit))
          .map((parts) => `(${parts.join(' ')})`),
        fc.tuple(tie(unit), tie('number')).map(([value, by]) => `(${value}) * (${by})`),
        tie(unit).map((value) => `(${value}) * 2.5 %`),
        tie(unit).map((value) => `-(${value})`),
        fc.tuple(tie(unit), mostlySmall(1, 1_000)).map(([of, n]) => `(${of})[${n}]`),
        fc.tuple(tie('condition'), tie(unit), tie(unit)).map((of) => `if(${of.join(', ')})`),
        fc.tuple(tie('condition'), tie(unit)).map((of) => `valuewhen(${of.join(', ')})`),
        fc.tuple(tie(unit), tie(unit)).map((of) => `max(${of.join(', ')})`),
        tie(unit).map((of) => `abs(${of})`),
      )
    const leaf = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts)
    const deep = { maxDepth: 3, depthSize: 'small', withCrossShrink: true } as const
    return {
      price: fc.oneof(
        deep,
        leaf(
          'open',
          'high',
          'low',
          'close',
          'hl2',
          'hlc3',
          'ohlc4',
          '(close @ BTC/USDT 1h)',
          '(low @ 4h)',
        ),
        joined('price'),
        ...calls('price', tie('price'), tie('condition')),
        ...calls('same', tie('price'), tie('condition')),
      ),
      volume: fc.oneof(
        deep,
        leaf('volume', '(volume @ 1d)'),
        joined('volume'),
        ...calls('volume', tie('volume'), tie('condition')),
        ...calls('same', tie('volume'), tie('condition')),
      ),
      number: fc.oneof(
        deep,
        number,
        leaf(...TIME_WORDS),
        joined('number'),
        fc.tuple(tie('price'), tie('price')).map(([a, b]) => `(${a}) / (${b})`),
        fc
          .tuple(
            leaf(...FUNCTIONS.filter((name) => !['min', 'max', 'pow'].includes(name))),
            tie('number'),
          )
          .map(([name, of]) => `${name}(${of})`),
        ...calls('number', tie('price'), tie('condition')),
      ),
      condition: fc.oneof(
        deep,
        ...(['price', 'volume', 'number'] as const).map((unit) =>
          fc
            .tuple(tie(unit), leaf('<', '<=', '>', '>='), tie(unit))
            .map((parts) => parts.join(' ')),
        ),
        leaf('profit > 2 %', 'age >= 2h', 'close < highest since entry * 98 %'),
        fc
          .tuple(leaf('crossover', 'crossunder'), tie('price'), tie('price'))
          .map(([name, a, b]) => `${name}(${a}, ${b})`),
        tie('condition').map((of) => `not (${of})`),
        fc
          .tuple(tie('condition'), leaf('and', 'or'), tie('condition'))
          .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
        fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `2 of (${a}, ${b})`),
        ...calls('condition', tie('price'), tie('condition')),
      ),
    }
  },
)
