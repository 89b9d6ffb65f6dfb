// SIGUSR2 halts, by writing the same file as "keyside halt".
import { askForHalt } from '@keyside/executor/halt-request'
import { systemClock } from '@keyside/runtime/base'

export function haltOnSignal(home: string): void {
  process.on('SIGUSR2', () => {
    askForHalt(home, { positions: 'keep', now: systemClock.now() })
  })
}
