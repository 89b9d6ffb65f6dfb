// What a verifier must refuse before it reads a claim: RFC 7515, RFC 8725, RFC 8032.
import { createHmac } from 'node:crypto'
import { decodeBase64url, encodeBase64url } from '../base64url.ts'
import type { VerifyCode } from '../codes.ts'
import { headerSegment } from '../keyring.ts'
import type { Kind } from '../kinds.ts'
import { sign } from '../sign.ts'
import * as good from './claims.ts'
import { base64url, bytes, signHeader, signPayload, signSegments } from './forge.ts'
import { BOT, DEVICE, ENGINE, STRANGER } from './keys.ts'

/** name, code, token, and the kind that is expected where it comes: a signal if none is named */
export type Case = readonly [string, VerifyCode, string, Kind?]

const token = sign('signal', good.entry, ENGINE.key)
const other = sign('signal', good.exit, ENGINE.key)
const [header = '', payload = '', signature = ''] = token.split('.')
const [, otherPayload = '', otherSignature = ''] = other.split('.')
const kid = ENGINE.key.kid
const typ = 'keyside-signal+jwt'
const json = JSON.stringify

const withHeader = (name: string, members: object): Case => [
  `header-${name}`,
  'header_not_pinned',
  signHeader(json(members), good.entry),
]

const withSignature = (name: string, code: VerifyCode, raw: Uint8Array): Case => [
  `signature-${name}`,
  code,
  `${header}.${payload}.${encodeBase64url(raw)}`,
]

/** RFC 8032 section 5.1.7 refuses S that is not below the order L; S + L would verify without that check. */
function malleated(): Uint8Array {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const raw = decodeBase64url(signature) ?? new Uint8Array(64)
  let s = order
  for (let at = 0; at < 32; at += 1) s += BigInt(raw[32 + at] ?? 0) << BigInt(8 * at)
  return raw.map((byte, at) => (at < 32 ? byte : Number((s >> BigInt(8 * (at - 32))) & 0xffn)))
}

/** R is the neutral point and S is zero: fits any message under a small-order key. */
function neutral(): Uint8Array {
  return Uint8Array.from({ length: 64 }, (_, at) => (at === 0 ? 1 : 0))
}

/** The same bytes with an unused bit set in the last character: `YQ` and `YR` decode alike in a lax reader. */
function looseEnd(segment: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return segment.slice(0, -1) + alphabet[alphabet.indexOf(segment.slice(-1)) + 1]
}

/** A payload whose length leaves unused bits in its last character. */
function payloadWithSpareBits(): string {
  const text = json(good.entry)
  return base64url(text.length % 3 === 0 ? `${text} ` : text)
}

function hmacToken(): string {
  const signed = `${base64url(json({ alg: 'HS256', kid, typ }))}.${payload}`
  const secret = decodeBase64url(ENGINE.key.publicKey) ?? ''
  const mac = createHmac('sha512', secret).update(signed).digest()
  return `${signed}.${encodeBase64url(mac)}`
}

const shapes: Case[] = [
  ['empty', 'token_malformed', ''],
  ['one-dot', 'token_malformed', '.'],
  ['two-dots', 'token_malformed', '..'],
  ['two-segments', 'token_malformed', `${header}.${payload}`],
  ['four-segments', 'token_malformed', `${token}.${signature}`],
  ['json-serialisation', 'token_malformed', json({ protected: header, payload, signature })],
  ['empty-payload', 'token_malformed', `${header}..${signature}`],
  ['detached-header', 'token_malformed', `.${payload}.${signature}`],
  ['plus-in-payload', 'token_malformed', token.replace(payload, `+${payload.slice(1)}`)],
  ['slash-in-payload', 'token_malformed', token.replace(payload, `/${payload.slice(1)}`)],
  ['padding', 'token_malformed', `${header}.${payload}=.${signature}`],
  ['leading-space', 'token_malformed', ` ${token}`],
  ['trailing-newline', 'token_malformed', `${token}\n`],
  ['inner-crlf', 'token_malformed', `${header}.\r\n${payload}.${signature}`],
  ['trailing-nul', 'token_malformed', `${token}\u0000`],
  ['non-ascii', 'token_malformed', `${header}.${payload}é.${signature}`],
  ['full-width-dot', 'token_malformed', `${header}\uff0e${payload}\uff0e${signature}`],
  [
    'payload-loose-bits',
    'token_not_canonical',
    signSegments(header, looseEnd(payloadWithSpareBits())),
  ],
  ['signature-loose-bits', 'token_not_canonical', `${header}.${payload}.${looseEnd(signature)}`],
  ['header-loose-bits', 'token_not_canonical', signSegments(`${header.slice(0, -3)}ab`, payload)],
  ['payload-impossible-length', 'token_not_canonical', signSegments(header, 'A'.repeat(401))],
  [
    'over-the-cap',
    'token_too_large',
    signPayload(json({ ...good.entry, reason: 'x'.repeat(4000) })),
  ],
  ['over-every-cap', 'token_too_large', 'A'.repeat(300_000)],
]

