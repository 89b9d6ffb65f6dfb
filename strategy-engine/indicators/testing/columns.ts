// Columns of candles for tests and comparisons, and kernels run over them.
import { readFileSync } from 'node:fs'
import type { Indicator, Kernel, PriceName } from '../kernel.ts'

export type Columns = Readonly<Record<PriceName, Float64Array>>

interface Case {
  readonly name: string
  readonly parameters: readonly number[]
  readonly outputs: readonly Float64Array[]
}

/** What testing/talib-values.py wrote: candles, and TA-Lib's values for them. */
interface TalibValues {
  readonly talib: string
  readonly candles: Columns
  readonly cases: readonly Case[]
  /** Candles with patterns, those of a file itself: when the first answer is known, and where each pattern ends. */
  readonly shapes: Columns
  readonly patterns: readonly {
    readonly name: string
    readonly first: number
    readonly at: readonly number[]
  }[]
}

type Texts = Record<PriceName, string>

export function readTalibValues(text: string): TalibValues {
  const { talib, candles, cases, shapes, patterns } = JSON.parse(text) as {
    talib: string
    candles: Texts
    cases: (Omit<Case, 'outputs'> & { outputs: string[] })[]
    shapes?: Prices<string>
    patterns: { name: string; first: number; at: string }[]
  }
  const own = { ...prices(candles, column), volume: column(candles.volume) }
  const places = shapes === undefined ? column : wholes
  return {
    talib,
    candles: own,
    cases: cases.map((one) => ({ ...one, outputs: one.outputs.map(column) })),
    shapes: shapes === undefined ? own : withVolume(prices(shapes, wholes)),
    patterns: patterns.map((one) => ({ ...one, at: [...places(one.at)] })),
  }
}

type Prices<Of> = Readonly<Record<Exclude<PriceName, 'volume'>, Of>>

function prices(
  { open, high, low, close }: Prices<string>,
  read: (text: string) => Float64Array,
): Prices<Float64Array> {
  return { open: read(open), high: read(high), low: read(low), close: read(close) }
}

function withVolume(columns: Prices<Float64Array>): Columns {
  return { ...columns, volume: new Float64Array(columns.close.length).fill(1) }
}

/** The seeded candles: ties, whole prices, flat stretches, jumps, candles without volume. */
export const TALIB = readTalibValues(
  readFileSync(new URL('talib-values.json', import.meta.url), 'utf8'),
)

/** Little-endian float64, base64. */
function column(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64')
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8))
}

/** Little-endian int16, base64. */
function wholes(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64')
  return Float64Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2))
}

export function inputsOf(indicator: Indicator, columns: Columns): Float64Array[] {
  const { inputs } = indicator
  return inputs === 'series' ? [columns.close] : inputs.map((name) => columns[name])
}

/** Feeds the inputs from one place to another in blocks of so many. */
export function feed(
  kernel: Kernel,
  inputs: readonly Float64Array[],
  outputs: readonly Float64Array[],
  block: number,
  from = 0,
  to = inputs[0]?.length ?? 0,
): void {
  for (let at = from; at < to; at += block)
    kernel.update(inputs, outputs, at, Math.min(at + block, to))
}

/** All outputs of an indicator for these inputs. */
export function valuesOf(
  indicator: Indicator,
  parameters: readonly number[],
  inputs: readonly Float64Array[],
  block = 1_024,
): Float64Array[] {
  const length = inputs[0]?.length ?? 0
  const outputs = indicator.outputs.map(() => new Float64Array(length))
  feed(indicator.create(parameters), inputs, outputs, block)
  return outputs
}
