// Other values of the params of a strategy's text, which otherwise stays as it is to the letter.
import { openYaml } from '@keyside/runtime'
import type { Param } from '../strategies/file/strategy.ts'
import { plain } from '../strategies/rules/print.ts'

/** Null where the text has no such param, or writes its value so that it cannot be replaced: over several lines, say. */
export function tuned(
  text: string,
  params: Readonly<Record<string, Param>>,
  values: Readonly<Record<string, number>>,
): string | null {
  let result = text
  for (const [name, value] of Object.entries(values)) {
    const param = Object.hasOwn(params, name) ? params[name] : undefined
    const next = param === undefined ? null : replaced(result, name, written(value, param.unit))
    if (next === null) return null
    result = next
  }
  return result
}

function replaced(text: string, name: string, value: string): string | null {
  const opened = openYaml(text, { scalars: 'text' })
  if (!opened.ok) return null
  const { params } = opened.data
  if (typeof params !== 'object' || params === null || !Object.hasOwn(params, name)) return null
  const whole: unknown = (params as Readonly<Record<string, unknown>>)[name]
  if (typeof whole !== 'string') return null
  const before = (whole.split('[')[0] ?? '').trim()
  const { line, column } = opened.placeOf(['params', name], 0)
  const at = offsetOf(text, line) + column - 1
  if (before === '' || !text.startsWith(before, at)) return null
  return text.slice(0, at) + value + text.slice(at + before.length)
}

/** Of the first character of a line, counted from 1. */
function offsetOf(text: string, line: number): number {
  let at = 0
  for (let i = 1; i < line; i += 1) at = text.indexOf('\n', at) + 1
  return at
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
] as const

function written(value: number, unit: Param['unit']): string {
  if (unit === 'number') return plain(value)
  if (unit === 'percent') return `${plain(value)} %`
  const [name, seconds] = UNITS.find(([, length]) => value > 0 && value % length === 0) ?? ['s', 1]
  return `${plain(value / seconds)}${name}`
}
