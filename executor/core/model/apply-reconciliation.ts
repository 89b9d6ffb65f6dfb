// What a comparison with the exchange changes in the book: which markets take no entries, and where a re-base starts.
import type { Decimal } from '@keyside/protocol'
import type { FactOf } from './events.ts'
import type { Book, Position } from './state.ts'

/** An order that came back closes a market until the trader has looked; coins that are missing, until they are there. */
export function close(book: Book, market: string, why: 'drift' | 'reappeared'): Book {
  if (book.closed[market] === 'reappeared') return book
  return { ...book, closed: { ...book.closed, [market]: why } }
}

export function reopen(book: Book, market: string): Book {
  if (book.closed[market] !== 'drift') return book
  const { [market]: _, ...closed } = book.closed
  return { ...book, closed }
}

/** What failed for want of coins is tried at once with those that are there. */
export function applyMissing(book: Book, { positions }: FactOf<'missing'>): Book {
  const none = { times: 0, at: 0 }
  const changed = Object.entries(positions).flatMap(([key, missing]) => {
    const position = book.positions[key]
    if (position === undefined) return []
    return [[key, { ...position, missing, stops: 0, failed: { exit: none, stop: none } }] as const]
  })
  return { ...book, positions: { ...book.positions, ...Object.fromEntries(changed) } }
}

/** More names of stops and exits than may have been given after the backup was made: none is given twice. */
const NAMES_LOST = 1_000_000

/** Entries of every stream wait for its next head: what was signed since a backup was made is not in its journal. */
export function rebase(book: Book, amounts: Readonly<Record<string, Decimal>>): Book {
  const positions = Object.entries(book.positions).flatMap(([key, position]) => {
    const amount = amounts[key] ?? position.amount
    return amount === '0'
      ? []
      : [[key, { ...position, amount, missing: '0' }] as [string, Position]]
  })
  const streams = Object.entries(book.streams).map(
    ([name, stream]) => [name, { ...stream, gap: 'open' }] as const,
  )
  return {
    ...book,
    stops: book.stops + NAMES_LOST,
    exits: book.exits + NAMES_LOST,
    closed: {},
    positions: Object.fromEntries(positions),
    streams: Object.fromEntries(streams),
  }
}
