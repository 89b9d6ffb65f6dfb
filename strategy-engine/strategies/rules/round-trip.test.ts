// Any rule reads back from its own text; any other text is answered with what is wrong, at a place in it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Indicator, Parameter } from '../../indicators/kernel.ts'
import { INDICATORS } from '../../indicators/table.ts'
import { OF_CONDITION } from './indicator-call.ts'
import { parseExpression } from './parse.ts'
import { plain, print } from './print.ts'
import type { Scope } from './scope.ts'
import { MAX_RULE_LENGTH } from './tokens.ts'
import { FUNCTIONS, TIME_WORDS } from './tree.ts'
import { WORDS } from './words.ts'

const SCOPE: Scope = {
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

function parameter({ whole, least, most }: Parameter) {
  const value = whole
    ? fc.integer({ min: least, max: most })
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
function calls(
  unit: Indicator['unit'],
  series: fc.Arbitrary<string>,
  condition: fc.Arbitrary<string>,
) {
  const found = Object.entries(INDICATORS).filter(([, one]) => one.unit === unit)
  return found.map(([name, { inputs, parameters, outputs }]) => {
    const input = OF_CONDITION.includes(name) ? condition : series
    const output = fc.constantFrom(...outputs)
    const numbers = fc.tuple(...parameters.map(parameter))
    return fc.tuple(input, numbers, output).map(([first, values, chosen]) => {
      const all = [...(inputs === 'series' ? [first] : []), ...values]
      const suffix = outputs.length > 1 ? `.${chosen}` : ''
      return `${name}${all.length === 0 ? '' : `(${all.join(', ')})`}${suffix}`
    })
  })
}

type Arbitraries = { [Key in keyof Texts]: fc.Arbitrary<Texts[Key]> }

const { condition, price } = fc.letrec<Texts>((tie: fc.LetrecTypedTie<Texts>): Arbitraries => {
  const joined = (unit: keyof Texts): fc.Arbitrary<string> =>
    fc.oneof(
      fc
        .tuple(tie(unit), fc.constantFrom('+', '-'), tie(unit))
        .map((parts) => `(${parts.join(' ')})`),
      fc.tuple(tie(unit), tie('number')).map(([value, by]) => `(${value}) * (${by})`),
      tie(unit).map((value) => `(${value}) * 2.5 %`),
      tie(unit).map((value) => `-(${value})`),
      fc.tuple(tie(unit), fc.integer({ min: 1, max: 1_000 })).map(([of, n]) => `(${of})[${n}]`),
      fc.tuple(tie('condition'), tie(unit), tie(unit)).map((of) => `if(${of.join(', ')})`),
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
        fc.tuple(tie(unit), leaf('<', '<=', '>', '>='), tie(unit)).map((parts) => parts.join(' ')),
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
})

test('reads every rule back from its own text', () => {
  let ok = 0
  fc.assert(
    fc.property(fc.oneof(condition, price), (text) => {
      const read = parseExpression(text, SCOPE)
      if (!read.ok) {
        // A literal stands for a price, so that names of units and bounds alone can be wrong with such a text.
        const said = read.problems.map(({ message }) => message).join('\n')
        expect(said).toMatch(/nests|characters|parts|position|already|a number and|number from/)
        return
      }
      ok += 1
      const written = print(read.parsed.tree)
      if (written.length > MAX_RULE_LENGTH) return
      const again = parseExpression(written, SCOPE)
      if (!again.ok && again.problems.some(({ message }) => message.includes('nests'))) return
      expect(again, written).toMatchObject({ ok: true, parsed: { unit: read.parsed.unit } })
      if (!again.ok) return
      expect(again.parsed.tree).toEqual(read.parsed.tree)
      expect(print(again.parsed.tree)).toBe(written)
    }),
    { numRuns: 400 },
  )
  expect(ok).toBeGreaterThan(200)
})

const mess = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...WORDS, ...FUNCTIONS, '(', ')', ',', '[', ']', '@', '.', '%', '<', '>='),
        fc.constantFrom(
          '1h',
          '2',
          '1.5',
          'BTC/USDT',
          'and',
          '-',
          'highest since entry',
          'nope',
          '$',
          '=',
        ),
      ),
      { maxLength: 30 },
    )
    .map((words) => words.join(' ')),
)

test('answers any text with a rule or with places in it', () => {
  fc.assert(
    fc.property(mess, fc.boolean(), (text, flag) => {
      const read = parseExpression(text, { ...SCOPE, trade: flag, distance: flag })
      if (read.ok) return
      expect(read.problems.length).toBeGreaterThan(0)
      for (const { at, message } of read.problems) {
        expect(at).toBeGreaterThanOrEqual(0)
        expect(at).toBeLessThanOrEqual(text.length)
        expect(message).not.toBe('')
      }
    }),
    { numRuns: 2_000 },
  )
})
