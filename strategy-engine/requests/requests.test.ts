// Requests without a network: who is answered, about what, how much, and how often.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Claims, hashText, keyring, type SigningKey, sign, verify } from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { createLog, newJti, systemClock, systemRandomBytes, writePrivate } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { openOutbox } from '../publish/database.ts'
import { Outbox } from '../publish/outbox.ts'
import { strategy } from '../testing/rules.ts'
import { Requests } from './answer.ts'
import { SubscriberList } from './subscriber-list.ts'

const NOW = 1_800_000_000
const ENGINE = signingKey(new Uint8Array(32).fill(1))
const ALICE = signingKey(new Uint8Array(32).fill(2))
const THIEF = signingKey(new Uint8Array(32).fill(3))
const TOPIC = 'keyside/v1/request/acme/alice'

function listFile(list: unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-requests-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'subscribers.json')
  writePrivate(file, JSON.stringify(list))
  return file
}

const alice = { client: 'alice', key: ALICE.publicKey, plans: ['demo'], until: NOW + 1000 }
const keyset = { version: 3, kids: [ENGINE.kid], plans: [] }

function open(signals = 0, { subscribers = [alice] }: { subscribers?: unknown[] } = {}) {
  const database = openOutbox(':memory:')
  onTestFinished(() => database.close())
  const outbox = new Outbox(database, { key: ENGINE })
  outbox.openStream({ name: 'demo', plan: 'demo', market: 'BTC/USDT' })
  outbox.openStream({ name: 'gold', plan: 'gold', market: 'BTC/USDT' })
  const tokens: string[] = []
  for (let at = 0; at < signals; at += 1) {
    const decision = { kind: 'exit' as const, size: { unit: 'percent' as const, value: '100' } }
    const input = { issuer: 'acme', strategy: strategy(), start: at * 60 }
    const reason = 'ß'.repeat(at % 200)
    const signed = outbox.sign({ ...input, decision: { ...decision, ref: '100', reason } })
    tokens.push(signed?.token ?? '')
  }
  outbox.commit()
  const clock = { ...systemClock, now: () => NOW * 1000 }
  const requests = new Requests({
    signer: {
      issuer: 'acme',
      client: 'engine',
      key: ENGINE,
      keyset: 3,
      randomBytes: systemRandomBytes,
    },
    outbox,
    subscribers: new SubscriberList(listFile({ keyset, subscribers }), () => undefined),
    catalogue: (plan) => [{ stream: plan, market: 'BTC/USDT', timeframe: '1m', about: '' }],
    clock,
    log: createLog({ program: 'engine', level: 'silent' }),
  })
  const ask = (what: Claims['request']['ask'], key = ALICE, topic = TOPIC, more = {}) => {
    const times = { iat: NOW, exp: NOW + 60, jti: newJti(systemRandomBytes), ...more }
    const token = sign('request', { iss: 'alice', aud: 'acme', ...times, ask: what }, key)
    const message = requests.answer(topic, token)
    return message && { ...opened(message), to: times.jti }
  }
  return { ask, tokens, requests }
}

function opened({ topic, token }: { topic: string; token: string }): Claims['response'] {
  const pins = keyring([{ key: publicKey(ENGINE.publicKey), issuer: 'acme', kinds: ['response'] }])
  const verified = verify(token, pins, { kinds: ['response'], audience: 'alice', now: NOW, topic })
  if (!verified.ok) throw new Error(verified.message)
  return verified.claims
}

interface Differently {
  readonly key?: SigningKey
  readonly topic?: string
  readonly more?: Partial<Claims['request']>
}

const replay = (after: number, stream = 'demo', plan = 'demo') =>
  ({ do: 'replay', plan, stream, after }) as const
const refusal = (code: string) => ({ do: 'refused', code })

test('a catalogue names the streams of a plan', () => {
  const { ask } = open()
  expect(ask({ do: 'catalogue', plan: 'demo' })?.answer).toEqual({
    do: 'catalogue',
    plan: 'demo',
    streams: [{ stream: 'demo', market: 'BTC/USDT', timeframe: '1m', about: '' }],
  })
})

test('missed signals come as they were signed, oldest first, in as many responses as they need', () => {
  const { ask, tokens } = open(100)
  const came: string[] = []
  let responses = 0
  for (let more = true; more; responses += 1) {
    const answer = ask(replay(came.length))?.answer
    if (answer?.do !== 'replay') throw new Error('expected signals')
    expect(answer.tokens.length).toBeGreaterThan(0)
    came.push(...answer.tokens)
    more = answer.more
  }
  expect(came.map(hashText)).toEqual(tokens.map(hashText))
  expect(responses).toBeLessThan(25)
})

test('who has all is told so, and who claims to have more too', () => {
  const { ask } = open(2)
  for (const after of [2, 3, 9_000])
    expect(ask(replay(after))?.answer).toMatchObject({ tokens: [], more: false })
})

