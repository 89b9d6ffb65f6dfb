// What the vectors of enrolments cannot say.
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { enrollMac, verifyEnroll } from './enrolment.ts'
import { deriveInvitation, formatInvitation } from './invitation.ts'
import { keysetKeyring } from './keyring.ts'
import { sign } from './sign.ts'
import { NOW } from './vectors/claims.ts'
import { ENROLMENT_CASES } from './vectors/enrolment-cases.ts'
import { INVITATION_CASES, INVITATION_LINK } from './vectors/invitation-cases.ts'
import { NEWCOMER, PROVIDER } from './vectors/keys.ts'
import { accepted, declined, keyset } from './vectors/provider-claims.ts'
import { verify } from './verify.ts'

test('the key of an enrolment is the one it names, and its kid is computed', () => {
  const { token, ...expected } = ENROLMENT_CASES['taken'] ?? fail()
  expect(verifyEnroll(token, expected)).toMatchObject({ ok: true, kid: NEWCOMER.key.kid })
})

test.each([
  'invitation_used',
  'invitation_expired',
  'invitation_unknown',
  'enrolment_declined',
] as const)('an authority may turn an enrolment down with %s', (code) => {
  const refused = { code, message: 'ask for another invitation' }
  const token = sign('answer', { ...declined, refused }, PROVIDER.key)
  const place = { audience: NEWCOMER.key.kid, topic: 'keyside/v1/enroll/acme/alice-1/answer' }
  const read = verify(token, keysetKeyring(keyset), { kinds: ['answer'], now: NOW, ...place })
  expect(read).toMatchObject({ ok: true, claims: { refused } })
})

test('an answer is for one key, on the topic of one invitation', () => {
  const token = sign('answer', accepted, PROVIDER.key)
  const topic = 'keyside/v1/enroll/acme/alice-1/answer'
  const read = (audience: string, where: string) =>
    verify(token, keysetKeyring(keyset), { kinds: ['answer'], audience, topic: where, now: NOW })
  expect(read(NEWCOMER.key.kid, topic)).toMatchObject({ ok: true })
  expect(read(PROVIDER.key.kid, topic)).toMatchObject({ code: 'audience_mismatch' })
  expect(read(NEWCOMER.key.kid, `${topic}/x`)).toMatchObject({ code: 'topic_mismatch' })
})

test("the keys and the mac are those of Node's own HKDF and HMAC", () => {
  const [link = '', secret = ''] = INVITATION_LINK.split('#')
  const salt = createHash('sha256').update(link).digest()
  const derived = (info: string) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), salt, info, 32))
  const { connect, enroll } = deriveInvitation(INVITATION_LINK)
  expect(connect).toBe(derived('connect').toString('base64url'))
  expect(enroll).toBe(derived('enroll').toString('base64url'))
  const { claims } = ENROLMENT_CASES['taken'] ?? fail()
  const text = `alice-1|${NEWCOMER.key.kid}|${claims?.jti}`
  expect(claims?.mac).toBe(createHmac('sha256', derived('enroll')).update(text).digest('base64url'))
})

test('whoever alters any part of a link has other keys than the provider', () => {
  const links = Object.values(INVITATION_CASES)
    .filter(({ invitation }) => invitation !== undefined)
    .map(({ text }) => text)
  const keys = links.map((link) => deriveInvitation(link)).flatMap(Object.values)
  expect(new Set(keys).size).toBe(2 * links.length)
})

test('throws for what no reader would take', () => {
  expect(() => deriveInvitation(INVITATION_LINK.slice(0, -1))).toThrow(RangeError)
  const { invitation } = INVITATION_CASES['read-pinned'] ?? fail()
  if (invitation === undefined) fail()
  expect(() => formatInvitation({ ...invitation, plans: [] })).toThrow(RangeError)
  expect(() => formatInvitation({ ...invitation, host: '127.1' })).toThrow(RangeError)
  const names = { invitation: 'alice-1', kid: NEWCOMER.key.kid, jti: accepted.jti }
  expect(() => enrollMac('AA', names)).toThrow(RangeError)
})

function fail(): never {
  throw new Error('the case is not there')
}
