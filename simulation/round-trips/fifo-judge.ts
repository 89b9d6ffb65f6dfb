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
  /** Quote: those of the sale in base, at the price of their fills. */
  baseFees: bigint
  /** Of the sale, and of what it sold: by currency, and by minute where that has a price of its own. */
  readonly fees: Fees
  readonly boughtFees: Fees
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

  #feeName(currency: string, at: number): string {
    const isElsewhere = currency !== this.base && currency !== this.quote
    return isElsewhere ? `${currency} ${Math.floor(at / 60_000)}` : currency
  }

  #buy(held: Purchase[], { order, at, amount, price, fee }: JudgedFill): void {
    const known = held.find((purchase) => purchase.order === order)
    const purchase = known ?? { order, at, amount: 0n, cost: 0n, fees: new Map() }
    if (known === undefined) held.push(purchase)
    purchase.amount += units(amount)
    purchase.cost += product(amount, price)
    if (fee?.currency === this.base) purchase.amount -= units(fee.amount)
    else if (fee) charge(purchase.fees, this.#feeName(fee.currency, at), units(fee.amount))
  }

  #sell(held: Purchase[], fill: JudgedFill): void {
    const { order, stream, reason, at, amount, price, fee } = fill
    let sale = this.sales.find((one) => one.order === order)
    if (sale === undefined) {
      const number = this.sales.length + 1
      const opened = held[0]?.at ?? at
      const nothing = { amount: 0n, cost: 0n, proceeds: 0n, uncovered: 0n, baseFees: 0n }
      const fees = { fees: new Map(), boughtFees: new Map() }
      sale = { number, order, stream, reason, opened, closed: at, ...nothing, ...fees }
      this.sales.push(sale)
    }
    sale.closed = at
    sale.amount += units(amount)
    sale.proceeds += product(amount, price)
    let gone = units(amount)
    if (fee) charge(sale.fees, this.#feeName(fee.currency, at), units(fee.amount))
    if (fee?.currency === this.base) {
      gone += units(fee.amount)
      sale.baseFees += product(fee.amount, price)
    }
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
      charge(sale.boughtFees, currency, whole - left)
      oldest.fees.set(currency, left)
    }
    oldest.cost = cost
    oldest.amount = kept
    if (kept === 0n) held.shift()
    return taken
  }
}

/** Quote for one of a currency in a minute since 1970, in words; null where nobody knows it. */
export type JudgedPrice = (minute: number) => string | null

/** Units paid, and gained, after fees; null where nobody knows what was paid. */
export function judgedResult(sale: JudgedSale, price: JudgedPrice) {
  if (sale.uncovered > 0n || sale.cost === 0n) return null
  const paid = sale.cost + judgedFees(sale.boughtFees, price).value
  return { paid, gain: sale.proceeds - paid - judgedFees(sale.fees, price).value }
}

/** What fees come to in quote, those in base aside, and of each currency what has no price. */
export function judgedFees(fees: Fees, price: JudgedPrice) {
  const unknown: Fees = new Map()
  let value = 0n
  for (const [name, amount] of fees) {
    const [currency = '', minute] = name.split(' ')
    if (minute === undefined) {
      if (currency === 'USDT') value += amount
      continue
    }
    const each = price(Number(minute))
    if (each === null) charge(unknown, currency, amount)
    else value += (amount * units(each)) / UNIT
  }
  return { value, unknown }
}

/** By currency alone. */
export function byCurrency(...all: readonly Fees[]): Fees {
  const sums: Fees = new Map()
  for (const fees of all)
    for (const [name, amount] of fees) charge(sums, name.split(' ')[0] ?? '', amount)
  return sums
}

function charge(fees: Fees, currency: string, amount: bigint): void {
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