test('only plans of the subscription are answered for, and only their streams', () => {
  const { ask } = open(1)
  expect(ask(replay(0, 'gold', 'gold'))?.answer).toMatchObject(refusal('plan_not_subscribed'))
  expect(ask({ do: 'catalogue', plan: 'gold' })?.answer).toMatchObject(
    refusal('plan_not_subscribed'),
  )
  expect(ask(replay(0, 'gold'))?.answer).toMatchObject(refusal('stream_unknown'))
  expect(ask(replay(0, 'none'))?.answer).toMatchObject(refusal('stream_unknown'))
})

test.each([
  ['signed by another key', { key: THIEF }],
  ['on the topic of another', { topic: 'keyside/v1/request/acme/bob' }],
  ['of yesterday', { more: { iat: NOW - 86_400, exp: NOW - 86_340 } }],
] satisfies [string, Differently][])('a request %s gets nothing', (_, differently) => {
  const { key, topic, more }: Differently = differently
  expect(open(1).ask(replay(0), key, topic, more)).toBeNull()
})

test('who is no subscriber, or not any more, gets nothing', () => {
  expect(open(1, { subscribers: [] }).ask(replay(0))).toBeNull()
  expect(open(1, { subscribers: [{ ...alice, until: NOW }] }).ask(replay(0))).toBeNull()
})

test('access is left to the authority', () => {
  expect(open().ask({ do: 'access' })).toBeNull()
})

test('one subscriber who asks too often is told to wait', () => {
  const { ask } = open()
  const answers = Array.from({ length: 31 }, () => ask({ do: 'catalogue', plan: 'demo' })?.answer)
  expect(answers.slice(0, 30).every((answer) => answer?.do === 'catalogue')).toBe(true)
  expect(answers[30]).toMatchObject(refusal('request_quota'))
})

test('who floods without a signature loses its own answers, and nobody else does', () => {
  const bob = { ...alice, client: 'bob', key: THIEF.publicKey }
  const { requests, ask } = open(1, { subscribers: [alice, bob] })
  for (let at = 0; at < 1_000; at += 1)
    expect(requests.answer('keyside/v1/request/acme/bob', 'no token')).toBeNull()
  expect(ask(replay(0))?.answer).toMatchObject({ do: 'replay' })
  for (let at = 0; at < 60; at += 1) requests.answer(TOPIC, 'no token')
  expect(ask(replay(0))).toBeNull()
})

test('all together get no more than the engine can do beside its signals', () => {
  const many = Array.from({ length: 250 }, (_, at) => ({ ...alice, client: `client-${at}` }))
  const { requests } = open(1, { subscribers: [alice, ...many] })
  const asked = many.filter(({ client }) => {
    const times = { iat: NOW, exp: NOW + 60, jti: newJti(systemRandomBytes) }
    const ask = { do: 'catalogue' as const, plan: 'demo' }
    const token = sign('request', { iss: client, aud: 'acme', ...times, ask }, ALICE)
    return requests.answer(`keyside/v1/request/acme/${client}`, token) !== null
  })
  expect(asked).toHaveLength(200)
})

test('a list that cannot be used keeps the engine down at the start, and the one before it later', () => {
  for (const broken of [{}, { keyset, subscribers: [{ ...alice, until: 'never' }] }, null])
    expect(() => new SubscriberList(listFile(broken), () => undefined)).toThrow(
      expect.objectContaining({ code: 'subscribers_broken' }),
    )
  const file = listFile({ keyset, subscribers: [alice] })
  const problems: string[] = []
  const list = new SubscriberList(file, (sentence) => problems.push(sentence))
  writeFileSync(file, '{')
  list.look()
  list.look()
  expect(problems).toEqual([expect.stringContaining('cannot be used')])
  expect(list.subscriber('alice')).toEqual(alice)
})

test('who enrolled a moment ago is known at once', () => {
  const file = listFile({ keyset, subscribers: [] })
  const list = new SubscriberList(file, () => undefined)
  expect(list.subscriber('alice')).toBeNull()
  writePrivate(file, JSON.stringify({ keyset, subscribers: [alice] }))
  expect(list.subscriber('alice')).toEqual(alice)
})

test('a key that no verifier should take is no key', () => {
  const list = new SubscriberList(
    listFile({ keyset, subscribers: [{ ...alice, key: 'A'.repeat(43) }] }),
    () => undefined,
  )
  const found = list.subscriber('alice')
  expect(found && list.keyOf(found)).toBeNull()
})

test('strategies are not for subscribers: those of a provider come from its own terminal', () => {
  const { ask } = open()
  for (const what of [
    { do: 'strategies' },
    { do: 'try', text: 'name: mine' },
    { do: 'drop', name: 'demo' },
  ] as const)
    expect(ask(what)?.answer).toMatchObject({ do: 'refused', code: 'strategies_elsewhere' })
})
