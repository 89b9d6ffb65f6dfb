// Asks the running executor whether it follows the policy that was just accepted.
import { executorAt, followedPolicy } from '@keyside/executor'
import type { Clock } from '@keyside/runtime'
import { ANSWER_TIMEOUT_MS, pollUntil } from './halt-executor.ts'

/** One line for the person who accepted the policy with this hash. */
export async function inForceLine(home: string, hash: string, clock: Clock): Promise<string> {
  const found = executorAt(home)
  if (found.executor === 'none')
    return 'Accepted. It is in force now: no executor runs, and the next one follows it.'
  const { session, pid } = found.note
  const follows = () => {
    const note = followedPolicy(home)
    return note?.session === session && note.hash === hash ? 'yes' : null
  }
  return (await pollUntil(follows, ANSWER_TIMEOUT_MS, clock)) === null
    ? `Accepted, and not yet in force: the executor (process ${pid}) has not taken it within ${ANSWER_TIMEOUT_MS / 1_000} s. It does as soon as it can; "keyside halt" ends one that hangs.`
    : `Accepted. It is in force now: the executor (process ${pid}) follows it.`
}
