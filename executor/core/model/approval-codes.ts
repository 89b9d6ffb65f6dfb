// What the trader's approval codes leave behind: those that are used up, and those that were wrong.
import type { Codes } from './state.ts'

const HOUR_MS = 3_600_000

/** A clock that is set back makes no used code new. */
export function withCode(codes: Codes, event: { step: number | 'wrong'; at: number }): Codes {
  const { step, at } = event
  if (step !== 'wrong') return { ...codes, usedUpTo: Math.max(codes.usedUpTo, step) }
  return { ...codes, wrong: [...wrongAt(codes, at), at] }
}

/** The wrong ones that still count. */
export function wrongAt({ wrong }: Codes, now: number): readonly number[] {
  return wrong.filter((at) => now - at < HOUR_MS)
}
