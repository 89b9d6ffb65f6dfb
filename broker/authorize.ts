// Authorizes each PUBLISH and SUBSCRIBE: the rights of the token, and what no token can allow.
import { RETAINED } from '@keyside/protocol'
import { type Acl, ALLOWED, allows, covers, deny, type Verdict } from './acl.ts'
import type { Session } from './session.ts'

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

/** Remembers an allowed filter in `session.filters`. */
export function authorizeSubscription(
  { acl, subscriptions }: Session,
  { topic, qos }: Omit<Message, 'retain'>,
  limits: SubscriptionLimits,
): Verdict {
  if (isOver1(qos)) return deny('qos_not_allowed', 'expected QoS 0 or 1')
  const verdict = allows(acl, 'subscribe', topic, limits.maxTopicLevels)
  if (!verdict.ok) return verdict
  if (!subscriptions.has(topic) && subscriptions.size >= limits.maxSubscriptions)
    return deny('subscriptions_full', `a connection has at most ${limits.maxSubscriptions} filters`)
  subscriptions.add(topic)
  return ALLOWED
}
