// How a trader writes amounts, percents and times in policy.yaml. Everything arrives as text, never as a float.
import { type Decimal, isDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { z } from 'zod'

const PERCENT = /^(\S+) ?%$/
const DURATION = /^([1-9]\d{0,3}) ?(s|m|h)$/
const MS = { s: 1000, m: 60_000, h: 3_600_000 }

/** Text that `read` understands; the refusal says what was expected and shows what came. */
export function written<T>(expected: string, read: (text: string) => T | undefined) {
  return z.unknown().transform((input, context): T => {
    const value = typeof input === 'string' ? read(input) : undefined
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: `expected ${expected}, ${got(input)}` })
    return z.NEVER
  })
}

/** An amount of money above zero. */
export const amount = written<Decimal>(
  'an amount above zero such as 500 or 0.5 (no sign, comma or exponent)',
  (text) => (isDecimal(text) && /[1-9]/.test(text) ? text : undefined),
)

/** A percent above zero, at most `most`. The sign is required, so that 0.05 and 5 cannot be mixed up. */
export function percent(most: number) {
  return written<Decimal>(
    `a percent with its sign, above 0 % and at most ${most} %, such as "0.5 %"`,
    (text) => {
      const number = PERCENT.exec(text)?.[1]
      if (!isDecimal(number)) return undefined
      const value = new Big(number)
      return value.gt(0) && value.lte(most) ? value.toFixed() : undefined
    },
  )
}

/** A time in ms, at most `most` (written the same way). */
export function duration(most: string) {
  return written<number>(`a time of at most ${most}, in s, m or h, such as 10s`, (text) =>
    within(milliseconds(text), milliseconds(most) ?? 0),
  )
}

export function whole(most: number) {
  return written<number>(`a whole number from 1 to ${most}`, (text) =>
    /^[1-9]\d{0,5}$/.test(text) ? within(Number(text), most) : undefined,
  )
}

function milliseconds(text: string): number | undefined {
  const [, number, unit] = DURATION.exec(text) ?? []
  if (number === undefined || (unit !== 's' && unit !== 'm' && unit !== 'h')) return undefined
  return Number(number) * MS[unit]
}

function within(value: number | undefined, most: number): number | undefined {
  return value !== undefined && value <= most ? value : undefined
}

/** What was written, with every character outside printable ASCII spelled out: look-alikes become visible. */
export function got(input: unknown): string {
  if (input === undefined || input === '') return 'got nothing'
  if (typeof input !== 'string') return 'got a list or a section'
  return `got "${visible(input.length > 60 ? `${input.slice(0, 60)}…` : input)}"`
}

function visible(text: string): string {
  return text.replace(
    /[^ -~…]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** As it is written, where the schema takes it. */
export function keep(schema: z.ZodType<string>): (text: string) => string | undefined {
  return (text) => (schema.safeParse(text).success ? text : undefined)
}
