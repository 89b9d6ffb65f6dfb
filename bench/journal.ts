// How long a start reads a journal of so many events: from the snapshot on, and all of it.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apply } from '../executor/core/model/apply.ts'
import type { JournalEvent } from '../executor/core/model/events.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from '../executor/core/model/state.ts'
import { Journal } from '../executor/journal/journal.ts'
import { bought, sold } from './position-events.ts'
import type { BenchOptions, Result } from './result.ts'
import { round } from './spread.ts'

/** Held all the time: what a snapshot has to carry. */
const HELD = 50
/** Positions that are opened and closed in one commit. */
const AT_ONCE = 20

/** `signals`: events. */
export async function journal({ signals: wanted, note }: BenchOptions): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-bench-'))
  const path = join(folder, 'journal.db')
  try {
    const events = write(path, wanted, note)
    const fromSnapshot = open(path)
    const whole = open(path, (opened) => opened.database().exec('DELETE FROM snapshots'))
    const mebibytes = round(statSync(path).size / 2 ** 20)
    const json = { name: 'journal', events, mebibytes, fromSnapshot, whole }
    const text = [
      `a journal of ${events} events, ${mebibytes} MiB, opened and folded, s (CPU s)`,
      `  from the snapshot: ${fromSnapshot.s} (${fromSnapshot.cpu})`,
      `  all of it:         ${whole.s} (${whole.cpu})`,
    ].join('\n')
    return { json, text }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function write(path: string, wanted: number, note: (line: string) => void): number {
  const journal = new Journal(path)
  journal.database().exec('PRAGMA synchronous = OFF')
  let portfolio = EMPTY_PORTFOLIO
  const append = (events: readonly JournalEvent[]) => {
    portfolio = events.reduce<Portfolio>(apply, portfolio)
    journal.append(events, [], 1, portfolio)
  }
  append(Array.from({ length: HELD }, (_, at) => bought(`H${at}/USDT`, { hour: 0 })).flat())
  for (let hour = 1; journal.last().seq < wanted; hour += 1) {
    const streams = Array.from({ length: AT_ONCE }, (_, at) => `C${at}/USDT`)
    append(streams.flatMap((market) => bought(market, { hour })))
    append(streams.flatMap((market) => sold(market, { hour })))
    if (hour % 500 === 0) note(`${journal.last().seq} events written`)
  }
  const { seq } = journal.last()
  journal.close()
  return seq
}

interface Opened {
  readonly s: number
  readonly cpu: number
}

function open(path: string, before: (journal: Journal) => void = () => undefined): Opened {
  const prepared = new Journal(path)
  before(prepared)
  prepared.close()
  const begun = performance.now()
  const cpu = process.cpuUsage()
  const opened = new Journal(path)
  const { positions } = opened.fold()
  const { user, system } = process.cpuUsage(cpu)
  const s = round((performance.now() - begun) / 1_000)
  if (Object.keys(positions).length !== HELD) throw new Error('it folds to something else')
  opened.close()
  return { s, cpu: round((user + system) / 1_000_000) }
}
