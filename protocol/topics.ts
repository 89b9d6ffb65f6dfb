// Where each kind of message travels. Ids are checked, so no id can add a level or a wildcard.
import { id } from './claims/common.ts'

const PREFIX = 'keyside/v1'

/** The trader's own: the audience of presence on the home broker, and the name of the engine of one's own as a provider. */
export const HOME = 'home'

function topic(kind: string, ...levels: readonly string[]): string {
  return [PREFIX, kind, ...levels.map((level) => id.parse(level))].join('/')
}

/** The signals of all streams of a plan. */
export function signalTopic(provider: string, plan: string): string {
  return topic('signal', provider, plan)
}

export function headTopic(provider: string, plan: string): string {
  return topic('head', provider, plan)
}

/** Commands and approvals. */
export function commandTopic(device: string): string {
  return topic('command', device)
}

export function reportTopic(device: string): string {
  return topic('report', device)
}

/** `audience` is the provider whose broker it is, or HOME on the trader's own. */
export function presenceTopic(audience: string, client: string): string {
  return topic('presence', audience, client)
}

/** Topics whose last message the broker retains. Signals are never retained: a retained signal is stale. */
export const RETAINED = [
  `${PREFIX}/head/+/+`,
  `${PREFIX}/keyset/+`,
  `${PREFIX}/presence/+/+`,
] as const
