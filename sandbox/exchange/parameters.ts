// The parameters of a request, read as strictly as the venue reads them.
import Big from 'big.js'
import { refuse } from './errors.ts'

export type ParameterRules = Readonly<Record<string, 'required' | 'optional'>>

const DECIMAL = /^([0-9]{1,20})(\.[0-9]{1,20})?$/
const WHOLE = /^[0-9]{1,20}$/
const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/
const SYMBOL = /^[A-Z0-9-_.]{1,20}$/
// Every asset of the sandbox has eight decimals.
const MAX_DECIMALS = 8

export class Parameters {
  readonly #values: ReadonlyMap<string, string>

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }

  /** Throws an ExchangeError if a name is sent twice. */
  static parse(text: string): Parameters {
    const values = new Map<string, string>()
    for (const [name, value] of new URLSearchParams(text)) {
      if (values.has(name)) throw refuse('duplicate_parameter')
      values.set(name, value)
    }
    return new Parameters(values)
  }

  /** Throws an ExchangeError if one is missing, empty, or not among the rules. */
  check(rules: ParameterRules): void {
    for (const [name, rule] of Object.entries(rules))
      if (rule === 'required' && !this.#values.get(name)) throw refuse('missing_parameter', name)
    for (const [name, value] of this.#values)
      if (value === '') throw refuse('empty_parameter', name)
    const sent = [...this.#values.keys()]
    const read = sent.filter((name) => Object.hasOwn(rules, name))
    if (read.length < sent.length)
      throw refuse('unread_parameters', String(read.length), String(sent.length))
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  text(name: string): string | undefined {
    return this.#values.get(name)
  }

  required(name: string): string {
    const value = this.#values.get(name)
    if (value === undefined || value === '') throw refuse('missing_parameter', name)
    return value
  }

  whole(name: string): number | undefined {
    const value = this.#matching(name, WHOLE)
    return value === undefined ? undefined : Number(value)
  }

  /** Of an order or a trade. */
  id(name: string): bigint | undefined {
    const value = this.#matching(name, WHOLE)
    return value === undefined ? undefined : BigInt(value)
  }

  clientOrderId(name: string): string | undefined {
    return this.#matching(name, CLIENT_ORDER_ID)
  }

  symbolId(name: string): string | undefined {
    return this.#matching(name, SYMBOL)
  }

  /** An amount above zero. */
  amount(name: string): Big | undefined {
    const value = this.#matching(name, DECIMAL)
    if (value === undefined) return undefined
    const places = value.split('.')[1] ?? ''
    if (places.length > MAX_DECIMALS) throw refuse('too_precise', name)
    const amount = new Big(value)
    if (amount.gt(0)) return amount
    throw refuse(name.toLowerCase().includes('price') ? 'zero_price' : 'zero_quantity')
  }

  #matching(name: string, legal: RegExp): string | undefined {
    const value = this.#values.get(name)
    if (value !== undefined && !legal.test(value))
      throw refuse('illegal_characters', name, legal.source)
    return value
  }
}
