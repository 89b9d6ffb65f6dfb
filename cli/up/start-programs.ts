// The programs of `keyside up`: what they say, while they start and later, at the terminal.
import { once } from 'node:events'
import { systemClock } from '@keyside/runtime/base'
import { flushCacheSoon } from '../programs/compile-cache.js'
import { EXIT } from '../programs/exit.ts'
import { warningIn } from '../programs/log-filter.ts'
import type { Service } from '../programs/program-names.ts'
import { type Supervisor, type SupervisorOptions, startSupervisor } from '../programs/supervisor.ts'
import { print, row } from '../terminal/print.ts'

interface StartOptions extends Omit<SupervisorOptions, 'clock' | 'onLine' | 'onEnd'> {
  readonly note?: (text: string) => void
}

export async function startPrograms(
  stop: AbortSignal,
  { note, ...options }: StartOptions,
): Promise<Supervisor> {
  const tell = (text: string) => {
    print(text)
    note?.(text)
  }
  try {
    // While stopping, the programs' warnings about each other are not shown.
    const onLine = (service: Service, line: string) =>
      stop.aborted || tellWarning(tell, service, line)
    const onEnd = (service: Service, text: string) => stop.aborted || tell(row(service, text))
    return await startSupervisor({ ...options, clock: systemClock, onLine, onEnd })
  } catch (error) {
    // Ctrl-C reaches the programs as well: one that ended while it started was asked to.
    if (stop.aborted) process.exit(EXIT.ok)
    throw error
  }
}

export async function untilEnd(stop: AbortSignal, supervisor: Supervisor): Promise<void> {
  flushCacheSoon()
  if (!stop.aborted) await once(stop, 'abort')
  await supervisor.stop()
}

function tellWarning(tell: (text: string) => void, service: Service, line: string): void {
  const trouble = warningIn(line)
  if (trouble !== null) tell(row(service, trouble))
}
