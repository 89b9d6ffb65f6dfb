// What an order gets from the market: the one thing in which a sandbox, a backtest and an attacker's venue differ.
import type { Market } from './market.ts'
import type { Order } from './order.ts'

/** `arrives`: it came just now. `triggers`: a stop that begins to work. `rests`: time has passed. */
export type FillMoment = 'arrives' | 'triggers' | 'rests'

export interface Match<N> {
  readonly price: N
  readonly amount: N
  /** The level of the book it is taken from, where that has another price. */
  readonly level?: N
}

/** Asked with rising times, Unix ms. No model looks at a clock; one that needs chance gets it when it is made. */
export interface FillModel<N> {
  /** Of the newest trade: filters are held against it. */
  price(market: Market<N>, now: number): N
  /** As far as the price has gone in that direction: it triggers what waits there. */
  reached(market: Market<N>, direction: 'fall' | 'rise', now: number): N
  /** What the order gets now, best first; none beyond its limit. More than it wants is cut off. */
  matches(order: Order<N>, market: Market<N>, moment: FillMoment, now: number): readonly Match<N>[]
  /** So much was taken of a match that `matches` gave last. */
  onFill?(market: Market<N>, match: Match<N>, amount: N): void
}
