// Where each kind of message travels. Ids are checked, so no id can add a level or a wildcard.
import { ID } from './claims/common.ts'

/** The versions of the wire that this release speaks; a later one has topics and `typ` of its own. */
export const WIRE_VERSIONS = [1] as const

const PREFIX = 'keyside/v1'

function topic(kind: string, ...levels: readonly string[]): string {
  const foreign = levels.find((level) => !ID.test(level))
  if (foreign !== undefined) throw new RangeError(`no level of a topic: "${foreign}"`)
  return [PREFIX, kind, ...levels].join('/')
}

/** The signals and alerts of all streams of a plan. */
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

/** The provider's keyset: published by its authority, never by its engine. */
export function keysetTopic(provider: string): string {
  return topic('keyset', provider)
}

export function enrollTopic(provider: string, invitation: string): string {
  return topic('enroll', provider, invitation)
}

export function enrollAnswerTopic(provider: string, invitation: string): string {
  return `${enrollTopic(provider, invitation)}/answer`
}

/** `client` is the subscriber. */
export function requestTopic(provider: string, client: string): string {
  return topic('request', provider, client)
}

export function responseTopic(provider: string, client: string): string {
  return topic('response', provider, client)
}

/** What a program of the provider's wants of the stream. */
export function intentTopic(provider: string, stream: string): string {
  return topic('intent', provider, stream)
}

export function resultTopic(provider: string, stream: string): string {
  return `${intentTopic(provider, stream)}/result`
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

/** Topics on which a provider's subscribers and programs, and clients with an invitation, may publish. */
export const FROM_SUBSCRIBERS = [
  `${PREFIX}/request/+/+`,
  `${PREFIX}/presence/+/+`,
  `${PREFIX}/enroll/+/+`,
  `${PREFIX}/intent/+/+`,
] as const
