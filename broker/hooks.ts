// Where aedes asks us: at CONNECT, at each PUBLISH, at each filter, and before each delivery.

import { seconds } from '@keyside/protocol'
import { type Clock, KeysideError } from '@keyside/runtime'
import type { AedesOptions, AuthenticateError, Client } from 'aedes'
import { allows, type Denied, deny, type Verdict } from './acl.ts'
import type { Admission, Admit, Gate } from './admit.ts'
import { judgeMessage, judgeSubscription, type Message } from './judge.ts'
import type { Retained } from './retained.ts'
import { type Seats, takeSeat } from './seat.ts'
import type { Session } from './session.ts'

export interface HookParts extends Seats {
  readonly admit: Admit
  readonly gate: Gate
  readonly maxSubscriptions: number
  readonly retained: Retained
  readonly clock: Clock
}

type Hooks = Required<
  Pick<
    AedesOptions,
    'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
  >
>

const UNKNOWN: Denied = {
  ok: false,
  code: 'client_unknown',
  message: 'the client has no session, or its access token expired',
}

export function createHooks(parts: HookParts): Hooks {
  const { gate, sessions, refusals } = parts
  const { maxTopicLevels } = gate
  const admissions = new WeakMap<Client, Admission>()
  const now = () => seconds(parts.clock.now())
  const live = (client: Client | null) => sessions.live(client, now())

  return {
    // Only here aedes shows the whole packet; `authenticate` is the place that can answer with a CONNACK.
    preConnect: (client, packet, done) => {
      const admission = parts.admit(packet, gate, now())
      if (!admission.ok) refusals.add({ ...admission, client: packet.clientId })
      admissions.set(client, admission)
      done(null, true)
    },
    authenticate: (client, _user, _password, done) => {
      const admission = admissions.get(client)
      admissions.delete(client)
      if (admission?.ok !== true) return done(connackError(admission), false)
      const seat = takeSeat(parts, client, admission.session, parts.clock.now())
      if (seat.ok) return done(null, true)
      refusals.add({ ...seat, client: client.id })
      done(connackError(seat), false)
    },
    // MQTT 3.1.1 has no negative PUBACK: a PUBLISH that is not allowed ends the connection (section 3.3.5).
    authorizePublish: (client, packet, done) => {
      const session = live(client)
      const verdict = session ? judgePublish(session, packet, parts) : UNKNOWN
      if (verdict.ok) return done(null)
      refusals.add({ ...verdict, client: client?.id ?? '' })
      done(new KeysideError(verdict.code, verdict.message))
    },
    authorizeSubscribe: (client, subscription, done) => {
      const session = live(client)
      const verdict = session
        ? judgeSubscription(session, subscription, {
            maxTopicLevels,
            maxSubscriptions: parts.maxSubscriptions,
          })
        : UNKNOWN
      if (verdict.ok) return done(null, subscription)
      refusals.add({ ...verdict, client: client.id })
      done(null, null)
    },
    // aedes stores every filter of a SUBSCRIBE once one of them is allowed, so each delivery is asked about again.
    authorizeForward: (client, packet) => {
      const session = live(client)
      return session && allows(session.acl, 'receive', packet.topic, maxTopicLevels).ok
        ? packet
        : null
    },
  }
}

interface Publish extends Message {
  readonly payload?: string | Buffer
  readonly messageId?: number
}

function judgePublish(
  { client, acl }: Session,
  packet: Publish,
  { gate, retained }: HookParts,
): Verdict {
  // MQTT 3.1.1 section 2.3.1: a PUBLISH of QoS 1 has a packet identifier, and 0 is none.
  if (packet.messageId === 0) return deny('packet_malformed', 'a packet identifier of 0')
  const verdict = judgeMessage(acl, packet, gate.maxTopicLevels)
  if (!verdict.ok || !packet.retain) return verdict
  return retained.keep(client, packet.topic, packet.payload?.length ?? 0)
}

function connackError(admission: Admission | undefined): AuthenticateError {
  if (admission === undefined || admission.ok)
    return Object.assign(new KeysideError(UNKNOWN.code, UNKNOWN.message), { returnCode: 5 })
  const { code, message, returnCode } = admission
  return Object.assign(new KeysideError(code, message), { returnCode })
}
