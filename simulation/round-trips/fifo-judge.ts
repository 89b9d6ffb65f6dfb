// Results reckoned from an exchange's fills alone: first in, first out, in whole units of the last decimal place.

const PLACES = 12
export const UNIT = 10n ** BigInt(PLACES)

/** Fill of one market; `fee` in whatever the exchange took it. */
export interface JudgedFill {
  readonly order: string
  readonly stream: string
  readonly side: 'buy' | 'sell'
  /** Why it was sold. */
  readonly reason: string
  /** Unix ms. */
  readonly at: number
  readonly amount: string
  readonly price: string
  readonly fee?: { readonly currency: string; readonly amount: string }
}

type Fees = Map<string, bigint>

interface Purchase {
  readonly order: string
  readonly at: number
  amount: bigint
  cost: bigint
  readonly fees: Fees
}

/** All in units. */
export interface JudgedSale {
  readonly number: number
  readonly order: string
  readonly stream: string
  readonly reason: string
  readonly opened: number
  closed: number
  amount: bigint
  cost: bigint
  proceeds: bigint
  /** Sold, or taken as a fee, of which nobody bought anything. */
  uncovered: bigint
  /** Of the sale, and of what it sold. */
  readonly fees: Fees
  /** Of them: in quote, of the purchases. */
  bought: bigint
}

export class FifoJudge {
  readonly sales: JudgedSale[] = []
  readonly #held = new Map<string, Purchase[]>()

  readonly base: string
  readonly quote: string

  constructor(base: string, quote: string) {
    this.base = base
    this.quote = quote
  }

  take(fill: JudgedFill): void {
    const held = this.#held.get(fill.stream) ?? []
    this.#held.set(fill.stream, held)
    if (fill.side === 'buy') this.#buy(held, fill)
    else this.#sell(held, fill)
  }

  /** Base that a stream holds, in units. */
  holds(stream: string): bigint {
    return (this.#held.get(stream) ?? []).reduce((sum, { amount }) => sum + amount, 0n)
  }

  /** What cannot be sold is no longer the stream's. */
  leave(stream: string): void {
    this.#held.delete(stream)
  }

  #buy(held: Purchase[], { order, at, amount, price, fee }: JudgedFill): void {
    const known = held.find((purchase) => purchase.order === order)
    const purchase = known ?? { order, at, amount: 0n, cost: 0n, fees: new Map() }
    if (known === undefined) held.push(purchase)
    purchase.amount += units(amount)
    purchase.cost += product(amount, price)
    if (fee?.currency === this.base) purchase.amount -= units(fee.amount)
    else if (fee) charge(purchase.fees, fee.currency, units(fee.amount))
  }

  #sell(held: Purchase[], fill: JudgedFill): void {
    const { order, stream, reason, at, amount, price, fee } = fill
    let sale = this.sales.find((one) => one.order === order)
    if (sale === undefined) {
      const number = this.sales.length + 1
      const opened = held[0]?.at ?? at
      const nothing = { amount: 0n, cost: 0n, proceeds: 0n, uncovered: 0n, bought: 0n }
      sale = { number, order, stream, reason, opened, closed: at, ...nothing, fees: new Map() }
      this.sales.push(sale)
    }
    sale.closed = at
    sale.amount += units(amount)
    sale.proceeds += product(amount, price)
    let gone = units(amount)
    if (fee) charge(sale.fees, fee.currency, units(fee.amount))
    if (fee?.currency === this.base) gone += units(fee.amount)
    while (gone > 0n && held[0] !== undefined) gone -= this.#takeFrom(held, held[0], gone, sale)
    sale.uncovered += gone
  }

  /** What stays keeps its share of cost and fees, rounded up: the sale bears the rest. */
  #takeFrom(held: Purchase[], oldest: Purchase, wanted: bigint, sale: JudgedSale): bigint {
    const taken = wanted < oldest.amount ? wanted : oldest.amount
    const kept = oldest.amount - taken
    const keptOf = (whole: bigint) => (whole * kept + oldest.amount - 1n) / oldest.amount
    const cost = keptOf(oldest.cost)
    sale.cost += oldest.cost - cost
    for (const [currency, whole] of oldest.fees) {
      const left = keptOf(whole)
      charge(sale.fees, currency, whole - left)
      if (currency === this.quote) sale.bought += whole - left
      oldest.fees.set(currency, left)
    }
    oldest.cost = cost
    oldest.amount = kept
    if (kept === 0n) held.shift()
    return taken
  }
}

/** Units paid, and gained, after fees in quote; null where nobody knows what was paid. */
export function judgedResult(sale: JudgedSale, quote: string) {
  if (sale.uncovered > 0n || sale.cost === 0n) return null
  const paid = sale.cost + sale.bought
  return { paid, gain: sale.proceeds - paid - ((sale.fees.get(quote) ?? 0n) - sale.bought) }
}

export function charge(fees: Fees, currency: string, amount: bigint): void {
  fees.set(currency, (fees.get(currency) ?? 0n) + amount)
}

export function units(text: string): bigint {
  const negative = text.startsWith('-')
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const count = BigInt(whole) * UNIT + BigInt(fraction.padEnd(PLACES, '0'))
  return negative ? -count : count
}

/** Cut, as a wire decimal is. */
export function product(a: string, b: string): bigint {
  return (units(a) * units(b)) / UNIT
}
