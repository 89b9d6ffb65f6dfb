// How far the venue's clock is from this device's.
import type { Clock } from '@keyside/runtime'
import type { RestClient } from './rest-client.ts'

const SAMPLES = 3

/**
 * Venue's clock less this device's, ms, from the quickest of a few round trips: its error is at most half of that trip.
 * Null when none was answered.
 */
export async function measureSkew(client: RestClient, clock: Clock): Promise<number | null> {
  let best: { trip: number; skew: number } | null = null
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const asked = clock.now()
    const reply = await client.ask(client.dialect.time())
    const trip = clock.now() - asked
    if (reply.got !== 'answer' || (best !== null && best.trip <= trip)) continue
    best = { trip, skew: Math.round(reply.value - (asked + trip / 2)) }
  }
  return best === null ? null : best.skew
}
