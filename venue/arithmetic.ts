// The numbers a venue counts with: decimals, or whole numbers of a smallest unit.
import Big from 'big.js'

export type Rounding = 'down' | 'nearest' | 'up'

/** To and from decimal text. `parse` throws a RangeError for what it cannot hold exactly. */
interface Unit<N> {
  parse(text: string): N
  format(count: N): string
}

/** Amounts are in the base currency, prices in quote for one base, values in quote. */
export interface Arithmetic<N> {
  readonly zero: N
  readonly amount: Unit<N>
  readonly price: Unit<N>
  readonly value: Unit<N>
  add(a: N, b: N): N
  subtract(a: N, b: N): N
  /** Below, at or above zero, as `a` is to `b`. */
  compare(a: N, b: N): number
  /** The value of an amount at a price, exact. */
  multiply(price: N, amount: N): N
  /** Most whole steps of an amount that a value pays for at a price. */
  affordable(value: N, price: N, step: N): N
  /** Down to a multiple of `step`. */
  floor(count: N, step: N): N
  /** `rate` times a count, such as a fee of 0.001, rounded to the smallest unit. */
  share(count: N, rate: string, rounding: Rounding): N
}

const BIG_ROUNDING = { down: Big.roundDown, nearest: Big.roundHalfUp, up: Big.roundUp } as const

/** Exact decimals; shares are rounded to so many places. */
export function decimals(places = 8): Arithmetic<Big> {
  const unit: Unit<Big> = {
    parse: (text) => {
      if (!/^\d+(\.\d+)?$/.test(text)) throw new RangeError(`${text} is no decimal`)
      return new Big(text)
    },
    format: (count) => count.toFixed(),
  }
  const whole = (count: Big, step: Big) => count.div(step).round(0, Big.roundDown).times(step)
  return {
    zero: new Big(0),
    amount: unit,
    price: unit,
    value: unit,
    add: (a, b) => a.plus(b),
    subtract: (a, b) => a.minus(b),
    compare: (a, b) => a.cmp(b),
    multiply: (price, amount) => price.times(amount),
    affordable: (value, price, step) => whole(value.div(price), step),
    floor: (count, step) => count.minus(count.mod(step)),
    share: (count, rate, rounding) => count.times(rate).round(places, BIG_ROUNDING[rounding]),
  }
}

export interface Places {
  /** Of an amount: 8 counts it in 1e-8 of the base currency. */
  readonly amount: number
  readonly price: number
}

/** Whole numbers without a limit; values have as many places as an amount and a price together. */
export function wholeNumbers({ amount, price }: Places): Arithmetic<bigint> {
  return {
    zero: 0n,
    amount: wholeUnit(amount),
    price: wholeUnit(price),
    value: wholeUnit(amount + price),
    add: (a, b) => a + b,
    subtract: (a, b) => a - b,
    compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    multiply: (a, b) => a * b,
    affordable: (value, one, step) => value / one - ((value / one) % step),
    floor: (count, step) => count - (count % step),
    share: (count, rate, rounding) => {
      const places = rate.split('.')[1]?.length ?? 0
      const divisor = 10n ** BigInt(places)
      const product = count * wholeUnit(places).parse(rate)
      const extra = { down: 0n, nearest: divisor / 2n, up: divisor - 1n }[rounding]
      return (product + extra) / divisor
    },
  }
}

function wholeUnit(places: number): Unit<bigint> {
  return {
    parse: (text) => {
      const [whole = '', part = ''] = text.split('.')
      const digits = `${whole}${part.padEnd(places, '0')}`
      if (!/^\d+(\.\d+)?$/.test(text) || /[1-9]/.test(part.slice(places)))
        throw new RangeError(`${text} does not fit into ${places} places`)
      return BigInt(digits.slice(0, whole.length + places))
    },
    format: (count) => {
      const digits = String(count < 0n ? -count : count).padStart(places + 1, '0')
      const at = digits.length - places
      const part = digits.slice(at).replace(/0+$/, '')
      return `${count < 0n ? '-' : ''}${digits.slice(0, at)}${part === '' ? '' : `.${part}`}`
    },
  }
}
