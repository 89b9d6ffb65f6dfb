// Whether each market is traded: halted for a while, or taken off the list for good.

export const LISTING_STATUSES = ['TRADING', 'BREAK', 'GONE'] as const

/** In the venue's words, but for GONE, of which it says nothing any more. */
export type ListingStatus = (typeof LISTING_STATUSES)[number]

export class Listings {
  /** By unified symbol. */
  readonly #statuses = new Map<string, ListingStatus>()

  of(symbol: string): ListingStatus {
    return this.#statuses.get(symbol) ?? 'TRADING'
  }

  /** Not taken off. */
  has(symbol: string): boolean {
    return this.of(symbol) !== 'GONE'
  }

  isTraded(symbol: string): boolean {
    return this.of(symbol) === 'TRADING'
  }

  set(symbol: string, status: ListingStatus): void {
    this.#statuses.set(symbol, status)
  }
}
