// What a test waits for may come late on a busy machine: vitest's own second, and the few that a test gives itself, would
// be tests of the machine. What never comes is found all the same.
import { vi } from 'vitest'

type Waiting = number | { readonly timeout?: number; readonly interval?: number } | undefined

const MIN_MS = 60_000
const { waitFor, waitUntil } = vi

vi.waitFor = (callback, options) => waitFor(callback, patient(options))
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options))

function patient(options: Waiting) {
  const { timeout = 0, ...more } =
    typeof options === 'number' ? { timeout: options } : (options ?? {})
  return { ...more, timeout: Math.max(timeout, MIN_MS) }
}
