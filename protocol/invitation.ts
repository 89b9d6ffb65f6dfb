// An invitation: a link that lets one device enrol with one provider. Its secret is never sent.

import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { ADDRESS, isHost, isPort } from './claims/address.ts'
import { HOME } from './claims/common.ts'
import { MAX_PLANS } from './claims/enroll.ts'
import { isLoopback } from './loopback.ts'

export interface Invitation {
  /** A name, an IPv4 address, or an IPv6 address in brackets. */
  readonly host: string
  readonly port: number
  /** What the provider calls itself; HOME where a device invites its own bot. */
  readonly provider: string
  /** Names the invitation, at most 27 characters. */
  readonly id: string
  /** Fingerprint of the provider's root. */
  readonly root: string
  /** How the broker's TLS is known: `ca`, `pin:` and the digest of its public key (SPKI, DER), or `none`. */
  readonly tls: string
  /** The plans it is for; none where a device invites its own bot. */
  readonly plans: readonly string[]
  /** When it ends, whole seconds since 1970. */
  readonly until: number
  /** 128 bits, base64url. */
  readonly secret: string
}

export interface InvitationReader {
  /** Seconds since 1970. */
  readonly now: number
  /** Whether a broker on another machine may be spoken to in clear. */
  readonly plaintext: boolean
}

export type ReadInvitation =
  | { readonly ok: true; readonly invitation: Invitation }
  | {
      readonly ok: false
      readonly code: 'invitation_malformed' | 'invitation_plaintext' | 'invitation_expired'
      readonly message: string
    }

const ID = '[a-z0-9][a-z0-9-]{0,31}'
const DIGEST = '[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]'
const LINK = new RegExp(
  `^keyside://(?<host>${ADDRESS.HOST}):(?<port>${ADDRESS.PORT})/(?<provider>${ID})` +
    `\\?i=(?<id>[a-z0-9][a-z0-9-]{0,26})&root=(?<root>${DIGEST})&tls=(?<tls>${ADDRESS.TLS})` +
    `&plans=(?<plans>(?:${ID}(?:,${ID})*)?)&until=(?<until>[1-9][0-9]{0,10})` +
    '#(?<secret>[A-Za-z0-9_-]{21}[AQgw])$',
)
const MAX_CHARS = 1024

/** The one text of an invitation. Throws a RangeError for one that `parseInvitation` would not read. */
export function formatInvitation(invitation: Invitation): string {
  const { host, port, provider, id, root, tls, plans, until, secret } = invitation
  const query = `i=${id}&root=${root}&tls=${tls}&plans=${plans.join(',')}&until=${until}`
  const link = `keyside://${host}:${port}/${provider}?${query}#${secret}`
  if (read(link) === null) throw new RangeError('no invitation can be written like this')
  return link
}

/** Reads exactly what `formatInvitation` writes. Never throws. */
export function parseInvitation(
  text: string,
  { now, plaintext }: InvitationReader,
): ReadInvitation {
  const invitation = read(text)
  if (invitation === null)
    return refuse(
      'invitation_malformed',
      'this is no invitation, or a part of it is missing (without quotation marks a shell cuts it off at the first "&")',
    )
  if (invitation.tls === 'none' && !plaintext && !isLoopback(invitation.host))
    return refuse('invitation_plaintext', `everything to ${invitation.host} would travel in clear`)
  if (now >= invitation.until)
    return refuse('invitation_expired', 'its time is over, or the clock of this machine is wrong')
  return { ok: true, invitation }
}

/** Keys that only who has the link can know, 32 bytes each in base64url. */
export interface InvitationKeys {
  /** The MQTT password: the broker keeps its hash. */
  readonly connect: string
  /** Known to the authority alone, and never sent. */
  readonly enroll: string
}

/** HKDF-SHA-256 (RFC 5869) of the secret, salted with the hash of the rest of the link: an altered link gives other keys. */
export function deriveInvitation(link: string): InvitationKeys {
  const invitation = read(link)
  const secret = invitation === null ? null : decodeBase64url(invitation.secret)
  if (secret === null) throw new RangeError('expected an invitation')
  const utf8 = (text: string) => new TextEncoder().encode(text)
  const salt = sha256(utf8(link.slice(0, link.indexOf('#'))))
  const derive = (info: string) => encodeBase64url(hkdf(sha256, secret, salt, utf8(info), 32))
  return { connect: derive('connect'), enroll: derive('enroll') }
}

const JOIN = 'join-'

/** The MQTT client id and user name of a device that enrols. */
export function joinClient(invitation: string): string {
  return JOIN + invitation
}

/** The invitation that an MQTT client id names; null for a client with an access token. */
export function joinedInvitation(client: string): string | null {
  return client.startsWith(JOIN) ? client.slice(JOIN.length) : null
}

function read(text: string): Invitation | null {
  if (text.length > MAX_CHARS) return null
  const parts = LINK.exec(text)?.groups
  if (parts === undefined) return null
  const { host = '', port = '', provider = '', id = '', root = '', tls = '', secret = '' } = parts
  const plans = parts['plans'] ? parts['plans'].split(',') : []
  if (!isHost(host) || !isPort(port)) return null
  if (new Set(plans).size !== plans.length || plans.length > MAX_PLANS) return null
  if ((provider === HOME) !== (plans.length === 0)) return null
  const until = Number(parts['until'])
  return { host, port: Number(port), provider, id, root, tls, plans, until, secret }
}

function refuse(
  code: Extract<ReadInvitation, { ok: false }>['code'],
  message: string,
): ReadInvitation {
  return { ok: false, code, message }
}
