// How the indicators of the table are written down: parameters by position, checked once for all.
import { type Indicator, type Kernel, MAX_PERIOD, type Parameter } from './kernel.ts'

export type Values<P extends readonly Parameter[]> = { readonly [K in keyof P]: number }

/** As `Indicator`, its functions taking the parameters one by one, none missing. */
type Definition<P extends readonly Parameter[]> = Omit<
  Indicator,
  'parameters' | 'warmup' | 'create'
> & {
  readonly parameters: P
  readonly warmup: (...values: Values<P>) => number
  readonly create: (...values: Values<P>) => Kernel
}

export function define<const P extends readonly Parameter[]>(definition: Definition<P>): Indicator {
  const filled = (given: readonly number[]) => fill(definition.parameters, given) as Values<P>
  return {
    ...definition,
    warmup: (given) => definition.warmup(...filled(given)),
    create: (given) => definition.create(...filled(given)),
  }
}

/** A number of candles. */
export function period(default_?: number, name = 'period', least = 2): Parameter {
  const bounds = { name, whole: true, least, most: MAX_PERIOD }
  return default_ === undefined ? bounds : { ...bounds, default: default_ }
}

/** A number that need not be whole. */
export function factor(name: string, default_: number, least: number, most: number): Parameter {
  return { name, whole: false, least, most, default: default_ }
}

function fill(parameters: readonly Parameter[], given: readonly number[]): readonly number[] {
  if (given.length > parameters.length) throw new RangeError('more values than parameters')
  return parameters.map((parameter, i) => {
    const value = given[i] ?? parameter.default
    const { name, whole, least, most } = parameter
    if (value === undefined) throw new RangeError(`${name} is missing`)
    if (!(value >= least && value <= most) || (whole && !Number.isInteger(value)))
      throw new RangeError(`${name} is ${value}, not ${least} to ${most}`)
    return value
  })
}
