// The balances of one account, exact to the last digit.
import Big from 'big.js'

interface Purse {
  free: Big
  locked: Big
}

export class Wallet {
  readonly #purses = new Map<string, Purse>()

  constructor(balances: Readonly<Record<string, string>>) {
    for (const [asset, amount] of Object.entries(balances))
      this.#purse(asset).free = new Big(amount)
  }

  get assets(): string[] {
    return [...this.#purses.keys()].sort()
  }

  free(asset: string): Big {
    return this.#purse(asset).free
  }

  locked(asset: string): Big {
    return this.#purse(asset).locked
  }

  lock(asset: string, amount: Big): void {
    this.#move(asset, amount.times(-1), amount)
  }

  unlock(asset: string, amount: Big): void {
    this.#move(asset, amount, amount.times(-1))
  }

  spendLocked(asset: string, amount: Big): void {
    this.#move(asset, new Big(0), amount.times(-1))
  }

  receive(asset: string, amount: Big): void {
    this.#move(asset, amount, new Big(0))
  }

  #move(asset: string, free: Big, locked: Big): void {
    const purse = this.#purse(asset)
    const next = { free: purse.free.plus(free), locked: purse.locked.plus(locked) }
    if (next.free.lt(0) || next.locked.lt(0))
      throw new RangeError(`${asset}: a balance would become negative`)
    Object.assign(purse, next)
  }

  #purse(asset: string): Purse {
    const known = this.#purses.get(asset)
    if (known !== undefined) return known
    const purse = { free: new Big(0), locked: new Big(0) }
    this.#purses.set(asset, purse)
    return purse
  }
}
