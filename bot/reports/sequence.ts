// Which report is next: none twice, and none skipped while the device can still send it again.

/** How often the reports of one gap are asked for before they are given up. */
const ASKS = 3

export type Place = 'next' | 'seen' | 'gap' | 'after_lost'

/** `asks`: how often the report after `last` was requested without an answer. */
export function placeOf(seq: number, last: number, asks: number): Place {
  if (seq <= last) return 'seen'
  if (seq === last + 1) return 'next'
  return asks >= ASKS ? 'after_lost' : 'gap'
}

/** Remembers what is missing and how often it was asked for. */
export class Gap {
  #highest = 0
  #asks = 0
  #seenAt = -1

  get asks(): number {
    return this.#asks
  }

  /** Notes that the device has reports up to `seq`. True when this shows a new gap. */
  notice(seq: number, last: number): boolean {
    const first = this.#highest <= last && seq > last
    this.#highest = Math.max(this.#highest, seq)
    return first
  }

  /** The numbering was reset. */
  restart(): void {
    this.#highest = 0
    this.#asks = 0
  }

  progress(): void {
    this.#asks = 0
  }

  /** Call every few seconds: true when nothing came since the last call and the gap must be requested again. */
  isStuck(last: number): boolean {
    const moved = last !== this.#seenAt
    this.#seenAt = last
    if (moved || this.#highest <= last) return false
    this.#asks += 1
    return true
  }
}
