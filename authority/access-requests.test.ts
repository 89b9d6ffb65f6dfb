// Requests for access without a network: a removal that came a moment before counts.
import { keyring, verify } from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { Quota, systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { answerAccessRequest } from './access-requests.ts'
import { AuthorityRecord } from './record/record.ts'
import type { Subscriber } from './record/rows.ts'
import { requestToken } from './testing/provider-home.ts'

const NOW = 1_800_000_000
const DAY = 86_400
const ANSWER = signingKey(new Uint8Array(32).fill(1))
const ACCESS = signingKey(new Uint8Array(32).fill(2))
const DEVICE = signingKey(new Uint8Array(32).fill(3))

function open({ until = NOW + 100 * DAY } = {}) {
  const record = new AuthorityRecord(':memory:')
  onTestFinished(() => record.close())
  const times = { until, invited: NOW - DAY, enrolled: NOW - DAY, issued: NOW - DAY }
  const what = { client: 'alice', invitation: 'abc', key: DEVICE.publicKey, plans: ['trend'] }
  record.atomic(() =>
    record.enrol({ ...what, ...times, versions: [1], terms: [], access: 'first' }, DEVICE.kid),
  )
  const ask = (subscriber = record.subscriber('alice') as Subscriber, now = NOW) => {
    const { topic, token, answer } = requestToken(DEVICE, 'alice', { do: 'access' }, now)
    const deps = {
      record,
      quota: new Quota({ most: 6, spanMs: 3_600_000 }),
      access: {
        key: ACCESS,
        provider: 'acme',
        audience: 'broker',
        issuer: 'authority',
        randomBytes: systemRandomBytes,
      },
      answerKey: ANSWER,
      randomBytes: systemRandomBytes,
      publicKey,
    }
    const outcome = answerAccessRequest(deps, subscriber, { topic, token, now })
    if (outcome.outcome === 'ignored') return outcome
    const pins = keyring([
      { key: publicKey(ANSWER.publicKey), issuer: 'acme', kinds: ['response'] },
    ])
    const expected = { kinds: ['response'] as const, audience: 'alice', now, topic: answer }
    const verified = verify(outcome.response.token, pins, expected)
    if (!verified.ok) throw new Error(verified.message)
    return verified.claims.answer
  }
  return { record, ask }
}

const expOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).exp

test('a token reaches 30 days, or to the end of the subscription', () => {
  const long = open().ask()
  expect('token' in long && expOf(long.token)).toBe(NOW + 30 * DAY)
  const short = open({ until: NOW + 3 * DAY }).ask()
  expect('token' in short && expOf(short.token)).toBe(NOW + 3 * DAY)
})

test('a removal that came since the request did is seen', () => {
  const { record, ask } = open()
  const before = record.subscriber('alice') as Subscriber
  record.remove('alice', NOW)
  expect(ask(before)).toMatchObject({ do: 'refused', code: 'subscription_ended' })
})

test('who is shut out while connected was last seen then, and who had gone before, when it went', () => {
  for (const [presence, seen] of [
    ['online', NOW],
    ['offline', NOW - DAY],
  ] as const) {
    const { record } = open()
    record.seen([{ client: 'alice', presence, seen: NOW - DAY, versions: [1] }])
    record.remove('alice', NOW)
    record.remove('alice', NOW + DAY)
    expect(record.subscriber('alice')).toMatchObject({ presence: 'offline', seen })
  }
})

test('a subscription that has ended is not lengthened by asking', () => {
  expect(open({ until: NOW }).ask()).toMatchObject({ do: 'refused', code: 'subscription_ended' })
})
