// Indicators of trading-signals as kernels: up to some microseconds a candle, and what they remember is their own.
import { define, type Values } from './define.ts'
import type { Indicator, Kernel, Parameter, PriceName } from './kernel.ts'
import { NONE } from './memory.ts'

/** What every indicator of the library is, as far as it is used here. */
interface Streaming<Input> {
  readonly isStable: boolean
  getRequiredInputs(): number
  update(input: Input, replace: boolean): unknown
}

type Candle = Record<PriceName, number>

/** How our outputs are called, and the library's. */
type Fields = Readonly<Record<string, string>>

interface Rest {
  readonly unit?: Indicator['unit']
  readonly fields?: Fields
}

/** Some give numbers before they are stable; those are not shown. */
function write(
  outputs: readonly Float64Array[],
  i: number,
  fields: readonly string[],
  result: unknown,
): void {
  outputs.forEach((output, k) => {
    const field = fields[k] ?? ''
    const value = fields.length === 0 ? result : (result as Record<string, unknown> | null)?.[field]
    output[i] = typeof value === 'number' || typeof value === 'boolean' ? Number(value) : Number.NaN
  })
}

export function ofSeries<const P extends readonly Parameter[]>(
  about: string,
  parameters: P,
  make: (...values: Values<P>) => Streaming<number>,
  { unit = 'number', fields = {} }: Rest = {},
): Indicator {
  const create = (...values: Values<P>): Kernel => {
    const indicator = make(...values)
    return {
      state: null,
      update([x = NONE], outputs, from, to) {
        for (let i = from; i < to; i++) {
          const value = x[i] as number
          const result = Number.isNaN(value) ? null : indicator.update(value, false)
          write(outputs, i, Object.values(fields), indicator.isStable ? result : null)
        }
      },
    }
  }
  return described('series', about, parameters, make, create, unit, fields)
}

export function ofCandles<const P extends readonly Parameter[]>(
  inputNames: readonly PriceName[],
  about: string,
  parameters: P,
  make: (...values: Values<P>) => Streaming<Candle>,
  { unit = 'number', fields = {} }: Rest = {},
): Indicator {
  const create = (...values: Values<P>): Kernel => {
    const indicator = make(...values)
    return {
      state: null,
      update(inputs, outputs, from, to) {
        for (let i = from; i < to; i++) {
          const candle = { open: 0, high: 0, low: 0, close: 0, volume: 0 }
          inputNames.forEach((name, k) => {
            candle[name] = inputs[k]?.[i] ?? Number.NaN
          })
          const known = inputNames.every((name) => !Number.isNaN(candle[name]))
          const result = known ? indicator.update(candle, false) : null
          write(outputs, i, Object.values(fields), indicator.isStable ? result : null)
        }
      },
    }
  }
  return described(inputNames, about, parameters, make, create, unit, fields)
}

function described<const P extends readonly Parameter[]>(
  inputs: Indicator['inputs'],
  about: string,
  parameters: P,
  make: (...values: Values<P>) => { getRequiredInputs(): number },
  create: (...values: Values<P>) => Kernel,
  unit: Indicator['unit'],
  fields: Fields,
): Indicator {
  const names = Object.keys(fields)
  return define({
    inputs,
    parameters,
    outputs: names.length === 0 ? ['value'] : names,
    unit,
    warmup: (...values) => make(...values).getRequiredInputs() - 1,
    create,
    about,
  })
}
