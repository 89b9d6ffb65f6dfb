// What a running executor does for its journal: notes a recent event every minute, and clears out old reports.
import type { Cancel, Clock, Logger } from '@keyside/runtime'
import type { Journal } from './journal.ts'
import { writeMark } from './mark.ts'

const MARK_MS = 60_000
const DAY_MS = 86_400_000

export interface UpkeepOptions {
  readonly path: string
  readonly journal: Journal
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
}

/** Its end writes the last mark: call it before the journal is closed. */
export function keepUp({ path, journal, clock, log }: UpkeepOptions): Cancel {
  let marked = -1
  const mark = () => {
    const { seq } = journal.last()
    if (seq === marked) return
    writeMark(path, journal)
    marked = seq
  }
  const quietly = (work: () => void) => () => {
    try {
      work()
    } catch (error) {
      log.warn({ err: error }, 'the journal was not kept up')
    }
  }
  const prune = () => journal.prune(clock.now())
  quietly(mark)()
  quietly(prune)()
  const cancels = [clock.every(MARK_MS, quietly(mark)), clock.every(DAY_MS, quietly(prune))]
  return () => {
    for (const cancel of cancels) cancel()
    quietly(mark)()
  }
}
