// What approvals leave in the book: plans that were replaced, codes that are used up, codes that were wrong.
import type { Book, Codes, Plan } from './state.ts'

const HOUR_MS = 3_600_000
const ENDED_KEPT = 64

type Ended = Book['ended']

export function withEnded(ended: Ended, one: Ended[number]): Ended {
  return [...ended, one].slice(-ENDED_KEPT)
}

/** An answer to a plan that was asked about and is no more has to be told from one to an order that never was. */
export function withReplaced(
  book: Book,
  { clientOrderId, plan }: { clientOrderId: string; plan: Plan },
): Book {
  const before = book.orders[clientOrderId]
  if (before === undefined || before.plan === null || before.approval.asks === 0) return book
  if (before.plan.id === plan.id) return book
  return { ...book, ended: withEnded(book.ended, { id: before.plan.id, state: 'replaced' }) }
}

/** A clock that is set back makes no used code new. */
export function withCode(codes: Codes, fact: { step: number | 'wrong'; at: number }): Codes {
  const { step, at } = fact
  if (step !== 'wrong') return { ...codes, usedUpTo: Math.max(codes.usedUpTo, step) }
  return { ...codes, wrong: [...wrongAt(codes, at), at] }
}

/** The wrong ones that still count. */
export function wrongAt({ wrong }: Codes, now: number): readonly number[] {
  return wrong.filter((at) => now - at < HOUR_MS)
}
