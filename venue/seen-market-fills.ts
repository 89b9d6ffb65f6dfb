// A fill model for a market that is only watched: its book and its trades are real, and our orders are not in them.
import type { Arithmetic } from './arithmetic.ts'
import type { FillMoment, Match } from './fill-model.ts'
import { BookFills, type Level, type OrderBook } from './fill-models.ts'
import type { Market } from './market.ts'
import type { Order, Side } from './order.ts'

export interface Print<N> extends Level<N> {
  /** Unix ms of the venue. */
  readonly at: number
}

/** What was seen of a market at once. */
export interface MarketSnapshot<N> {
  /** Null where only trades are known, such as of a time in which nobody looked. */
  readonly book: { readonly bids: readonly Level<N>[]; readonly asks: readonly Level<N>[] } | null
  /** What others traded since the snapshot before, oldest first. */
  readonly traded: readonly Print<N>[]
  /** Best prices of a moment before the book: what they reached is reached. */
  readonly quoted?: { readonly bid: N; readonly ask: N } | undefined
}

interface Kept<N> {
  readonly book: OrderBook<N>
  readonly source: 'book' | 'trades'
  readonly traded: { readonly price: N; readonly at: number; left: N }[]
  readonly quoted: MarketSnapshot<N>['quoted']
  /** By side and price: what the book showed there, and how much of it is ours now. */
  readonly taken: Map<string, { readonly shown: N; readonly amount: N }>
}

/**
 * Takers walk the book that was seen. What they take of a level is gone until the level shows another amount. A resting
 * order fills at its own price: by what was traded beyond that price since it rests, as much as was traded there, and by
 * offers of the other side that reach it. A trade at its very price may have been with somebody who stood before it.
 * Stops look at the best bid or ask.
 */
export class SeenMarketFills<N> extends BookFills<N> {
  readonly #math: Arithmetic<N>
  readonly #kept: Map<string, Kept<N>>
  readonly #printOf = new WeakMap<Match<N>, { left: N }>()
  readonly #sideOf = new WeakMap<Match<N>, Side>()
  #version = 0

  constructor(math: Arithmetic<N>) {
    const kept = new Map<string, Kept<N>>()
    super(math, {
      price: ({ symbol }) => keptOf(kept, symbol).book.bids[0]?.price ?? math.zero,
      book: ({ symbol }) => keptOf(kept, symbol).book,
    })
    this.#math = math
    this.#kept = kept
  }

  knows(symbol: string): boolean {
    return this.#kept.has(symbol)
  }

  /** Only what is seen now counts: call `advance` of the venue before the next. */
  see(symbol: string, { book, traded, quoted }: MarketSnapshot<N>): void {
    this.#version += 1
    const last = traded.at(-1)
    // Where there was no book, the last trade stands for one of its size.
    const sides = book ?? { bids: last ? [last] : [], asks: last ? [last] : [] }
    const taken = new Map<string, { shown: N; amount: N }>()
    const left = (side: Side, levels: readonly Level<N>[]) =>
      levels.map((level) => this.#without(symbol, side, level, taken))
    this.#kept.set(symbol, {
      book: {
        version: this.#version,
        bids: left('sell', sides.bids),
        asks: left('buy', sides.asks),
      },
      source: book === null ? 'trades' : 'book',
      traded: traded.map(({ price, amount, at }) => ({ price, at, left: amount })),
      quoted,
      taken,
    })
  }

  /** A level that shows the same amount as when we took of it is the same offers. */
  #without(symbol: string, side: Side, level: Level<N>, taken: Kept<N>['taken']): Level<N> {
    const { compare, subtract } = this.#math
    const key = this.#keyOf(side, level.price)
    const before = this.#kept.get(symbol)?.taken.get(key)
    const isSame = before !== undefined && compare(before.shown, level.amount) === 0
    const amount = isSame ? before.amount : this.#math.zero
    taken.set(key, { shown: level.amount, amount })
    return { price: level.price, amount: subtract(level.amount, amount) }
  }

  #keyOf(side: Side, price: N): string {
    return `${side} ${this.#math.price.format(price)}`
  }

  /** The trades have done what they could: what is asked later is asked of the book alone. */
  forgetTrades(symbol: string): void {
    this.#kept.get(symbol)?.traded.splice(0)
  }

  /** Nothing triggers on a side that nobody offers. */
  override reached(market: Market<N>, direction: 'fall' | 'rise', _now: number): N {
    const { book, quoted } = keptOf(this.#kept, market.symbol)
    const isFall = direction === 'fall'
    const prices = isFall ? [book.bids[0]?.price, quoted?.bid] : [book.asks[0]?.price, quoted?.ask]
    const none = isFall ? this.#math.price.parse(FAR) : this.#math.zero
    return prices.reduce<N>((far, price) => {
      if (price === undefined) return far
      const distance = this.#math.compare(price, far)
      return (isFall ? distance < 0 : distance > 0) ? price : far
    }, none)
  }

  override matches(
    order: Order<N>,
    market: Market<N>,
    moment: FillMoment,
    now: number,
  ): Match<N>[] {
    const { source } = keptOf(this.#kept, market.symbol)
    const isOffered = moment !== 'rests' || source === 'book'
    const offered = isOffered ? super.matches(order, market, moment, now) : []
    for (const match of offered) this.#sideOf.set(match, order.request.side)
    return moment === 'rests' ? [...this.#throughTrades(order, market), ...offered] : offered
  }

  override onFill(market: Market<N>, match: Match<N>, amount: N): void {
    const print = this.#printOf.get(match)
    if (print !== undefined) {
      print.left = this.#math.subtract(print.left, amount)
      return
    }
    super.onFill(market, match, amount)
    const { taken } = keptOf(this.#kept, market.symbol)
    const key = this.#keyOf(this.#sideOf.get(match) ?? 'buy', match.level ?? match.price)
    const before = taken.get(key)
    if (before !== undefined)
      taken.set(key, { ...before, amount: this.#math.add(before.amount, amount) })
  }

  #throughTrades(order: Order<N>, { symbol }: Market<N>): Match<N>[] {
    const { side, price } = order.request
    if (price === undefined) return []
    const { compare, zero } = this.#math
    return keptOf(this.#kept, symbol)
      .traded.filter((print) => {
        const distance = compare(print.price, price)
        const isThrough = side === 'buy' ? distance < 0 : distance > 0
        return isThrough && compare(print.left, zero) > 0 && print.at > (order.workingAt ?? 0)
      })
      .map((print) => {
        const match = { price, amount: print.left }
        this.#printOf.set(match, print)
        return match
      })
  }
}

/** Above every price. */
const FAR = '1000000000000'

function keptOf<N>(kept: ReadonlyMap<string, Kept<N>>, symbol: string): Kept<N> {
  const found = kept.get(symbol)
  if (found === undefined) throw new RangeError(`${symbol} was never seen`)
  return found
}
