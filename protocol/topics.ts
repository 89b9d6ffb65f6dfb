// Where each kind of message travels. Ids are checked, so no id can add a level or a wildcard.
import { id } from './claims/common.ts'

const PREFIX = 'keyside/v1'

const topic = (kind: string) => (name: string) => `${PREFIX}/${kind}/${id.parse(name)}`

export const signalTopic = topic('signal')
export const headTopic = topic('head')
/** Commands and approvals. */
export const commandTopic = topic('command')
export const reportTopic = topic('report')
export const presenceTopic = topic('presence')

/** Topics whose last message the broker retains. Signals are never retained: a retained signal is stale. */
export const RETAINED = [`${PREFIX}/head/+`, `${PREFIX}/keyset`, `${PREFIX}/presence/+`] as const
