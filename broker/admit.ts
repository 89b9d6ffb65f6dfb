// The door: from a CONNECT packet to a session, or to the one reason why there is none.
import { type Keyring, type OpenCode, open } from '@keyside/protocol'
import type { ConnectPacket } from 'aedes'
import type { RefusalCode } from './codes.ts'
import { judgeMessage } from './judge.ts'
import type { Session } from './session.ts'

export interface Gate {
  /** The broker's own id: the audience of its access tokens. */
  readonly id: string
  readonly pins: Keyring
  readonly maxKeepaliveSeconds: number
  readonly maxTopicLevels: number
}

/** MQTT 3.1.1 section 3.2.2.3: 3 not now, 4 bad user name or password, 5 not authorized. */
export type ReturnCode = 3 | 4 | 5

export type Admission =
  | { readonly ok: true; readonly session: Session }
  | {
      readonly ok: false
      readonly code: RefusalCode | OpenCode
      readonly message: string
      readonly returnCode: ReturnCode
    }

/** `now` is in seconds since 1970. */
export type Admit = (packet: ConnectPacket, gate: Gate, now: number) => Admission

export const admit: Admit = (packet, gate, now) =>
  checkManners(packet, gate) ?? checkToken(packet, gate, now)

function checkManners(packet: ConnectPacket, gate: Gate): Admission | null {
  if (packet.protocolId !== 'MQTT' || packet.protocolVersion !== 4 || 'bridgeMode' in packet)
    return refuse('connect_protocol', 'expected MQTT 3.1.1: set protocol version 4', 5)
  // A kept session queues without bound in aedes, and stores even the filters that were denied.
  if (packet.clean !== true)
    return refuse('connect_session_kept', 'expected a clean session: set clean to true', 5)
  const keepalive = packet.keepalive ?? 0
  if (keepalive < 1 || keepalive > gate.maxKeepaliveSeconds)
    return refuse(
      'connect_keepalive',
      `expected 1 to ${gate.maxKeepaliveSeconds} s, got ${keepalive}`,
      5,
    )
  if (packet.clientId === '' || packet.username !== packet.clientId)
    return refuse('connect_client_id', 'expected the client id as user name', 4)
  return null
}

function checkToken(packet: ConnectPacket, gate: Gate, now: number): Admission {
  const token = packet.password?.toString('latin1') ?? ''
  if (token === '')
    return refuse('connect_without_token', 'expected an access token as password', 4)
  const expected = { kinds: ['access'] as const, audience: gate.id, now, topic: null }
  const opened = open(token, gate.pins, expected)
  if (!opened.ok) return refuse(opened.code, opened.message, 4)
  const { sub, acl, exp } = opened.claims
  if (sub !== packet.clientId)
    return refuse('connect_other_client', `the access token is for client "${sub}"`, 4)
  const session = { client: sub, acl, expires: exp, filters: new Set<string>() }
  return checkWill(packet, session, gate)
}

function checkWill({ will }: ConnectPacket, session: Session, gate: Gate): Admission {
  const verdict = will
    ? judgeMessage(session.acl, will, gate.maxTopicLevels)
    : { ok: true as const }
  if (verdict.ok) return { ok: true, session }
  return refuse('connect_will', `the will is not allowed: ${verdict.message}`, 5)
}

function refuse(code: RefusalCode | OpenCode, message: string, returnCode: ReturnCode): Admission {
  return { ok: false, code, message, returnCode }
}
