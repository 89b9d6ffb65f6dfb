// The hooks of aedes: at CONNECT, at each PUBLISH, at each filter, and before each delivery.

import { seconds } from '@keyside/protocol'
import { type Clock, KeysideError } from '@keyside/runtime'
import type { AedesOptions, AuthenticateError, Client, ConnectPacket } from 'aedes'
import {
  allows,
  authorizeMessage,
  authorizeSubscription,
  type Denied,
  deny,
  type Message,
  type Verdict,
} from './acl.ts'
import type { Authenticate, ConnectResult, ConnectRules } from './authenticate.ts'
import type { PublishRate } from './publish-rate.ts'
import { type ConnectionParts, registerClient } from './register-client.ts'
import type { Retained } from './retained.ts'
import type { Session } from './session.ts'

export interface HookOptions extends ConnectionParts {
  readonly authenticate: Authenticate
  readonly rules: ConnectRules
  readonly maxSubscriptions: number
  readonly retained: Retained
  readonly requests: PublishRate
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

export function createHooks(parts: HookOptions): Hooks {
  const { rules, sessions, refusals } = parts
  const { maxTopicLevels } = rules
  const connectResults = new WeakMap<Client, ConnectResult>()
  const now = () => seconds(parts.clock.now())
  const validSession = (client: Client | null) => sessions.valid(client, now())

  return {
    // Only here does aedes show the whole packet, and only `authenticate` can answer with a CONNACK.
    preConnect: (client, packet, done) => {
      const result = parts.authenticate(packet, rules, now())
      if (!result.ok) refusals.add({ ...result, client: packet.clientId })
      connectResults.set(client, result)
      forgetSecrets(packet)
      done(null, true)
    },
    authenticate: (client, _user, _password, done) => {
      const result = connectResults.get(client)
      connectResults.delete(client)
      if (result?.ok !== true) return done(connackError(result), false)
      const registered = registerClient(parts, client, result.session, parts.clock.now())
      if (registered.ok) return done(null, true)
      refusals.add({ ...registered, client: client.id })
      done(connackError(registered), false)
    },
    // MQTT 3.1.1 has no negative PUBACK: a PUBLISH that is not allowed ends the connection (section 3.3.5).
    authorizePublish: (client, packet, done) => {
      const session = validSession(client)
      const verdict = session ? authorizePublish(session, packet, parts) : UNKNOWN
      if (verdict.ok) {
        if (client !== null && packet.qos === 1) answerLast(client)
        return done(null)
      }
      refusals.add({ ...verdict, client: client?.id ?? '' })
      done(new KeysideError(verdict.code, verdict.message))
    },
    authorizeSubscribe: (client, subscription, done) => {
      const session = validSession(client)
      const verdict = session
        ? authorizeSubscription(session, subscription, {
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
      const session = validSession(client)
      return session && allows(session.acl, 'receive', packet.topic, maxTopicLevels).ok
        ? packet
        : null
    },
  }
}

/**
 * aedes writes the PUBACK before it forwards the message, which takes it two turns of the event loop: kept back until then,
 * because the acknowledgement is not urgent, and waking the sender would take time from the receivers of the message.
 */
function answerLast({ conn }: Client): void {
  if (conn.writableCorked > 0) return
  conn.cork()
  setImmediate(() => setImmediate(() => setImmediate(() => conn.uncork())))
}

/**
 * aedes keeps this packet for as long as the connection stands, and each slice of what came in keeps all of it. The
 * property stays: an object that loses one takes four times the memory.
 */
function forgetSecrets(packet: ConnectPacket): void {
  Object.assign(packet, { password: undefined })
  if (packet.will) packet.will.payload = Buffer.from(packet.will.payload)
}

interface Publish extends Message {
  readonly payload?: string | Buffer
  readonly messageId?: number
}

function authorizePublish(
  { client, acl }: Session,
  packet: Publish,
  { rules, retained, requests, clock }: HookOptions,
): Verdict {
  // MQTT 3.1.1 section 2.3.1: a PUBLISH of QoS 1 has a packet identifier, and 0 is none.
  if (packet.messageId === 0) return deny('packet_malformed', 'a packet identifier of 0')
  const verdict = authorizeMessage(acl, packet, rules.maxTopicLevels)
  if (!verdict.ok) return verdict
  const inTime = requests.allow(client, packet.topic, clock.now())
  if (!inTime.ok || !packet.retain) return inTime
  return retained.store(client, packet.topic, packet.payload?.length ?? 0)
}

function connackError(result: ConnectResult | undefined): AuthenticateError {
  if (result === undefined || result.ok)
    return Object.assign(new KeysideError(UNKNOWN.code, UNKNOWN.message), { returnCode: 5 })
  const { code, message, returnCode } = result
  return Object.assign(new KeysideError(code, message), { returnCode })
}
