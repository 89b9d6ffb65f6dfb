// Halts one home from outside: requests it by a file, waits, and kills an executor that does not answer.
import {
  askForHalt,
  type ExecutorNote,
  executorAt,
  type HaltAnswer,
  haltFile,
  markOf,
  readAnswer,
} from '@keyside/executor'
import { type Clock, fileRefused } from '@keyside/runtime'

/** How long the executor has to answer, ms: one that hangs may be about to send an order. */
export const ANSWER_TIMEOUT_MS = 3_000
/** An executor without a note still reads the file once a second, ms. */
const NO_NOTE_TIMEOUT_MS = 1_500
const POLL_MS = 50
const MAX_STARTS = 2
/** How long the system takes to end a process that was killed, ms. */
const EXIT_TIMEOUT_MS = 2_000

export type Outcome =
  | { readonly outcome: 'halted'; readonly note: ExecutorNote | null; readonly answer: HaltAnswer }
  /** It did not answer, and was killed: the request stays on file. */
  | { readonly outcome: 'ended'; readonly note: ExecutorNote }
  /** It did not answer, and cannot be ended from here. */
  | { readonly outcome: 'no_answer'; readonly note: ExecutorNote }
  /** The request stays on file. */
  | { readonly outcome: 'not_running' }
  /** The request could not be written, such as on a full disk. */
  | { readonly outcome: 'not_asked'; readonly why: string }

export async function haltExecutor(
  home: string,
  { positions, id, clock }: { positions: 'keep' | 'sell'; id: string; clock: Clock },
): Promise<Outcome> {
  let text: string
  try {
    text = askForHalt(home, { positions, id, now: clock.now() })
  } catch (error) {
    const refused = fileRefused(error)
    if (refused === null) throw error
    return { outcome: 'not_asked', why: refused.message }
  }
  return awaitAnswer(home, text, { clock, starts: MAX_STARTS })
}

/** An executor that started meanwhile gets its own three seconds, at most twice. */
async function awaitAnswer(
  home: string,
  text: string,
  { clock, starts }: { clock: Clock; starts: number },
): Promise<Outcome> {
  const before = executorAt(home)
  const timeoutMs = before.executor === 'none' ? NO_NOTE_TIMEOUT_MS : ANSWER_TIMEOUT_MS
  const answer = await pollUntil(() => readAnswer(haltFile(home), text), timeoutMs, clock)
  const found = executorAt(home)
  const note = found.executor === 'none' ? null : found.note
  if (answer !== null) return { outcome: 'halted', note, answer }
  if (note === null) return { outcome: 'not_running' }
  const isNew = before.executor === 'none' || before.note.session !== note.session
  if (isNew && starts > 0) return awaitAnswer(home, text, { clock, starts: starts - 1 })
  if (found.executor === 'elsewhere' || !(await kill(note, clock)))
    return { outcome: 'no_answer', note }
  return { outcome: 'ended', note }
}

/** False if this user may not end it, or it cannot be identified for certain. */
async function kill({ pid, born }: ExecutorNote, clock: Clock): Promise<boolean> {
  const isGone = () => {
    const mark = markOf(pid)
    return mark === null || (mark !== 'unknown' && mark.born !== born)
  }
  if (born === null) return false
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return isGone()
  }
  return (await pollUntil(() => (isGone() ? 'gone' : null), EXIT_TIMEOUT_MS, clock)) !== null
}

/** Null when it did not come within `ms`. */
export async function pollUntil<T>(
  look: () => T | null,
  ms: number,
  clock: Clock,
): Promise<T | null> {
  for (const deadline = clock.now() + ms; ; ) {
    const seen = look()
    if (seen !== null || clock.now() >= deadline) return seen
    await new Promise<void>((done) => void clock.after(POLL_MS, done))
  }
}
