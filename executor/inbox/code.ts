// The code of the trader's authenticator, which an order above the policy's `code_above` needs besides the tap.
import type { ExecutorCode } from '../codes.ts'
import { wrongAt } from '../core/apply-approval.ts'
import type { Order } from '../core/state.ts'
import { record, type Turn } from '../core/turn.ts'

/** Six digits are a million codes: whoever guesses gets this many tries in an hour. */
export const WRONG_AN_HOUR = 5

/** A true code is used up by this, whatever becomes of the order. */
export function takeCode(
  turn: Turn,
  { clientOrderId }: Order,
  code: string | undefined,
): 'taken' | ExecutorCode {
  const { stepOfCode, now } = turn.world
  const { wrong, usedUpTo } = { ...turn.book.codes, wrong: wrongAt(turn.book.codes, now) }
  if (stepOfCode === 'unset') return 'approval_code_unset'
  if (code === undefined) return 'approval_code_needed'
  // Not even looked at: an answer would tell the guesser something.
  if (wrong.length >= WRONG_AN_HOUR) return 'approval_code_locked'
  const step = stepOfCode(code)
  if (step !== null && step <= usedUpTo) return 'approval_code_used'
  record(turn, { type: 'code', clientOrderId, step: step ?? 'wrong' })
  return step === null ? 'approval_code_wrong' : 'taken'
}
