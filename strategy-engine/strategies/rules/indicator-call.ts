// `rsi(14)`, `ema(rsi(14), 9)`, `macd(12, 26, 9).signal`: an indicator, over any series.
import { type Indicator, type Parameter, unitOf } from '../../indicators/kernel.ts'
import { INDICATORS } from '../../indicators/table.ts'
import { condition, constant, numeric, withHistory } from './check.ts'
import type { Cursor } from './cursor.ts'
import type { Parsed } from './scope.ts'
import { suggestion } from './suggest.ts'
import type { Token } from './tokens.ts'
import type { Condition, Numeric, Tree } from './tree.ts'
import { named, short } from './units.ts'

/** Those whose series is a condition. */
export const OF_CONDITION: readonly string[] = ['count', 'barssince']

export function indicatorCall(
  cursor: Cursor,
  { text: name, at }: Token,
  list: () => readonly Parsed[],
): Parsed {
  const indicator = INDICATORS[name] as Indicator
  const before = cursor.problems.length
  const written = cursor.peek().text === '(' ? list() : []
  const [first, ...rest] = written
  const isOfSeries = first !== undefined && first.unit !== 'literal'
  if (isOfSeries && indicator.inputs !== 'series') {
    const inputs = indicator.inputs.join(', ')
    return cursor.refused(
      first.from,
      `${name} is of the candle's own ${inputs}: write ${form(name, indicator)}`,
    )
  }
  const hasSeries = isOfSeries && indicator.inputs === 'series'
  const values = hasSeries ? rest : written
  const parameters = parametersOf(cursor, { name, at, indicator }, values)
  const series = hasSeries ? first : undefined
  const input = series === undefined ? null : seriesOf(cursor, name, series)
  if (series === undefined && OF_CONDITION.includes(name))
    cursor.problem(at, `${name} takes a condition first: ${form(name, indicator)}`)
  const output = outputOf(cursor, name, indicator)
  if (cursor.problems.length > before) return cursor.unknown(at)
  const own = unitOf(indicator, output)
  const unit = own === 'same' ? (series?.unit ?? 'price') : own
  const parts = series === undefined ? [] : [series]
  const call = { name, parameters, input, output }
  return unit === 'condition'
    ? cursor.make({ is: 'pattern', ...call }, unit, at, parts)
    : cursor.make({ is: 'indicator', ...call }, unit, at, parts)
}

/** How it is written, with the names of its numbers. */
function form(name: string, { inputs, parameters }: Indicator): string {
  const series = OF_CONDITION.includes(name) ? ['condition'] : []
  const names = [...(inputs === 'series' ? series : []), ...parameters.map((one) => one.name)]
  return names.length === 0 ? name : `${name}(${names.join(', ')})`
}

function parametersOf(
  cursor: Cursor,
  { name, at, indicator }: { name: string; at: number; indicator: Indicator },
  values: readonly Parsed[],
): readonly number[] {
  const { parameters } = indicator
  if (values.length > parameters.length) {
    const over = indicator.inputs === 'series' ? ', after the series that it is of' : ''
    const taken = parameters.length === 0 ? 'no numbers' : `${parameters.length} at most`
    const place = values[parameters.length]?.from ?? at
    cursor.problem(place, `too many for ${form(name, indicator)}: it takes ${taken}${over}`)
  }
  return parameters.map((parameter, i) => {
    const value = values[i]
    if (value !== undefined)
      return constant(cursor, value, parameter, `"${parameter.name}" of ${form(name, indicator)}`)
    if (parameter.default !== undefined) return parameter.default
    cursor.problem(at, missing(name, indicator, parameter))
    return Number.NaN
  })
}

function missing(name: string, indicator: Indicator, { name: parameter, ...bounds }: Parameter) {
  const kind = bounds.whole ? 'a whole number' : 'a number'
  return `${name} is written ${form(name, indicator)}, "${parameter}" being ${kind} from ${bounds.least} to ${bounds.most}`
}

function seriesOf(cursor: Cursor, name: string, series: Parsed): Tree | null {
  if (!withHistory(cursor, series, 'indicator')) return null
  if (OF_CONDITION.includes(name)) return condition(cursor, series)
  const tree: Condition | Numeric = numeric(cursor, series)
  if (series.unit === 'percent' || series.unit === 'duration')
    cursor.problem(
      series.from,
      `${name} is of a series such as "close", and "${short(cursor.written(series))}" is ${named(series.unit)}`,
    )
  return tree.is === 'price' && tree.name === 'close' ? null : tree
}

function outputOf(cursor: Cursor, name: string, { outputs }: Indicator): number {
  if (!cursor.take('.')) return 0
  if (cursor.peek().type !== 'word') cursor.unexpected(`one of ${outputs.join(', ')}`)
  const { text, at } = cursor.skip()
  const output = outputs.indexOf(text)
  if (output >= 0 && outputs.length > 1) return output
  const apart = [`${name}_${text}`, text].find((one) => Object.hasOwn(INDICATORS, one))
  if (apart !== undefined)
    cursor.problem(
      at,
      `${name} has no "${short(text)}": that is an indicator of its own, "${apart}"`,
    )
  else if (outputs.length === 1)
    cursor.problem(at, `${name} has one value: leave out ".${short(text)}"`)
  else cursor.problem(at, `${name} has no "${short(text)}"${suggestion(text, outputs)}`)
  return 0
}
