// docs/strategies.md and what the parser takes, in step both ways.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { INDICATORS, MAX_PERIOD, PRICES } from '../indicators/series-table.ts'
import { TIMEFRAME_NAMES } from '../market/candle.ts'
import { MAX_HOURS, MAX_TAKE_PROFITS } from './amounts.ts'
import { parseCondition } from './expression/parse.ts'
import { ARITHMETIC, COMPARISONS, CROSSINGS, JOINING } from './expression/tree.ts'
import { readStrategy, strategyFile } from './strategy.ts'

const DOC = readFileSync(new URL('../../docs/strategies.md', import.meta.url), 'utf8')

const KEYS = Object.keys(strategyFile.in.shape).sort()

/** The cells of the table rows whose first cell is `name`. */
function row(name: string): string {
  const line = DOC.split('\n').find((text) => text.startsWith(`| ${name} |`))
  if (line === undefined) throw new Error(`docs/strategies.md has no row "${name}"`)
  return line.slice(name.length + 4)
}

function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

test('every key has its row, and every row its key', () => {
  const rows = DOC.slice(0, DOC.indexOf('## Rules')).matchAll(/^\| (`[^|]+`) \|/gm)
  const named = [...rows].flatMap(([, cell = '']) => quoted(cell))
  expect(named.sort()).toEqual(KEYS)
})

test('the file it shows is a strategy that names every key', () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(DOC) ?? []
  expect(readStrategy(text)).toMatchObject({ ok: true })
  const keys = [...text.matchAll(/^(\w+):/gm)].map(([, key]) => key)
  expect(keys.sort()).toEqual(KEYS)
})

test('the timeframes are those that are taken', () => {
  expect(quoted(row('`timeframe`'))).toEqual(TIMEFRAME_NAMES)
})

test('the prices, indicators and words of a rule are those that are taken', () => {
  expect(quoted(row('prices of the candle'))).toEqual([...PRICES])
  const heading = `indicators, with their period (1 to ${MAX_PERIOD})`
  expect(quoted(row(heading))).toEqual(Object.keys(INDICATORS).map((name) => `${name}(n)`))
  expect(quoted(row('crossings')).map((text) => text.split('(')[0])).toEqual([...CROSSINGS])
  expect(quoted(row('comparing'))).toEqual([...COMPARISONS])
  expect(quoted(row('arithmetic'))).toEqual([...ARITHMETIC])
  expect(quoted(row('joining'))).toEqual([...JOINING])
})

test.each(COMPARISONS)('a rule may compare with %s', (operator) => {
  expect(parseCondition(`close ${operator} open`)).toMatchObject({ operator })
})

test.each(ARITHMETIC)('a rule may reckon with %s', (operator) => {
  expect(parseCondition(`close ${operator} open > 0`)).toMatchObject({ left: { operator } })
})

test.each(['==', '!=', '=', '&&', '||', '%', '**', '^'])('and not with %s', (operator) => {
  expect(() => parseCondition(`close ${operator} open`)).toThrow(/cannot read|expected/)
})

test('the bounds it names are those that count', () => {
  expect(row('`take_profit`')).toContain(
    `up to ${['', 'one', 'two', 'three', 'four', 'five'][MAX_TAKE_PROFITS]} levels`,
  )
  expect(row('`max_hold`')).toContain(`at most ${MAX_HOURS} h`)
})
