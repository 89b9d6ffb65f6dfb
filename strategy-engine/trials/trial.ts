// A trial: a rule from the chat that runs as a stream of its own, which only a paper account can trade.
import { TRIAL_PLAN, TRIAL_PREFIX } from '@keyside/protocol'
import type { Strategy } from '../strategies/file/strategy.ts'

/** A file whose strategies run. */
export interface FileInForce {
  readonly file: string
  readonly strategies: readonly Strategy[]
}

/** Files that run at one time. */
export const MAX_TRIALS = 12
/** Markets of one. */
export const MAX_MARKETS = 4
/** Of a name, with the market behind it where there are several: the stream's own begins with the prefix. */
export const MAX_NAME = 32 - TRIAL_PREFIX.length

/** The stream of a rule that is called so. */
export function trialStream(name: string): string {
  return `${TRIAL_PREFIX}${name}`
}

/** What runs in place of a strategy as its text says it. */
export function trialOf(strategy: Strategy): Strategy {
  return { ...strategy, name: trialStream(strategy.name), plan: TRIAL_PLAN }
}
