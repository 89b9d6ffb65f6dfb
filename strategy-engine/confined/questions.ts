// What the engine asks the process of a strategy's code, and what may come back.
import { z } from 'zod'
import type { Built, Limits } from '../strategies/typescript/candle-values.ts'
import type { Numbers, Read } from '../strategies/typescript/realm.ts'

/** Of each series, in the order in which they were asked for; null is unknown. */
export type Values = readonly (number | null)[]

export type Question =
  | { readonly is: 'load'; readonly file: string; readonly text: string; readonly limits: Limits }
  | { readonly is: 'build'; readonly about: Built }
  /** Candles of the past: nothing is decided. Each with when it closed, Unix seconds. */
  | {
      readonly is: 'learn'
      readonly at: number
      readonly candles: readonly (readonly [Values, number])[]
    }
  /** The next candle. `held`: what the position is there; null for none. */
  | {
      readonly is: 'ask'
      readonly at: number
      readonly values: Values
      readonly closed: number
      readonly held: Numbers | null
    }

export type Answer =
  | { readonly declaration: unknown }
  | { readonly at: number; readonly reads: readonly Read[] }
  | Record<string, never>
  | z.infer<typeof decided>

const line = z
  .string()
  .max(200)
  .regex(/^[\x20-\x7e]*$/)

export const loaded = z.strictObject({ declaration: z.unknown() })
export const built = z.strictObject({
  at: z.int().min(0).max(1_000),
  reads: z
    .array(z.strictObject({ text: z.string().max(4_000), kind: z.enum(['series', 'rule']) }))
    .max(100),
})
export const learned = z.strictObject({})
/** Null: it does not enter, it does not leave. */
export const decided = z.strictObject({
  entry: z
    .strictObject({ reason: line, stop: z.number().nullable(), part: z.number().gt(0).max(1) })
    .nullable(),
  exit: line.nullable(),
})

export const reply = z.union([
  z.strictObject({ id: z.int(), answer: z.unknown() }),
  z.strictObject({
    id: z.int(),
    code: z.enum(['strategy_failed', 'strategy_invalid']),
    failed: z.string().max(2_000),
  }),
])
