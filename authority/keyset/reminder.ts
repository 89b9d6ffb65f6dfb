// How long a keyset still counts, and when its provider is reminded to renew it.
import type { KeysetFile } from './file.ts'

const DAY = 86_400
/** Days before the end. */
const REMIND = 10

export interface KeysetTime {
  readonly state: 'in_time' | 'ends_soon' | 'ended'
  /** A sentence for the provider; it says what to do where something is to be done. */
  readonly text: string
}

/** `now` is Unix seconds. */
export function keysetTime({ claims: { version, exp } }: KeysetFile, now: number): KeysetTime {
  const day = new Date(exp * 1000).toISOString().slice(0, 10)
  const days = Math.floor((exp - now) / DAY)
  const renew = 'run "keyside keyset renew"'
  if (now >= exp)
    return {
      state: 'ended',
      text: `keyset ${version} ended on ${day}: no device takes new entries of this provider; ${renew}`,
    }
  if (days >= REMIND)
    return { state: 'in_time', text: `keyset ${version} counts until ${day}, ${days} more days` }
  return {
    state: 'ends_soon',
    text: `keyset ${version} ends on ${day}, in ${days} days, and with it every entry of your subscribers: ${renew}`,
  }
}
