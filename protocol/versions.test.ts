// The wire can evolve: what a later version sends is refused here, and what an earlier reader needs stays as it is.
import { expect, test } from 'vitest'
import { head } from './claims/head.ts'
import type { Keyset } from './claims/keyset.ts'
import { keyring } from './keyring.ts'
import { wireVersion } from './keyset.ts'
import { type Claims, KINDS, type Kind } from './kinds.ts'
import { publicKey } from './node.ts'
import { sign } from './sign.ts'
import * as good from './vectors/claims.ts'
import { ENROLMENT_CASES } from './vectors/enrolment-cases.ts'
import { signHeader } from './vectors/forge.ts'
import { ENGINE } from './vectors/keys.ts'
import * as provider from './vectors/provider-claims.ts'
import { verify } from './verify.ts'

const kinds = Object.keys(KINDS) as Kind[]
/** The engine's key, trusted for every kind. */
const pins = keyring([{ key: publicKey(ENGINE.key.publicKey), issuer: 'home', kinds }])
const SIGNALS = {
  kinds,
  audience: 'executors',
  now: good.NOW,
  topic: 'keyside/v1/signal/home/trend',
}
const HEADS = { ...SIGNALS, topic: 'keyside/v1/head/home/trend' }

/** Claims that are in order, of each kind. */
const GOOD: Readonly<Record<Kind, readonly object[]>> = {
  signal: [good.entry, good.limitEntry, good.exit, good.movedStop],
  head: [good.head],
  alert: [good.alert, good.namelessAlert],
  command: [good.command, good.haltAndSell],
  approval: [good.approval],
  report: [
    good.report,
    good.sold,
    good.approvalNeeded,
    good.alerted,
    good.balance,
    good.profit,
    good.sale,
  ],
  presence: [good.presence, good.devicePresence],
  access: [good.access],
  keyset: [provider.keyset, provider.rotated],
  enroll: [ENROLMENT_CASES['taken']?.claims ?? {}],
  answer: [provider.accepted, provider.declined],
  request: [provider.catalogueRequest, provider.replayRequest, provider.accessRequest],
  intent: [provider.entryIntent, provider.fullIntent, provider.exitIntent],
  result: [provider.intentAccepted, provider.intentRefused],
  response: [provider.catalogue, provider.replay, provider.accessResponse, provider.refusal],
}

/** A head as the first release signed it: it must be readable for ever. */
const FIRST_HEAD = [
  'eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoiVUREUmVPWmwxaXBYQWZwOXdZc20xM3NEQk1LNW9nLS1RV2RCanp1ZjZv',
  'NCIsInR5cCI6ImtleXNpZGUtaGVhZCtqd3QifQ.eyJpc3MiOiJob21lIiwiYXVkIjoiZXhlY3V0b3JzIiwiaWF0I',
  'joxNzk0OTk5OTk5LCJleHAiOjE3OTUwMDAwNDQsImp0aSI6IkFBRUNBd1FGQmdjSUNRb0xEQTBPRHciLCJzdWIiO',
  'iJ0cmVuZCIsInN0cmVhbXMiOltbImVtYS1jcm9zcyIsNywibjRiUWdZaE1mV1dhTC1xZ3hWclFGYU9fVHhzckM0S',
  'XMwVjFzRmJEd0NnZyIsImxvbmciLDcsMTc5NDk5OTkzOV0sWyJlbWEtc2xvdyIsMCwiQUFBQUFBQUFBQUFBQUFBQ',
  'UFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSIsImZsYXQiLDAsMTc5NDk5NjM5OV1dLCJrZXlzZXQiOjB9.ijRt',
  '2Zdp_63L1ieNOf0z3h50Wwh0QWQUk5tnt3jRMNHxSyk7j1xD_YAqphzHNzaDDiGBiYr7j5IaYxfBZSIDDA',
].join('')

const ofNext = (kind: Kind, claims: object) => {
  const typ = KINDS[kind].typ.replace('+', '-v2+')
  return signHeader(`{"alg":"Ed25519","kid":"${ENGINE.key.kid}","typ":"${typ}"}`, claims)
}

