// Other values of a strategy's param that a button offers: one step down and one step up, within its range.
import type { EngineAnswer } from './engine-client.ts'

export type Param = Extract<EngineAnswer, { do: 'strategy' }>['params'][number]

/** A range without a step is tried in ten, as a search does. */
const PARTS = 10

export function stepsOf(
  param: Param,
): readonly { readonly label: string; readonly value: number }[] {
  const { name, value, from, to } = param
  if (from === undefined || to === undefined) return []
  const step = stepOf(param, from, to)
  const near = [value - step, value + step]
    .map((next) => Number(Math.min(to, Math.max(from, next)).toPrecision(12)))
    .filter((next) => next !== value)
  return [...new Set(near)].map((next) => ({
    label: `${name} ${paramValue({ ...param, value: next })}`,
    value: next,
  }))
}

function stepOf({ value, step, unit }: Param, from: number, to: number): number {
  if (step !== undefined) return step
  const part = (to - from) / PARTS
  const areWhole = [value, from, to].every(Number.isInteger) && unit !== 'percent'
  return areWhole ? Math.max(1, Math.round(part)) : part
}

/** As a rule writes it. */
function paramValue({ value, unit }: Pick<Param, 'value' | 'unit'>): string {
  const plain = (number: number) => String(Number(number.toPrecision(6)))
  if (unit === 'percent') return `${plain(value)} %`
  if (unit === 'number') return plain(value)
  if (value % 86_400 === 0 && value > 0) return `${value / 86_400}d`
  if (value % 3_600 === 0 && value > 0) return `${value / 3_600}h`
  return value % 60 === 0 && value > 0 ? `${value / 60}m` : `${plain(value)}s`
}
