// Enrolments without a network: the first key that holds the invitation gets it, and nobody else.
import { deriveInvitation, keyring, verify } from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { answerEnrolment, type EnrolmentOutcome } from './enrolment.ts'
import { firstKeyset } from './keyset/change.ts'
import { soleRoot } from './keyset/root.ts'
import { AuthorityRecord } from './record/record.ts'
import { enrolToken, PLANS } from './testing/provider-home.ts'

const NOW = 1_800_000_000
const ANSWER = signingKey(new Uint8Array(32).fill(1))
const ACCESS = signingKey(new Uint8Array(32).fill(2))
const DEVICE = signingKey(new Uint8Array(32).fill(3))
const THIEF = signingKey(new Uint8Array(32).fill(4))
const DAY = 86_400
const LINK = `keyside://127.0.0.1:1883/acme?i=abc&root=${'A'.repeat(43)}&tls=none&plans=trend&until=${NOW + 600}#AAAAAAAAAAAAAAAAAAAAAA`
const { enroll: ENROLL_KEY } = deriveInvitation(LINK)
const address = { url: 'mqtt://127.0.0.1:1883', tls: 'none' }
const { plans: ALL } = firstKeyset(
  {
    provider: 'acme',
    plans: PLANS,
    addresses: [address],
    root: soleRoot(ACCESS.publicKey),
    engine: ACCESS.publicKey,
    answer: ANSWER.publicKey,
  },
  { now: NOW, days: 30, jti: 'AAAAAAAAAAAAAAAAAAAAAA' },
)

function openRecord({ plans = ['trend'] } = {}) {
  const record = new AuthorityRecord(':memory:')
  onTestFinished(() => record.close())
  const dates = { until: NOW + 365 * DAY, made: NOW, expires: NOW + 600 }
  const keys = { connectHash: 'A'.repeat(43), enrollKey: ENROLL_KEY }
  record.invite({ id: 'abc', client: 'alice', plans, ...dates, ...keys })
  const signer = { provider: 'acme', randomBytes: systemRandomBytes }
  const deps = {
    record,
    plans: ALL,
    answer: { key: ANSWER, ...signer },
    access: { key: ACCESS, audience: 'broker', issuer: 'authority', ...signer },
  }
  const come = (
    key = DEVICE,
    { now = NOW, ...more }: Partial<Parameters<typeof enrolToken>[0]> = {},
  ): EnrolmentOutcome => {
    const token = enrolToken({ key, invitation: 'abc', enrollKey: ENROLL_KEY, now, ...more })
    const topic = 'keyside/v1/enroll/acme/abc'
    return answerEnrolment(deps, { topic, token, invitation: 'abc', now })
  }
  return { record, come }
}

/** The claims of an answer, as the device verifies them. */
function answerOf(outcome: EnrolmentOutcome, key = DEVICE, now = NOW) {
  if (outcome.outcome === 'ignored') throw new Error(outcome.message)
  const pins = keyring([{ key: publicKey(ANSWER.publicKey), issuer: 'acme', kinds: ['answer'] }])
  const { topic, token } = outcome.answer
  const verified = verify(token, pins, { kinds: ['answer'], audience: key.kid, now, topic })
  if (!verified.ok) throw new Error(verified.message)
  return verified.claims
}