test.each(kinds)('a %s of version 2 fits no header of version 1, whoever signed it', (kind) => {
  for (const claims of GOOD[kind])
    for (const version of ['v1', 'v2']) {
      const topic = `keyside/${version}/signal/home/trend`
      expect(verify(ofNext(kind, claims), pins, { ...SIGNALS, topic })).toMatchObject({
        code: 'header_not_pinned',
      })
    }
})

test('a signal of version 1 is not read on a topic of version 2', () => {
  const token = sign('signal', good.entry, ENGINE.key)
  const topic = 'keyside/v2/signal/home/trend'
  expect(verify(token, pins, SIGNALS)).toMatchObject({ ok: true })
  expect(verify(token, pins, { ...SIGNALS, topic })).toMatchObject({ code: 'topic_mismatch' })
})

test('the head of version 1 never changes', () => {
  const names = ['iss', 'aud', 'iat', 'exp', 'jti', 'sub', 'streams', 'keyset']
  expect(Object.keys(head.shape)).toEqual(names)
  expect(verify(FIRST_HEAD, pins, HEADS)).toMatchObject({ ok: true, claims: good.head })
  expect(sign('head', good.head, ENGINE.key)).toBe(FIRST_HEAD)
})

test('where all signals are of version 2, the head of version 1 says all that leaving needs', () => {
  const exit = ofNext('signal', { ...good.exit, partOf: 'a grid' })
  expect(verify(exit, pins, SIGNALS)).toMatchObject({ ok: false, code: 'header_not_pinned' })
  const flat = good.emaCross.with(3, 'flat').with(1, 8).with(4, 8)
  const token = sign('head', { ...good.head, streams: [flat] } as Claims['head'], ENGINE.key)
  const read = verify(token, pins, { ...HEADS, kinds: ['head'] })
  if (!read.ok) throw new Error(read.message)
  const [[stream, seq, , position, since] = []] = read.claims.streams
  expect({ stream, seq, position, since }).toEqual({
    stream: 'ema-cross',
    seq: 8,
    position: 'flat',
    since: 8,
  })
})

/** Every object in the claims, each with `ext` added to it alone; the top level first. */
function* withExt(claims: object): Generator<unknown> {
  if (!Array.isArray(claims)) yield { ...claims, ext: { a: 'b' } }
  for (const [name, value] of Object.entries(claims)) {
    if (typeof value !== 'object' || value === null) continue
    for (const changed of withExt(value))
      yield Array.isArray(claims)
        ? claims.with(Number(name), changed)
        : { ...claims, [name]: changed }
  }
}

test.each(kinds)(
  '"ext" passes at the top of signals and responses, and nowhere else: %s',
  (kind) => {
    const { schema } = KINDS[kind]
    for (const claims of GOOD[kind]) {
      expect(schema.safeParse(claims).success).toBe(true)
      const [top, ...nested] = withExt(claims)
      expect(schema.safeParse(top).success).toBe(['signal', 'response'].includes(kind))
      for (const each of nested) expect(schema.safeParse(each).success).toBe(false)
    }
  },
)

const WRONG = ['x', '', '0', '-1', -1, 0, 1.5, null, []]

/** Each value in the claims, with a wrong one in its place. */
function* withWrong(claims: object): Generator<unknown> {
  const at = (name: string, value: unknown) =>
    Array.isArray(claims) ? claims.with(Number(name), value) : { ...claims, [name]: value }
  for (const [name, value] of Object.entries(claims)) {
    for (const wrong of WRONG) yield at(name, wrong)
    if (typeof value !== 'object' || value === null) continue
    for (const changed of withWrong(value)) yield at(name, changed)
  }
}

test.each(kinds)('no value in the claims of a %s makes its schema throw', (kind) => {
  for (const claims of GOOD[kind])
    for (const wrong of withWrong(claims))
      expect(() => KINDS[kind].schema.safeParse(wrong)).not.toThrow()
})

test('a device speaks the highest version that it and its provider know, until the date of the keyset', () => {
  const spoken = (wire: Keyset['wire'], now = good.NOW) =>
    wireVersion({ ...provider.keyset, wire }, now)
  expect(spoken([{ version: 1 }, { version: 2 }])).toBe(1)
  expect(spoken([{ version: 1, until: good.NOW + 1 }])).toBe(1)
  expect(spoken([{ version: 1, until: good.NOW }])).toBeNull()
  expect(spoken([{ version: 2 }])).toBeNull()
})
