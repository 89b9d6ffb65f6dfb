// docs/strategies.md and what is read, in step both ways: every snippet is taken, or refused as the page says.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { MAX_PERIOD, PRICE_NAMES } from '../../indicators/kernel.ts'
import { INDICATORS } from '../../indicators/table.ts'
import { TIMEFRAME_NAMES } from '../../market/candle.ts'
import { parseExpression } from '../rules/parse.ts'
import { MAX_SECONDS, type Scope } from '../rules/scope.ts'
import { MAX_RULE_LENGTH } from '../rules/tokens.ts'
import { ARITHMETIC, FUNCTIONS, MAX_AGO, TIME_WORDS, TRADE_WORDS } from '../rules/tree.ts'
import { DERIVED, WORDS } from '../rules/words.ts'
import { strategySchema } from './json-schema.ts'
import { MAX_LENGTH, MAX_SERIES, MAX_VALID, readStrategy } from './read-strategy.ts'
import { problemText } from './report.ts'
import { MAX_ADDS, MAX_MOVES, MAX_TAKE_PROFITS, strategyShape } from './shape.ts'

const ROOT = join(import.meta.dirname, '../../..')
const DOC = readFileSync(join(ROOT, 'docs/strategies.md'), 'utf8')
const KEYS = Object.keys(strategyShape.shape).sort()
const UPDATE = 'run "npm run schema"'

function snippets(kind: string): readonly string[] {
  return [...DOC.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, text = '']) => text,
  )
}

function lines(kind: string): readonly string[] {
  return snippets(kind).flatMap((text) => text.trimEnd().split('\n'))
}

