// The balances of one account, exact to the last digit.
import type { Arithmetic } from './arithmetic.ts'

export interface Balance<N> {
  readonly free: N
  /** Held back for open orders. */
  readonly held: N
}

export class Wallet<N> {
  readonly #math: Arithmetic<N>
  readonly #balances = new Map<string, Balance<N>>()

  constructor(math: Arithmetic<N>) {
    this.#math = math
  }

  get currencies(): string[] {
    return [...this.#balances.keys()].sort()
  }

  balance(currency: string): Balance<N> {
    return this.#balances.get(currency) ?? { free: this.#math.zero, held: this.#math.zero }
  }

  free(currency: string): N {
    return this.balance(currency).free
  }

  held(currency: string): N {
    return this.balance(currency).held
  }

  total(currency: string): N {
    const { free, held } = this.balance(currency)
    return this.#math.add(free, held)
  }

  /** Each of these throws a RangeError rather than let a balance become negative. */
  deposit(currency: string, amount: N): void {
    const { free, held } = this.balance(currency)
    this.#set(currency, this.#math.add(free, amount), held)
  }

  withdraw(currency: string, amount: N): void {
    const { free, held } = this.balance(currency)
    this.#set(currency, this.#math.subtract(free, amount), held)
  }

  hold(currency: string, amount: N): void {
    const { free, held } = this.balance(currency)
    this.#set(currency, this.#math.subtract(free, amount), this.#math.add(held, amount))
  }

  release(currency: string, amount: N): void {
    const { free, held } = this.balance(currency)
    this.#set(currency, this.#math.add(free, amount), this.#math.subtract(held, amount))
  }

  spendHeld(currency: string, amount: N): void {
    const { free, held } = this.balance(currency)
    this.#set(currency, free, this.#math.subtract(held, amount))
  }

  #set(currency: string, free: N, held: N): void {
    const { compare, zero } = this.#math
    if (compare(free, zero) < 0 || compare(held, zero) < 0)
      throw new RangeError(`${currency}: a balance would become negative`)
    this.#balances.set(currency, { free, held })
  }
}
