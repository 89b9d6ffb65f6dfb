// What a bench reads beside the clock on the wall: CPU time of this thread, and how long its event loop stood.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

interface Stamp {
  readonly wall: number
  readonly cpu: number
}

export function stamp(): Stamp {
  const { user, system } = process.threadCpuUsage()
  return { wall: performance.now(), cpu: (user + system) / 1_000 }
}

export function since({ wall, cpu }: Stamp): { ms: number; cpuMs: number } {
  const now = stamp()
  return { ms: now.wall - wall, cpuMs: now.cpu - cpu }
}

/** The longest time for which the event loop served nothing, ms, since it was taken last. */
export function watchLag(): { take(): number } {
  let longest = 0
  let at = performance.now()
  setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - at)
    at = now
  }, 1).unref()
  return {
    take: () => {
      const taken = longest
      longest = 0
      at = performance.now()
      return taken
    },
  }
}

export function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}
