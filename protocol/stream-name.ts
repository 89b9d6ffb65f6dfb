// The name of a stream on a device: whose it is, and what its provider calls it. Two providers may use one name.
import { HOME } from './claims/common.ts'

/** `<provider>/<stream>`, both ids. */
export function streamName(provider: string, stream: string): string {
  return `${provider}/${stream}`
}

/** As a trader reads it in the chat: without the provider where the engine is one's own. */
export function shownStream(name: string): string {
  return name.startsWith(`${HOME}/`) ? name.slice(HOME.length + 1) : name
}

/** The plan of all trials, which are rules from the chat: no money is behind them, and only a paper account may trade them. */
export const TRIAL_PLAN = 'trial'
/** How the stream of a trial begins, before the rule's own name. */
export const TRIAL_PREFIX = 'trial-'

/** Whether a stream on a device, `<provider>/<stream>`, is a trial: of one's own engine alone. */
export function isTrial(name: string): boolean {
  return name.startsWith(streamName(HOME, TRIAL_PREFIX))
}
