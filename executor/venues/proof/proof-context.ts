// What the steps of a proof work with, and what they find.

import type { ExchangeOrder, Lookup, MarketRules, OrderRequest } from '../../core/model/exchange.ts'
import type { Dialect, VenueMarket } from '../adapter/dialect.ts'
import type { RestClient } from '../adapter/rest-client.ts'
import type { Exchange } from '../port.ts'
import type { ClaimName } from './claims.ts'
import type { ProofOrders } from './proof-orders.ts'
import type { Sizes } from './sizes.ts'

/** ms */
export interface Waits {
  /** How long a request that was sent may still be taken. */
  readonly acceptance: number
  /** How long an order that was taken may be missing in every answer. */
  readonly viewLag: number
  /** How far back the request is stamped that is to be refused. */
  readonly late: number
  /** For the price to reach a stop that is close to it. */
  readonly trigger: number
}

export interface ProofContext {
  readonly exchange: Exchange
  readonly dialect: Dialect
  readonly market: VenueMarket
  readonly rules: MarketRules
  readonly orders: ProofOrders
  /** Asks without the adapter's own caution. */
  readonly plain: RestClient
  /** The same, with a clock that stands back. */
  readonly late: RestClient
  readonly waits: Waits
  /** By the quote of now; throws where there is none. */
  sizes(): Promise<Sizes>
  readonly pass: (ms: number) => Promise<void>
  readonly now: () => number
  /** Asks the person before the screen. */
  readonly confirm: (question: string) => Promise<boolean>
}

export interface Finding {
  readonly outcome: 'proved' | 'failed'
  readonly seen: string
}

type Note = (claim: ClaimName, isSo: boolean, seen: string) => void

export interface Step {
  /** What is done, for the person who pays for it. */
  readonly does: string
  /** Each is proved only where all its steps have shown it. */
  readonly claims: readonly ClaimName[]
  /** How many times what a purchase and its sale cost. */
  readonly roundTrips: 0 | 1
  run(context: ProofContext, note: Note): Promise<void>
}

const AGAIN_MS = 100

/** Looked for until it is as asked, or the time is up within which the venue has to show it; and how long that took, ms. */
export async function seen(
  { exchange, waits, now, pass }: ProofContext,
  { market, clientOrderId }: OrderRequest,
  isMeant: (order: ExchangeOrder) => boolean = () => true,
): Promise<{ readonly ms: number; readonly order: ExchangeOrder | null; readonly last: Lookup }> {
  const begun = now()
  for (;;) {
    const last = await exchange.find(market, clientOrderId)
    const ms = now() - begun
    const order = last.outcome === 'found' && isMeant(last.order) ? last.order : null
    if (order !== null || ms > waits.viewLag + AGAIN_MS) return { ms, order, last }
    await pass(AGAIN_MS)
  }
}

/** Asked for again until the venue says what came of it, or has had its time; in a word, or in a sentence. */
export async function canceled(
  { exchange, waits, now, pass }: ProofContext,
  { market, clientOrderId, type }: OrderRequest,
): Promise<string> {
  const kind = type === 'stop_limit' ? 'stop' : 'order'
  const begun = now()
  for (;;) {
    const answer = await exchange.cancel(market, clientOrderId, kind)
    if (answer.ok) return answer.value
    if (now() - begun > waits.viewLag) return answer.message
    await pass(AGAIN_MS)
  }
}

export function wordsOf(lookup: Lookup): string {
  if (lookup.outcome !== 'found') return lookup.outcome
  const { status, filled, clientOrderId } = lookup.order
  return `${clientOrderId} ${status}, ${filled} filled`
}
