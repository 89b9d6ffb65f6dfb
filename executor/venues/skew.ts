// How far the exchange's clock is from this device's.
import type { Clock } from '@keyside/runtime'
import { timeAnswer } from './answers.ts'
import type { Line } from './line.ts'

const SAMPLES = 3

/**
 * Exchange's clock less this device's, ms, from the quickest of a few round trips: its error is at most half of that
 * trip. Null when none was answered.
 */
export async function measureSkew(line: Line, clock: Clock): Promise<number | null> {
  let best: { trip: number; skew: number } | null = null
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const asked = clock.now()
    const reply = await line.ask((api) => api.publicGetTime())
    const trip = clock.now() - asked
    const read = timeAnswer.safeParse(reply.got === 'answer' ? reply.body : null)
    if (!read.success || (best !== null && best.trip <= trip)) continue
    best = { trip, skew: Math.round(read.data.serverTime - (asked + trip / 2)) }
  }
  return best === null ? null : best.skew
}
