// A heartbeat for health checks: a file in the home folder, touched while the program works.
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Clock, privateFolder } from '@keyside/runtime'

const BEAT_MS = 5_000
/** Three beats missed. */
const STALE_MS = 15_000

/** Returns a function that stops it and removes the file. Throws where the first beat cannot be written. */
export function startHeartbeat(home: string, program: string, clock: Clock): () => void {
  const file = heartbeatFile(home, program)
  privateFolder(dirname(file))
  const write = (flag: 'w' | 'r+') => writeFileSync(file, `${process.pid}\n`, { mode: 0o600, flag })
  write('w')
  const stop = clock.every(BEAT_MS, () => {
    // In place, where it is there: on a full disk there is no room to write it anew.
    for (const flag of ['r+', 'w'] as const)
      try {
        return write(flag)
      } catch {
        // A full disk does not end the program: the file is not touched any more, which "keyside health" reports.
      }
  })
  return () => {
    stop()
    rmSync(file, { force: true })
  }
}

export function isAlive(home: string, program: string, now: number): boolean {
  try {
    return now - statSync(heartbeatFile(home, program)).mtimeMs < STALE_MS
  } catch {
    return false
  }
}

function heartbeatFile(home: string, program: string): string {
  return join(home, 'run', `${program}.alive`)
}
