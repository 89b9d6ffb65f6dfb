// SIGUSR2 halts: for whoever has a process and nothing else. It leaves the same file as "keyside halt".
import { askForHalt } from '@keyside/executor'
import { systemClock } from '@keyside/runtime'

export function haltOnSignal(home: string): void {
  process.on('SIGUSR2', () => {
    askForHalt(home, { positions: 'keep', now: systemClock.now() })
  })
}
