// Access control for each PUBLISH, each filter and each delivery: the rights of the token, and what no token can allow.
// Everything not allowed is denied.
import { type Access, RETAINED } from '@keyside/protocol'
import type { RefusalCode } from './codes.ts'

export type Acl = Access['acl']
export type Action = 'publish' | 'subscribe' | 'receive'
export interface Denied {
  readonly ok: false
  readonly code: RefusalCode
  readonly message: string
}
export type Verdict = { readonly ok: true } | Denied

export const ALLOWED: Verdict = { ok: true }

/** The parts of a PUBLISH or of a will that count. */
export interface Message {
  readonly topic: string
  readonly qos?: 0 | 1 | 2 | undefined
  readonly retain?: boolean | undefined
}

export function authorizeMessage(
  acl: Acl,
  { topic, qos, retain }: Message,
  maxLevels: number,
): Verdict {
  if (isOver1(qos)) return deny('qos_not_allowed', 'expected QoS 0 or 1')
  const verdict = allows(acl, 'publish', topic, maxLevels)
  if (!verdict.ok) return verdict
  if (retain && !RETAINED.some((filter) => covers(filter, topic.split('/'))))
    return deny(
      'retain_not_allowed',
      `messages on "${topic}" are not retained: publish without retain`,
    )
  return ALLOWED
}

/** MQTT 3.1.1 sections 3.1.2.6 and 3.3.1.2 forbid 3 as well; a will can carry it past the parser. */
function isOver1(qos: number | undefined): boolean {
  return qos !== undefined && qos > 1
}

export interface SubscriptionLimits {
  readonly maxTopicLevels: number
  readonly maxSubscriptions: number
}

/** Remembers an allowed filter in `subscriptions`. */
export function authorizeSubscription(
  { acl, subscriptions }: { readonly acl: Acl; readonly subscriptions: string[] },
  { topic, qos }: Omit<Message, 'retain'>,
  limits: SubscriptionLimits,
): Verdict {
  if (isOver1(qos)) return deny('qos_not_allowed', 'expected QoS 0 or 1')
  const verdict = allows(acl, 'subscribe', topic, limits.maxTopicLevels)
  if (!verdict.ok) return verdict
  if (subscriptions.includes(topic)) return ALLOWED
  if (subscriptions.length >= limits.maxSubscriptions)
    return deny('subscriptions_full', `a connection has at most ${limits.maxSubscriptions} filters`)
  subscriptions.push(topic)
  return ALLOWED
}

/**
 * One level of a topic that Keyside uses. What it leaves out closes `$SYS`, `$share` and `$queue`, empty levels,
 * U+0000, and the U+FFFD into which aedes turns invalid UTF-8, so that two different topics never look alike.
 */
const LEVEL = /^[a-z0-9][a-z0-9-]{0,31}$/

/**
 * Pure. `publish` and `receive` take a topic, `subscribe` takes a filter (MQTT 3.1.1 section 4.7), which one
 * allowed filter must cover whole. Filters of `acl` that are malformed allow nothing.
 */
export function allows(acl: Acl, action: Action, text: string, maxLevels = 8): Verdict {
  const { levels, problem } =
    action === 'subscribe' ? readFilter(text, maxLevels) : readTopic(text, maxLevels)
  if (problem !== null) return problem
  const allowed = action === 'publish' ? acl.publish : acl.subscribe
  // The fast case: a subscriber's filters are plain topics, and one message goes to thousands of subscribers.
  if (allowed.includes(text) || allowed.some((filter) => covers(filter, levels))) return ALLOWED
  return deny('topic_not_allowed', `the access token has no ${action} right for "${text}"`)
}

interface Read {
  readonly levels: readonly string[]
  readonly problem: Denied | null
}

let last = { text: '', maxLevels: 0, read: readLevels('', 0, isTopic) }

/** Remembers the last topic: each delivery of one message asks about the same topic. */
function readTopic(text: string, maxLevels: number): Read {
  if (last.text !== text || last.maxLevels !== maxLevels)
    last = { text, maxLevels, read: readLevels(text, maxLevels, isTopic) }
  return last.read
}

function readFilter(text: string, maxLevels: number): Read {
  return readLevels(text, maxLevels, isFilter)
}

function readLevels(
  text: string,
  maxLevels: number,
  isWellFormed: (levels: readonly string[]) => boolean,
): Read {
  const levels = text.split('/', maxLevels + 1)
  if (levels.length > maxLevels)
    return { levels, problem: deny('topic_too_deep', `a topic has at most ${maxLevels} levels`) }
  if (isWellFormed(levels)) return { levels, problem: null }
  const shown = JSON.stringify(text.slice(0, 100))
  return { levels, problem: deny('topic_malformed', `${shown} is no topic`) }
}

/** Whether every topic that matches `levels` (a topic or a filter) matches `filter` too. */
function covers(filter: string, levels: readonly string[]): boolean {
  const allowed = filter.split('/')
  return isFilter(allowed) && coversLevels(allowed, levels)
}

/** The same of a filter that is well formed, in its levels. */
export function coversLevels(allowed: readonly string[], levels: readonly string[]): boolean {
  // MQTT 3.1.1 section 4.7.1.2: "a/#" matches "a" as well.
  const open = allowed.at(-1) === '#'
  const fixed = open ? allowed.slice(0, -1) : allowed
  if (open ? levels.length < fixed.length : levels.length !== fixed.length) return false
  return fixed.every((level, at) => coversLevel(level, levels[at]))
}

function coversLevel(allowed: string, asked: string | undefined): boolean {
  return allowed === '+' ? asked !== '#' : allowed === asked
}

function isFilter(levels: readonly string[]): boolean {
  const last = levels.length - 1
  return levels.every(
    (level, at) => isPlain(level) || level === '+' || (level === '#' && at === last),
  )
}

function isTopic(levels: readonly string[]): boolean {
  return levels.every(isPlain)
}

function isPlain(level: string): boolean {
  return LEVEL.test(level)
}

export function deny(code: RefusalCode, message: string): Denied {
  return { ok: false, code, message }
}
