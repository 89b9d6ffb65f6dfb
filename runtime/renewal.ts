// Asks for a new access token in time. The new one is on the disk before it is used: the link reads it at its next try.
import { isDue, tokenTimes } from './access-token.ts'
import type { Cancel, Clock } from './clock.ts'
import { KeysideError } from './error.ts'
import type { Logger } from './log.ts'
import type { SignedRequests } from './signed-requests.ts'

const LOOK_MS = 60_000
/** An authority answers few requests of one subscriber, ms. */
const AGAIN_MS = 3_600_000

export interface RenewalOptions {
  readonly client: string
  readonly token: () => string
  readonly keep: (token: string) => void
  readonly ask: SignedRequests['ask']
  /** Whether an answer would be heard. */
  readonly subscribed: () => boolean
  /** Unix ms. */
  readonly time: () => number
  readonly clock: Pick<Clock, 'now' | 'every'>
  /** Once: the authority will not renew it, or the subscription itself ends with it. */
  readonly onRefused: (message: string, ends: number) => void
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Looks every minute. Returns what ends it. */
export function renewAccess(options: RenewalOptions): Cancel {
  let askedAt = Number.NEGATIVE_INFINITY
  let told = ''
  const look = async () => {
    const { clock, time, log } = options
    const times = tokenTimes(options.token())
    if (times === null || !isDue(times, time() / 1_000) || !options.subscribed()) return
    if (clock.now() < askedAt + AGAIN_MS && clock.now() >= askedAt) return
    askedAt = clock.now()
    const tell = (why: string) => {
      if (why === told) return
      told = why
      options.onRefused(why, times.exp * 1_000)
    }
    const answer = await options.ask({ do: 'access' })
    if (answer?.do === 'access') {
      const next = tokenTimes(answer.token)
      // No token lasts longer than the subscription. Its last third is time enough to renew the subscription itself.
      if (next?.sub === options.client && next.exp === times.exp)
        return tell('the subscription ends then')
      if (next === null || next.sub !== options.client || next.exp <= times.exp)
        throw new KeysideError(
          'access_not_renewed',
          'the new access token is not better than the old one',
        )
      options.keep(answer.token)
      log.info({ until: next.exp }, 'the access token was renewed')
    } else if (answer?.do === 'refused') tell(answer.message)
  }
  const safely = () =>
    void look().catch((error: unknown) =>
      options.log.warn({ err: error }, 'the access token could not be renewed'),
    )
  return options.clock.every(LOOK_MS, safely)
}
