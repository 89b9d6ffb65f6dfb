// What a dialect adds to the sandbox exchange: how it is spoken to, and what it tells by itself.
import type { IncomingMessage } from 'node:http'
import type { Clock, RandomBytes } from '@keyside/runtime'
import type { WebSocket } from 'ws'
import type { Market } from '../market/market.ts'
import type { AcceptedOrder } from './accept-log.ts'
import type { AccountSetup } from './account.ts'
import type { Book } from './book.ts'
import type { VenueApi } from './http.ts'
import type { LimitSetup } from './limits.ts'
import type { Listings } from './listings.ts'
import type { FirstNumbers } from './trading.ts'

export interface VenueParts {
  readonly market: Market
  readonly book: Book
  readonly listings: Listings
  readonly accounts: readonly AccountSetup[]
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** By how much the exchange's own time is off, ms. */
  readonly skewMs: () => number
  readonly limits?: Partial<LimitSetup> | undefined
  readonly first?: FirstNumbers | undefined
}

export interface OpenedVenue {
  readonly api: VenueApi
  /** Every order that was accepted so far, oldest first, with what became of it. */
  acceptLog(): AcceptedOrder[]
  /** Time has passed. */
  advance(): void
  /** The market has moved from one tick to another. */
  tick(from: number, to: number): void
  accept(socket: WebSocket, request: IncomingMessage): void
}

export interface VenueDialect {
  /** Method and path of a new order: most faults befall it. */
  readonly newOrder: string
  open(parts: VenueParts): OpenedVenue
}
