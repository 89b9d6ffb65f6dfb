// What facts about getting out do to a position: leaving, raised stops, rungs, failures, and what is written off.
import type { FactOf } from './fact.ts'
import { isZero } from './money.ts'
import { type Book, type Failures, type Order, type Position, positionKey } from './state.ts'

/** Every exit has a name of its own. */
export function applyOrderedExit(book: Book, { kind }: Order): Book {
  return kind === 'exit' ? { ...book, exits: book.exits + 1 } : book
}

export function applyLeaving(book: Book, { position, why }: FactOf<'leaving'>): Book {
  return withPosition(book, position, () => ({ leaving: why }))
}

export function applyRaised(book: Book, { position, stop }: FactOf<'raised'>): Book {
  return withPosition(book, position, () => ({ stop, stops: 0 }))
}

export function applyWrittenOff(book: Book, { position }: FactOf<'written_off'>): Book {
  const { [position]: _, ...positions } = book.positions
  return { ...book, positions }
}

/** Every stop has a name of its own. */
export function applyIntended(book: Book, order: Order): Book {
  return order.kind === 'stop' ? { ...book, stops: book.stops + 1 } : book
}

export function applyUnprotected(book: Book, { position, at }: FactOf<'unprotected'>): Book {
  return withPosition(book, position, ({ failed }) => ({
    failed: { ...failed, stop: oneMore(failed.stop, at) },
  }))
}

/** A stop that stands ends the row of those that failed. */
export function applyStanding(book: Book, order: Order): Book {
  if (order.kind !== 'stop') return book
  return withPosition(book, positionKey(order), ({ failed, stops }) => ({
    stops: stops + 1,
    failed: { ...failed, stop: { ...failed.stop, times: 0 } },
  }))
}

/** An exit is over. Its rungs are done when it sold anything; until then it stands in the book, and no other is made. */
export function applyExitOver(book: Book, order: Order, at: number): Book {
  if (order.kind !== 'exit') return book
  const { state, filled, rung, signal } = order
  const nothing = isZero(filled)
  return withPosition(book, positionKey(order), ({ failed, taken, ...position }) => ({
    stops: 0,
    // A newer entry has brought a ladder of its own.
    taken: !nothing && rung !== undefined && signal === position.signal ? rung : taken,
    failed: {
      ...failed,
      exit:
        state === 'filled'
          ? { times: 0, at: 0 }
          : oneMore(nothing ? failed.exit : { times: 0, at }, at),
    },
  }))
}

/** A halt that sells is undone with the halt. */
export function applyTrading(book: Book, { state, positions, at }: FactOf<'trading'>): Book {
  const trading = { ...book, trading: state, tradingSince: at }
  if (state === 'halted')
    return { ...trading, onHalt: positions ?? (book.trading === 'halted' ? book.onHalt : 'keep') }
  const kept = Object.entries(book.positions).map(([key, position]) => [
    key,
    position.leaving === 'flatten' ? { ...position, leaving: null } : position,
  ])
  return { ...trading, onHalt: 'keep', positions: Object.fromEntries(kept) }
}

function oneMore({ times }: Failures, at: number): Failures {
  return { times: times + 1, at }
}

function withPosition(
  book: Book,
  key: string,
  change: (position: Position) => Partial<Position>,
): Book {
  const position = book.positions[key]
  if (position === undefined) return book
  const positions = { ...book.positions, [key]: { ...position, ...change(position) } }
  return { ...book, positions }
}
