// What a test waits for may come late on a busy machine: vitest's own second would be a test of the machine.
import { vi } from 'vitest'

const TIMEOUT_MS = 20_000
const { waitFor, waitUntil } = vi

vi.waitFor = (callback, options = TIMEOUT_MS) => waitFor(callback, options)
vi.waitUntil = (callback, options = TIMEOUT_MS) => waitUntil(callback, options)
