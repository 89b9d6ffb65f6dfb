// Fill models: against an order book, at the best price, and at the worst price that an order allows.
import type { Arithmetic } from './arithmetic.ts'
import type { FillModel, FillMoment, Match } from './fill-model.ts'
import type { Market } from './market.ts'
import { isUnpriced, type Order, type Side } from './order.ts'

export interface Level<N> {
  readonly price: N
  readonly amount: N
}

/** Best levels first. */
export interface OrderBook<N> {
  /** Another one with every snapshot: what was taken from a book is back with the next. */
  readonly version: number
  readonly bids: readonly Level<N>[]
  readonly asks: readonly Level<N>[]
}

export interface BookSource<N> {
  price(market: Market<N>, now: number): N
  book(market: Market<N>, now: number): OrderBook<N>
}

/** Takers walk the book, and take what others have left of it. Resting orders fill at their own price. */
export class BookFills<N> implements FillModel<N> {
  readonly #math: Arithmetic<N>
  readonly #source: BookSource<N>
  /** By symbol: side and price of each level to what was taken of it. */
  readonly #taken = new Map<string, { version: number; levels: Map<string, N> }>()

  constructor(math: Arithmetic<N>, source: BookSource<N>) {
    this.#math = math
    this.#source = source
  }

  price(market: Market<N>, now: number): N {
    return this.#source.price(market, now)
  }

  reached(market: Market<N>, _direction: 'fall' | 'rise', now: number): N {
    return this.price(market, now)
  }

  matches(order: Order<N>, market: Market<N>, moment: FillMoment, now: number): Match<N>[] {
    const { side, price } = order.request
    const book = this.#source.book(market, now)
    const taken = this.#takenOf(market, book.version)
    return (side === 'buy' ? book.asks : book.bids)
      .filter((level) => isWithin(this.#math, order, level.price))
      .map((level) => ({
        price: moment === 'rests' ? (price ?? level.price) : level.price,
        amount: this.#math.subtract(
          level.amount,
          taken.get(this.#math.price.format(level.price)) ?? this.#math.zero,
        ),
        level: level.price,
      }))
      .filter(({ amount }) => this.#math.compare(amount, this.#math.zero) > 0)
  }

  onFill(market: Market<N>, match: Match<N>, amount: N): void {
    const taken = this.#taken.get(market.symbol)?.levels
    const key = this.#math.price.format(match.level ?? match.price)
    taken?.set(key, this.#math.add(taken.get(key) ?? this.#math.zero, amount))
  }

  #takenOf({ symbol }: Market<N>, version: number): Map<string, N> {
    const known = this.#taken.get(symbol)
    if (known?.version === version) return known.levels
    const levels = new Map<string, N>()
    this.#taken.set(symbol, { version, levels })
    return levels
  }
}

export interface Quotes<N> {
  /** What a seller gets. */
  bid(market: Market<N>, now: number): N
  /** What a buyer pays. */
  ask(market: Market<N>, now: number): N
}

/** Everything at the best price, whatever the amount; stops trigger by the bid (sales) and the ask (purchases). */
export class BestPriceFills<N> implements FillModel<N> {
  readonly #math: Arithmetic<N>
  readonly #quotes: Quotes<N>

  constructor(math: Arithmetic<N>, quotes: Quotes<N>) {
    this.#math = math
    this.#quotes = quotes
  }

  price(market: Market<N>, now: number): N {
    return this.#quotes.bid(market, now)
  }

  reached(market: Market<N>, direction: 'fall' | 'rise', now: number): N {
    return this.#best(market, direction === 'fall' ? 'sell' : 'buy', now)
  }

  matches(order: Order<N>, market: Market<N>, _moment: FillMoment, now: number): Match<N>[] {
    const price = this.#best(market, order.request.side, now)
    if (!isWithin(this.#math, order, price)) return []
    return [{ price, amount: this.#math.subtract(order.amount, order.filled) }]
  }

  #best(market: Market<N>, side: Side, now: number): N {
    return side === 'buy' ? this.#quotes.ask(market, now) : this.#quotes.bid(market, now)
  }
}

export interface WorstPriceOptions<N> {
  readonly quotes: Quotes<N>
  /** At the order's limit, or at the best price: which of them is worse is for the caller to try. */
  readonly fillsAt: () => 'limit' | 'best'
  /** True where prices do not leap: then the price has been at a trigger, and the stop could be filled there. */
  readonly isContinuous: (market: Market<N>) => boolean
}

/** As bad as the orders allow, and never worse: what an attacker on the other side of every trade can get. */
export class WorstPriceFills<N> extends BestPriceFills<N> {
  readonly #options: WorstPriceOptions<N>

  constructor(math: Arithmetic<N>, options: WorstPriceOptions<N>) {
    super(math, options.quotes)
    this.#options = options
  }

  override matches(
    order: Order<N>,
    market: Market<N>,
    moment: FillMoment,
    now: number,
  ): Match<N>[] {
    const { price } = order.request
    if (moment === 'triggers' && price !== undefined && this.#options.isContinuous(market))
      return [{ price, amount: order.amount }]
    const best = super.matches(order, market, moment, now)
    if (price === undefined || this.#options.fillsAt() === 'best') return best
    return best.map((match) => ({ ...match, price }))
  }
}

/** Whether an order takes this price. */
function isWithin<N>(math: Arithmetic<N>, { request }: Order<N>, price: N): boolean {
  if (isUnpriced(request.type) || request.price === undefined) return true
  const distance = math.compare(price, request.price)
  return request.side === 'buy' ? distance <= 0 : distance >= 0
}