const headers: Case[] = [
  withHeader('alg-none', { alg: 'none', kid, typ }),
  withHeader('alg-none-capital', { alg: 'None', kid, typ }),
  withHeader('alg-none-upper', { alg: 'NONE', kid, typ }),
  withHeader('alg-empty', { alg: '', kid, typ }),
  ['header-alg-hs256-with-public-key', 'header_not_pinned', hmacToken()],
  withHeader('alg-eddsa', { alg: 'EdDSA', kid, typ }),
  withHeader('alg-ed448', { alg: 'Ed448', kid, typ }),
  withHeader('alg-es256', { alg: 'ES256', kid, typ }),
  withHeader('alg-rs256', { alg: 'RS256', kid, typ }),
  withHeader('alg-lower-case', { alg: 'ed25519', kid, typ }),
  [
    'header-alg-twice',
    'header_not_pinned',
    signHeader(`{"alg":"none","alg":"Ed25519","kid":"${kid}","typ":"${typ}"}`, good.entry),
  ],
  withHeader('jwk', { alg: 'Ed25519', kid, typ, jwk: { kty: 'OKP', x: STRANGER.key.publicKey } }),
  withHeader('jku', { alg: 'Ed25519', kid, typ, jku: 'https://keys.example' }),
  withHeader('x5u', { alg: 'Ed25519', kid, typ, x5u: 'https://keys.example' }),
  withHeader('x5c', { alg: 'Ed25519', kid, typ, x5c: ['AA'] }),
  withHeader('crit', { alg: 'Ed25519', kid, typ, crit: ['exp'] }),
  withHeader('b64-false', { alg: 'Ed25519', kid, typ, b64: false }),
  withHeader('zip', { alg: 'Ed25519', kid, typ, zip: 'DEF' }),
  withHeader('kid-path', { alg: 'Ed25519', kid: '../../etc/passwd', typ }),
  withHeader('kid-proto', { alg: 'Ed25519', kid: '__proto__', typ }),
  withHeader('kid-sql', { alg: 'Ed25519', kid: "' OR 1=1 --", typ }),
  withHeader('kid-nul', { alg: 'Ed25519', kid: `${kid}\u0000`, typ }),
  withHeader('kid-missing', { alg: 'Ed25519', typ }),
  [
    'header-kid-10-kb',
    'token_too_large',
    signHeader(json({ alg: 'Ed25519', kid: 'k'.repeat(10_000), typ }), good.entry),
  ],
  [
    'header-kid-300',
    'token_too_large',
    signHeader(json({ alg: 'Ed25519', kid: 'k'.repeat(300), typ }), good.entry),
  ],
  withHeader('typ-jwt', { alg: 'Ed25519', kid, typ: 'JWT' }),
  withHeader('typ-of-version-2', { alg: 'Ed25519', kid, typ: 'keyside-signal-v2+jwt' }),
  withHeader('typ-missing', { alg: 'Ed25519', kid }),
  withHeader('typ-upper-case', { alg: 'Ed25519', kid, typ: typ.toUpperCase() }),
  withHeader('members-in-other-order', { typ, kid, alg: 'Ed25519' }),
  [
    'header-with-space',
    'header_not_pinned',
    signHeader(`{ "alg":"Ed25519","kid":"${kid}","typ":"${typ}"}`, good.entry),
  ],
  ['header-not-json', 'header_not_pinned', signHeader('Ed25519', good.entry)],
  ['stranger-key', 'header_not_pinned', sign('signal', good.entry, STRANGER.key)],
  [
    'stranger-key-under-trusted-kid',
    'signature_invalid',
    signPayload(json(good.entry), 'signal', { ...STRANGER, key: { ...STRANGER.key, kid } }),
  ],
  ['key-of-another-kind', 'header_not_pinned', signPayload(json(good.entry), 'signal', BOT)],
  ['report-where-signals-come', 'kind_unexpected', sign('report', good.report, DEVICE.key)],
  ['head-where-signals-come', 'kind_unexpected', sign('head', good.head, ENGINE.key)],
]

const signatures: Case[] = [
  ['signature-empty', 'token_malformed', `${header}.${payload}.`],
  withSignature('63-bytes', 'token_malformed', new Uint8Array(63)),
  withSignature('65-bytes', 'token_malformed', new Uint8Array(65)),
  withSignature('128-bytes', 'token_malformed', new Uint8Array(128)),
  withSignature('zeros', 'signature_invalid', new Uint8Array(64)),
  withSignature('s-plus-order', 'signature_invalid', malleated()),
  withSignature('small-order-r', 'signature_invalid', neutral()),
  withSignature('over-payload-only', 'signature_invalid', ENGINE.key.sign(bytes(payload))),
  withSignature(
    'over-decoded-payload',
    'signature_invalid',
    ENGINE.key.sign(bytes(json(good.entry))),
  ),
  ['swapped-payload', 'signature_invalid', `${header}.${otherPayload}.${signature}`],
  ['swapped-signature', 'signature_invalid', `${header}.${payload}.${otherSignature}`],
  [
    'header-of-head-on-signal',
    'kind_unexpected',
    `${headerSegment(kid, 'head')}.${payload}.${signature}`,
  ],
]

export const REFUSED_JWS: readonly Case[] = [...shapes, ...headers, ...signatures]
