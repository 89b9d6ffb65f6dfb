// What an indicator is to the rest of the engine: columns of numbers in, columns of numbers out.

export const PRICE_NAMES = ['open', 'high', 'low', 'close', 'volume'] as const
export type PriceName = (typeof PRICE_NAMES)[number]

/** The most candles that a window may reach over. */
export const MAX_PERIOD = 1_000

/** One running indicator. */
export interface Kernel {
  /**
   * Takes consecutive blocks of candles: reads `inputs[k][i]` and writes `outputs[k][i]` for from <= i < to.
   * NaN is unknown: where one of the inputs is NaN so are the outputs, and the state stays as it was.
   * An output must not be an input of the same call.
   */
  update(
    inputs: readonly Float64Array[],
    outputs: readonly Float64Array[],
    from: number,
    to: number,
  ): void
  /** All that it remembers: a copy of it stores the kernel, and set on a new one goes on. Null where a library keeps its own. */
  readonly state: Float64Array | null
  /** Of an exponential average of its one input: it remembers how many values it has seen, up to `n`, and itself. */
  readonly average?: { readonly n: number; readonly weight: number }
}

export interface Parameter {
  readonly name: string
  readonly whole: boolean
  readonly least: number
  readonly most: number
  readonly default?: number
}

/** What values are: as their series, a price, a volume, a plain number, or 1 and 0. */
export type IndicatorUnit = 'same' | 'price' | 'volume' | 'number' | 'condition'

export interface Indicator {
  /** 'series': its first argument, the close where it is left out. Otherwise the prices that it reads, in this order. */
  readonly inputs: 'series' | readonly PriceName[]
  /** In order; a value for one with a default may be left out. */
  readonly parameters: readonly Parameter[]
  /** Its outputs' names, `['value']` for one; without a name the first is meant. */
  readonly outputs: readonly string[]
  /** Of all outputs, or of each in their order. */
  readonly unit: IndicatorUnit | readonly IndicatorUnit[]
  /** Candles before the first at which its first output is known. */
  readonly warmup: (parameters: readonly number[]) => number
  /** Throws a RangeError for parameters out of bounds. */
  readonly create: (parameters: readonly number[]) => Kernel
  /** One line for the reference. */
  readonly about: string
}

export function unitOf({ unit }: Pick<Indicator, 'unit'>, output: number): IndicatorUnit {
  const own = typeof unit === 'string' ? unit : unit[output]
  if (own === undefined) throw new RangeError(`there is no output ${output}`)
  return own
}
