// The last look at what leaves for Telegram: half of a surrogate pair anywhere in a call, and Telegram takes nothing of it.
import { InputFile, type Transformer } from 'grammy'

export const wellFormedCalls: Transformer = (call, method, payload, signal) =>
  call(method, wellFormed(payload) as typeof payload, signal)

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null || value instanceof InputFile) return value
  if (Array.isArray(value)) return value.map(wellFormed)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, wellFormed(part)]))
}
