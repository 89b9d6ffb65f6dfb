// Repeats a task, never two at once.
import type { Cancel, Clock } from '@keyside/runtime'

/** `task` must not reject. */
export function keepFresh(clock: Clock, everyMs: number, task: () => Promise<unknown>): Cancel {
  let state: 'idle' | 'running' = 'idle'
  return clock.every(everyMs, () => {
    if (state === 'running') return
    state = 'running'
    void task().finally(() => {
      state = 'idle'
    })
  })
}