test('the first key that holds the invitation becomes the subscriber, with rights to its plans alone', () => {
  const { record, come } = openRecord()
  const claims = answerOf(come())
  if (!('access' in claims)) throw new Error('refused')
  expect(claims).toMatchObject({ client: 'alice', plans: ['trend'], until: NOW + 365 * DAY })
  const pins = keyring([
    { key: publicKey(ACCESS.publicKey), issuer: 'authority', kinds: ['access'] },
  ])
  const expected = { kinds: ['access'] as const, audience: 'broker', now: NOW, topic: null }
  const access = verify(claims.access, pins, expected)
  if (!access.ok) throw new Error(access.message)
  expect(access.claims).toMatchObject({ sub: 'alice', exp: NOW + 30 * DAY })
  expect(access.claims.acl).toEqual({
    publish: ['keyside/v1/request/acme/alice', 'keyside/v1/presence/acme/alice'],
    subscribe: [
      'keyside/v1/signal/acme/trend',
      'keyside/v1/head/acme/trend',
      'keyside/v1/keyset/acme',
      'keyside/v1/response/acme/alice',
      'keyside/v1/presence/acme/engine',
    ],
  })
  expect(record.subscriber('alice')).toMatchObject({
    key: DEVICE.publicKey,
    enrolled: NOW,
    versions: [1],
    removed: null,
  })
})

test('the same key gets the same access token again, as an answer to the new enrolment', () => {
  const { come } = openRecord()
  const first = answerOf(come())
  const again = come(DEVICE, { now: NOW + 30 })
  expect(again.outcome).toBe('again')
  const second = answerOf(again, DEVICE, NOW + 30)
  if (!('access' in first && 'access' in second)) throw new Error('refused')
  expect(second.access).toBe(first.access)
  expect(second.to).not.toBe(first.to)
})

test('another key is told that the invitation is used, changes nothing, and is counted', () => {
  const { record, come } = openRecord()
  come()
  expect(answerOf(come(THIEF), THIEF)).toMatchObject({ refused: { code: 'invitation_used' } })
  expect(record.subscriber('alice')?.key).toBe(DEVICE.publicKey)
  expect(record.invitation('abc')?.others).toBe(1)
})

test('an invitation that is over, or withdrawn, is refused with a sentence', () => {
  const { come } = openRecord()
  expect(answerOf(come(DEVICE, { now: NOW + 600 }), DEVICE, NOW + 600)).toMatchObject({
    refused: { code: 'invitation_expired' },
  })
  const other = openRecord()
  other.record.remove('alice', NOW)
  expect(answerOf(other.come())).toMatchObject({ refused: { code: 'invitation_unknown' } })
})

test('a device that was shut out gets no token by its used invitation, nor by that of its successor', () => {
  const { record, come } = openRecord()
  come()
  record.remove('alice', NOW + 1)
  expect(answerOf(come())).toMatchObject({ refused: { code: 'invitation_unknown' } })
  const keys = { connectHash: 'A'.repeat(43), enrollKey: ENROLL_KEY }
  const dates = { until: NOW + DAY, made: NOW, expires: NOW + 600 }
  record.invite({ id: 'def', client: 'alice', plans: ['trend'], ...dates, ...keys })
  record.atomic(() =>
    record.enrol(
      {
        client: 'alice',
        invitation: 'def',
        key: THIEF.publicKey,
        plans: ['trend'],
        until: NOW + DAY,
        invited: NOW,
        enrolled: NOW + 2,
        terms: [],
        versions: [1],
        access: 'new',
        issued: NOW + 2,
      },
      THIEF.kid,
    ),
  )
  expect(answerOf(come())).toMatchObject({ refused: { code: 'invitation_unknown' } })
})

test('a token after a removal is younger than what was shut out, even in the same millisecond', () => {
  const { record, come } = openRecord()
  come()
  record.remove('alice', NOW)
  const before = record.refusedBefore('alice')
  expect(before).toBeGreaterThan(NOW)
  const keys = { connectHash: 'A'.repeat(43), enrollKey: ENROLL_KEY }
  record.prune({ refusedBefore: 0, expiredBefore: NOW + 601 })
  const dates = { until: NOW + DAY, made: NOW, expires: NOW + 600 }
  record.invite({ id: 'abc', client: 'alice', plans: ['trend'], ...dates, ...keys })
  come(THIEF)
  expect(record.subscriber('alice')?.issued).toBeGreaterThanOrEqual(before)
})

