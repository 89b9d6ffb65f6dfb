// What becomes of one request between a client and the venue. The API in front of the venue carries it out; the venue only
// knows the effects.
import type { OrderEffects } from './order.ts'

export interface VenueRequest {
  readonly kind: 'order' | 'cancel' | 'query'
  /** What it is about, in the face's own words: a route, or a name. */
  readonly about: string
}

/** `A` is what the API can answer in place of the truth. */
export interface RequestFate<A> {
  /** For logs; empty where nothing goes wrong. */
  readonly name: string
  /** When the venue gets it, ms after sending; null: it is lost on the way. */
  readonly arrivesAfter: number | null
  /** When the client hears of it, ms after sending; null: never. */
  readonly answersAfter: number | null
  /** Null: what the venue said. */
  readonly answer: A | null
  readonly effects: OrderEffects
}

/** Decides by its own state, its seed or what was armed; `now` is Unix ms. Takes each request once. */
export interface FaultSchedule<A> {
  fate(request: VenueRequest, now: number): RequestFate<A>
}

/** Nothing goes wrong. */
export const NO_FAULT: RequestFate<never> = {
  name: '',
  arrivesAfter: 0,
  answersAfter: 0,
  answer: null,
  effects: {},
}
