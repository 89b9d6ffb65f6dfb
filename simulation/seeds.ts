// Runs seeds one after the other and adds up what happened.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Seeds } from './base/seeds-command.ts'
import { add, newTally, type Tally } from './base/tally.ts'
import { type Outcome, runSeed } from './run-seed.ts'

export interface Summary {
  /** Seeds that ran. */
  readonly seeds: number
  readonly tally: Tally
  /** The first seed that broke an invariant; then no more were run. */
  readonly failed: Outcome | null
  /** Hash of the last seed's trace. */
  readonly lastHash: string
}

/** In memory: a commit takes 12 µs there, and every pragma stays as in production. */
const MEMORY = '/dev/shm'

export async function runSeeds({ start, count, print, onSeed }: Seeds): Promise<Summary> {
  const directory = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'keyside-simulation-'))
  const tally = newTally()
  let lastHash = ''
  try {
    for (let done = 0; done < count; done += 1) {
      const outcome = await runSeed(start + done, { directory, ...(print && { print }) })
      add(tally, outcome.tally)
      lastHash = outcome.hash
      if (outcome.violation !== null) return { seeds: done + 1, tally, failed: outcome, lastHash }
      onSeed?.(done + 1)
    }
    return { seeds: count, tally, failed: null, lastHash }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