test('terms that were not accepted in the version in force are a reason to decline', () => {
  const { come } = openRecord({ plans: ['trend', 'swing'] })
  for (const terms of [[], [{ plan: 'swing', version: 1 }], [{ plan: 'trend', version: 2 }]])
    expect(answerOf(come(DEVICE, { terms }))).toMatchObject({
      refused: { code: 'enrolment_declined', message: expect.stringContaining('swing') },
    })
  expect(answerOf(come(DEVICE, { terms: [{ plan: 'swing', version: 2 }] }))).toHaveProperty(
    'access',
  )
})

test('a device of another wire alone is declined', () => {
  const { come } = openRecord()
  expect(answerOf(come(DEVICE, { changes: { versions: [2, 3] } }))).toMatchObject({
    refused: { code: 'enrolment_declined' },
  })
  expect(answerOf(come(DEVICE, { changes: { versions: [3, 1] } }))).toHaveProperty('access')
})

test.each([
  ['of who does not know the link', { enrollKey: 'A'.repeat(43) }, 'enroll_mac_invalid'],
  ['of another invitation', { changes: { iss: 'xyz' } }, 'issuer_mismatch'],
  ['to another provider', { changes: { aud: 'other' } }, 'audience_mismatch'],
  ['whose time is over', { changes: { iat: NOW - 70, exp: NOW - 10 } }, 'expired'],
])('an enrolment %s gets no answer', (_, more, code) => {
  const { record, come } = openRecord()
  expect(come(DEVICE, more)).toMatchObject({ outcome: 'ignored', code })
  expect(record.subscribers()).toEqual([])
})

test('a key is believed only with the signature that it makes', () => {
  const { record } = openRecord()
  const own = enrolToken({ key: DEVICE, invitation: 'abc', enrollKey: ENROLL_KEY, now: NOW })
  const other = enrolToken({ key: THIEF, invitation: 'abc', enrollKey: ENROLL_KEY, now: NOW })
  const [header, payload] = own.split('.')
  const token = [header, payload, other.split('.')[2]].join('.')
  const signer = { provider: 'acme', randomBytes: systemRandomBytes }
  const deps = {
    record,
    plans: ALL,
    answer: { key: ANSWER, ...signer },
    access: { key: ACCESS, audience: 'broker', issuer: 'authority', ...signer },
  }
  const topic = 'keyside/v1/enroll/acme/abc'
  expect(answerEnrolment(deps, { topic, token, invitation: 'abc', now: NOW })).toMatchObject({
    outcome: 'ignored',
    code: 'signature_invalid',
  })
})

test('an enrolment with any character changed makes no subscriber, and throws nothing', () => {
  const { record } = openRecord()
  const token = enrolToken({ key: DEVICE, invitation: 'abc', enrollKey: ENROLL_KEY, now: NOW })
  const signer = { provider: 'acme', randomBytes: systemRandomBytes }
  const deps = {
    record,
    plans: ALL,
    answer: { key: ANSWER, ...signer },
    access: { key: ACCESS, audience: 'broker', issuer: 'authority', ...signer },
  }
  const topic = 'keyside/v1/enroll/acme/abc'
  for (let at = 0; at < token.length; at += 1)
    for (const other of ['A', '.', 'ß', '']) {
      const changed = token.slice(0, at) + other + token.slice(at + 1)
      if (changed === token) continue
      const request = { topic, token: changed, invitation: 'abc', now: NOW }
      expect(answerEnrolment(deps, request).outcome).toBe('ignored')
    }
  expect(record.subscribers()).toEqual([])
  expect(record.invitation('abc')?.state).toBe('open')
})

test('an invitation that nobody made gets no answer', () => {
  const { record, come } = openRecord()
  record.prune({ refusedBefore: 0, expiredBefore: NOW + 10 * DAY })
  expect(come()).toMatchObject({ outcome: 'ignored', code: 'invitation_unknown' })
})