/** The cells of the table row whose first cell is `name`. */
function row(name: string): string {
  const line = DOC.split('\n').find((text) => text.startsWith(`| ${name} |`))
  if (line === undefined) throw new Error(`docs/strategies.md has no row "${name}"`)
  return line.slice(name.length + 4)
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

const SCOPE: Scope = {
  timeframe: '5m',
  market: 'ETH/USDT',
  names: new Map(),
  later: new Set(),
  trade: true,
  distance: false,
}

/** As an exit of a strategy on 5m candles. */
function problems(rule: string): readonly string[] {
  const text = `name: a\nmarket: ETH/USDT\ntimeframe: 5m\nenter: close > 1\nsize: 1 %\nstop: 2 %\nexit: |\n  ${rule}\n`
  const read = readStrategy(text)
  return read.ok ? [] : read.problems.map(({ message }) => message.replace(/^exit: /, ''))
}

describe('the page', () => {
  test('has a row for every key, and no other', () => {
    const rows = DOC.slice(DOC.indexOf('## Keys'), DOC.indexOf('## Rules')).matchAll(
      /^\| (`[^|]+`) \|/gm,
    )
    const named = [...rows].flatMap(([, cell = '']) => quoted(cell))
    expect(named.sort()).toEqual(KEYS)
  })

  test('shows files that are taken, with every key in one of them', () => {
    const keys = new Set<string>()
    expect(snippets('yaml').length).toBeGreaterThan(3)
    for (const text of snippets('yaml')) {
      const read = readStrategy(text)
      expect(read.ok ? [] : read.problems.map(problemText), text).toEqual([])
      for (const [, key = ''] of text.matchAll(/^(\w+):/gm)) keys.add(key)
    }
    expect(KEYS.filter((key) => !keys.has(key))).toEqual(['break_even', 'plan', 'valid_for'])
  })

  test.each(lines('rules'))('shows a rule that is taken: %s', (rule) => {
    expect(problems(rule)).toEqual([])
  })

  const mistakes = lines('mistakes')
  test.each(
    mistakes.flatMap((rule, i) => (i % 2 === 0 ? [[rule, mistakes[i + 1] ?? ''] as const] : [])),
  )('shows a mistake and what is said of it: %s', (rule, said) => {
    expect(problems(rule).map((message) => `=> ${message}`)).toEqual([said])
  })

  test('shows a file with mistakes, and all that is said of them', () => {
    const read = readStrategy(snippets('mistaken-file')[0] ?? '')
    const said = read.ok ? [] : read.problems.map(problemText)
    expect(`${said.join('\n')}\n`).toBe(snippets('problems')[0])
  })

  test('names the timeframes and words that are taken', () => {
    expect(quoted(row('`timeframe`'))).toEqual(TIMEFRAME_NAMES)
    expect(quoted(row('prices of the candle'))).toEqual([...PRICE_NAMES])
    expect(quoted(row('arithmetic'))).toEqual([...ARITHMETIC])
    expect(quoted(row('averages of them'))).toEqual([...DERIVED])
    expect(quoted(row('functions')).map((text) => text.split('(')[0])).toEqual([...FUNCTIONS])
    expect(quoted(row('the position, in `exit`, `add` and `move_stop` only'))).toEqual([
      ...TRADE_WORDS,
    ])
    expect(quoted(row("time, UTC, at the candle's close"))).toEqual([...TIME_WORDS])
  })

  test('names every word that a file cannot use for its own', () => {
    const named = DOC.slice(DOC.indexOf('## Rules'))
    const words = WORDS.filter((word) => !Object.hasOwn(INDICATORS, word))
    expect(words.filter((word) => !named.includes(word))).toEqual([])
  })

  test('names the bounds that count', () => {
    const words = [
      '',
      'one',
      'two',
      'three',
      'four',
      'five',
      'six',
      'seven',
      'eight',
      'nine',
      'ten',
    ]
    expect(row('`take_profit`')).toContain(`up to ${words[MAX_TAKE_PROFITS]} levels`)
    expect(row('`add`')).toContain(`up to ${words[MAX_ADDS]}:`)
    expect(row('`move_stop`')).toContain(`up to ${words[MAX_MOVES]},`)
    expect(row('`valid_for`')).toContain(`at most ${MAX_VALID / 3_600} h`)
    expect(row('`max_hold`')).toContain(`at most ${MAX_SECONDS / 86_400} days`)
    expect(row('earlier')).toContain(`up to \`[${MAX_AGO}]\``)
    expect(DOC).toContain(`at most ${MAX_LENGTH.toLocaleString('en')} characters`)
    expect(DOC).toContain(
      `a rule at most ${MAX_RULE_LENGTH.toLocaleString('en')}, and nests at most 20 levels`,
    )
    expect(DOC).toContain(`a strategy looks at ${MAX_SERIES}\ndifferent indicators at most`)
  })
})

test.each(Object.keys(INDICATORS))('%s is written as the page says', (name) => {
  const indicator = INDICATORS[name]
  const least = (indicator?.parameters ?? []).map((one) => String(one.least))
  const condition = ['count', 'barssince'].includes(name) ? ['close > open'] : []
  const all = [...condition, ...least]
  for (const output of indicator?.outputs ?? []) {
    const suffix = indicator?.outputs.length === 1 ? '' : `.${output}`
    const text = `${name}${all.length === 0 ? '' : `(${all.join(', ')})`}${suffix}`
    expect(parseExpression(text, SCOPE), text).toMatchObject({ ok: true })
  }
  for (const { whole, most } of indicator?.parameters ?? [])
    if (whole) expect(most).toBeLessThanOrEqual(MAX_PERIOD)
})

describe('the JSON schema', () => {
  // One after the other: zod's reading of "allOf" lets keys pass that the rest refuses.
  const { allOf, ...rest } = strategySchema()
  type Schema = Parameters<typeof z.fromJSONSchema>[0]
  const schemas = [rest, ...(allOf as readonly unknown[])].map((one) =>
    z.fromJSONSchema(one as Schema),
  )
  const complaints = (file: unknown) =>
    schemas.flatMap((one) => one.safeParse(file).error?.issues ?? [])
  const examples = readdirSync(join(ROOT, 'examples/strategies')).filter((name) =>
    name.endsWith('.yaml'),
  )
  const files = [
    ...snippets('yaml'),
    ...examples.map((name) => readFileSync(join(ROOT, 'examples/strategies', name), 'utf8')),
  ]

  test('is the one that is stored', () => {
    const stored: unknown = JSON.parse(
      readFileSync(join(ROOT, 'docs/strategy.schema.json'), 'utf8'),
    )
    expect(stored, UPDATE).toEqual(strategySchema())
  })

  test('takes what is taken', () => {
    for (const text of files) expect(complaints(parse(text)), text).toEqual([])
  })

  test.each(['name', 'timeframe', 'enter', 'stop'])('asks for %s', (key) => {
    const { [key]: _, ...others } = parse(files[0] ?? '') as Record<string, unknown>
    expect(complaints(others)).not.toEqual([])
  })

  test.each([
    ['stopp', '2 %'],
    ['timeframe', '7m'],
    ['markets', ['BTC/USDT']],
    ['market', 'btc'],
    ['take_profit', [{ at: '2 %', sel: '5 %' }]],
    ['risk', '1 %'],
  ])('refuses %s: %j', (key, value) => {
    const file = parse(files[0] ?? '') as Record<string, unknown>
    expect(complaints({ ...file, [key]: value })).not.toEqual([])
  })
})
