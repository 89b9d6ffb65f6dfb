// Validates CONNECT and returns a session or a refusal.
import { joinedInvitation, type Keyring, type VerifyCode, verify } from '@keyside/protocol'
import type { ConnectPacket } from 'aedes'
import type { AccessList } from './access-list.ts'
import { authorizeMessage } from './acl.ts'
import type { RefusalCode } from './codes.ts'
import { invitationRights } from './invited.ts'
import { newSession, type Session } from './session.ts'

export interface ConnectRules {
  /** The broker's own id: the audience of its access tokens. */
  readonly id: string
  readonly pins: Keyring
  readonly accessList: AccessList
  readonly maxKeepaliveSeconds: number
  readonly maxTopicLevels: number
}

/** MQTT 3.1.1 section 3.2.2.3: 3 not now, 4 bad user name or password, 5 not authorized. */
type ReturnCode = 3 | 4 | 5

export type ConnectResult =
  | { readonly ok: true; readonly session: Session }
  | {
      readonly ok: false
      readonly code: RefusalCode | VerifyCode
      readonly message: string
      readonly returnCode: ReturnCode
    }

/** `now` is in seconds since 1970. */
export type Authenticate = (
  packet: ConnectPacket,
  rules: ConnectRules,
  now: number,
) => ConnectResult

export const authenticate: Authenticate = (packet, rules, now) => {
  const refused = checkConnect(packet, rules)
  if (refused !== null) return refused
  const secret = packet.password?.toString('latin1') ?? ''
  const invitation = joinedInvitation(packet.clientId)
  const result =
    invitation === null
      ? checkToken(packet.clientId, secret, rules, now)
      : checkInvitation(invitation, secret, rules, now)
  return result.ok ? checkWill(packet, result.session, rules) : result
}

function checkConnect(packet: ConnectPacket, rules: ConnectRules): ConnectResult | null {
  if (packet.protocolId !== 'MQTT' || packet.protocolVersion !== 4 || 'bridgeMode' in packet)
    return refuse('connect_protocol', 'expected MQTT 3.1.1: set protocol version 4', 5)
  // A kept session queues without bound in aedes, and stores even the filters that were denied.
  if (packet.clean !== true)
    return refuse('connect_session_kept', 'expected a clean session: set clean to true', 5)
  const keepalive = packet.keepalive ?? 0
  if (keepalive < 1 || keepalive > rules.maxKeepaliveSeconds)
    return refuse(
      'connect_keepalive',
      `expected 1 to ${rules.maxKeepaliveSeconds} s, got ${keepalive}`,
      5,
    )
  if (packet.clientId === '' || packet.username !== packet.clientId)
    return refuse('connect_client_id', 'expected the client id as user name', 4)
  return null
}

/** Names of invitations accept no access token, and an invitation accepts no other name. */
function checkInvitation(
  id: string,
  password: string,
  { accessList }: ConnectRules,
  now: number,
): ConnectResult {
  const invitation = accessList.invitation(id, password)
  if (invitation === null)
    return refuse(
      'connect_invitation_unknown',
      'no invitation has this id and this password: it was withdrawn, or the link was altered',
      4,
    )
  if (now >= invitation.until)
    return refuse('connect_invitation_over', 'the invitation is over: ask for a new one', 5)
  return { ok: true, session: newSession(invitationRights(invitation)) }
}

function checkToken(
  clientId: string,
  token: string,
  rules: ConnectRules,
  now: number,
): ConnectResult {
  if (token === '')
    return refuse('connect_without_token', 'expected an access token as password', 4)
  const expected = { kinds: ['access'] as const, audience: rules.id, now, topic: null }
  const verified = verify(token, rules.pins, expected)
  if (!verified.ok) return refuse(verified.code, verified.message, 4)
  const { sub, acl, exp, iat } = verified.claims
  if (sub !== clientId)
    return refuse('connect_other_client', `the access token is for client "${sub}"`, 4)
  if (rules.accessList.refuses(sub, iat))
    return refuse('client_refused', 'the access token was taken back by the authority', 5)
  const grant = { type: 'token' as const, iat }
  return { ok: true, session: newSession({ client: sub, acl, expires: exp, grant }) }
}

function checkWill({ will }: ConnectPacket, session: Session, rules: ConnectRules): ConnectResult {
  const verdict = will
    ? authorizeMessage(session.acl, will, rules.maxTopicLevels)
    : { ok: true as const }
  if (verdict.ok) return { ok: true, session }
  return refuse('connect_will', `the will is not allowed: ${verdict.message}`, 5)
}

function refuse(
  code: RefusalCode | VerifyCode,
  message: string,
  returnCode: ReturnCode,
): ConnectResult {
  return { ok: false, code, message, returnCode }
}
