// The authority with a real broker: invited, enrolled, connected, renewed, shut out.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  type Claims,
  keyring,
  keysetTopic,
  sign as signToken,
  verify,
  verifyKeyset,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { createLog, newJti, systemRandomBytes } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { ownTime } from '../runtime/testing/own-time.ts'
import { addSignature, readKeyset } from './keyset/file.ts'
import { openRoot } from './keyset/root.ts'
import { publishKeyset, renewKeyset, revokeKey } from './keyset/tools.ts'
import { startAuthority } from './start.ts'
import {
  PASSPHRASE,
  presenceToken,
  requestToken,
  runningProvider,
} from './testing/provider-home.ts'

const DAY = 86_400
const YEAR = 365 * DAY

type Running = Awaited<ReturnType<typeof runningProvider>>

function inviteAs(
  running: Running,
  client: string,
  more: { replace?: boolean; plans?: string[] } = {},
) {
  return running.provider().invite({
    client,
    plans: ['trend'],
    until: Date.now() / 1000 + YEAR,
    valid: 600,
    replace: false,
    ...more,
  })
}

function granted(answer: Claims['answer']) {
  if (!('access' in answer)) throw new Error(answer.refused.message)
  return answer
}

const SIGNALS = 'keyside/v1/signal/acme/trend'

/** A subscriber as it stands after its enrolment: connected with its own token. */
async function subscriber(running: Running, client: string) {
  const { link } = inviteAs(running, client)
  const device = await running.device(link)
  const { access } = granted(await device.enrol())
  await device.close()
  const response = `keyside/v1/response/acme/${client}`
  const connected = await running.client(access, [SIGNALS, response, keysetTopic('acme')])
  return { ...device, access, link, client: connected }
}

/** Verified with the answer key of the keyset that the device has. */
function responseIn(token: string, client: string, keyset: string): Claims['response'] {
  const { claims } = readKeyset(keyset)
  const trusted = claims.keys
    .filter(({ kinds }) => kinds.includes('response'))
    .map(({ key }) => ({ key: publicKey(key), issuer: 'acme', kinds: ['response'] as const }))
  const topic = `keyside/v1/response/acme/${client}`
  const expected = { kinds: ['response'] as const, audience: client, now: Date.now() / 1000, topic }
  const verified = verify(token, keyring(trusted), expected)
  if (!verified.ok) throw new Error(verified.message)
  return verified.claims
}

const own = () => {
  const iat = Math.floor(Date.now() / 1000)
  return { iat, exp: iat + 60, jti: newJti(systemRandomBytes) }
}

/** As `keyside init` gives it to the engine. */
function engineAccess({ read }: Running): string {
  const key = signingKey(Buffer.from(read('authority/authority.key').trim(), 'base64url'))
  const acl = { publish: ['keyside/v1/signal/acme/+'], subscribe: [] }
  const parties = { iss: 'authority', aud: 'broker', sub: 'engine' }
  return signToken('access', { ...parties, ...own(), acl }, key)
}

function alertOf({ engine }: Running, plan: string): string {
  const { iat, ...times } = own()
  const about = { plan, sub: plan, market: 'BTC/USDT', price: '65000', text: 'close 65000' }
  const candle = { timeframe: '1m', start: iat - 60 }
  return signToken(
    'alert',
    { iss: 'acme', aud: 'executors', iat, ...times, ...about, candle },
    engine,
  )
}

async function sign(running: Running, claims: Claims['keyset']): Promise<void> {
  const root = await openRoot({
    file: join(running.home, 'authority/root.vault'),
    passphrase: PASSPHRASE,
    randomBytes: systemRandomBytes,
  })
  publishKeyset(running.deps, addSignature({ claims, tokens: [] }, root))
}

const list = (running: Running) => JSON.parse(running.read('engine/subscribers.json'))

test('a link becomes a subscriber: keyset against the pinned root, enrolment, access of its own', async () => {
  const running = await runningProvider()
  const { link } = inviteAs(running, 'alice')
  const device = await running.device(link)
  const topic = keysetTopic('acme')
  const expected = { pinned: device.invitation.root, now: Date.now() / 1000, topic, held: null }
  expect(verifyKeyset(device.keyset, expected)).toMatchObject({ ok: true, version: 1 })
  expect(device.invitation.root).toBe(running.made.root)
  const { access, client } = granted(await device.enrol())
  expect(client).toBe('alice')
  const own = await running.client(access, [SIGNALS, topic])
  expect((await own.message(topic)).token).toBe(device.keyset)
  expect(list(running).subscribers).toMatchObject([
    { client: 'alice', key: device.key.publicKey, plans: ['trend'] },
  ])
})

test('an alert reaches the subscribers of its plan alone, and none of them can publish one', async () => {
  const running = await runningProvider()
  const [trend, swing] = [SIGNALS, 'keyside/v1/signal/acme/swing']
  const alice = await subscriber(running, 'alice')
  const device = await running.device(inviteAs(running, 'bob', { plans: ['swing'] }).link)
  const { access } = granted(await device.enrol([{ plan: 'swing', version: 2 }]))
  const bob = await running.client(access, [swing])
  const engine = await running.client(engineAccess(running), [])
  const alert = alertOf(running, 'trend')
  await engine.link.publish(trend, alert)
  await engine.link.publish(swing, alertOf(running, 'swing'))
  expect((await alice.client.message(trend)).token).toBe(alert)
  await bob.message(swing)
  expect(bob.received.map(({ topic }) => topic)).toEqual([swing])
  alice.client.link.publish(trend, alert).catch(() => undefined)
  await alice.client.gone()
  expect(alice.client.received.filter(({ topic }) => topic === trend)).toHaveLength(1)
  await bob.link.close()
  await expect(running.client(access, [trend])).rejects.toMatchObject({ code: 'broker_refused' })
})

test('who comes second with a link is told that it is used, and the provider is told', async () => {
  const running = await runningProvider()
  const { link } = inviteAs(running, 'alice')
  const first = await running.device(link)
  granted(await first.enrol())
  await first.close()
  const second = await running.device(link)
  expect(await second.enrol()).toMatchObject({ refused: { code: 'invitation_used' } })
  expect(running.codes()).toContain('invitation_used')
  expect(running.provider().secondDevices('alice')).toBe(1)
})

test('a lost answer is given again, also by an authority that was started anew', async () => {
  const running = await runningProvider()
  const { link } = inviteAs(running, 'alice')
  const device = await running.device(link)
  const { access } = granted(await device.enrol())
  await running.authority.stop()
  await running.begin()
  expect(granted(await device.enrol()).access).toBe(access)
})

test('a removed subscriber is off within a second and stays off, and nobody else is', async () => {
  const running = await runningProvider()
  const alice = await subscriber(running, 'alice')
  const bob = await subscriber(running, 'bob')
  const passed = ownTime()
  running.provider().remove('alice')
  await alice.client.gone()
  expect(passed()).toBeLessThan(1_000)
  await expect(running.client(alice.access, [])).rejects.toMatchObject({ code: 'broker_refused' })
  expect(bob.client.link.connected()).toBe(true)
  expect(list(running).subscribers.map((each: { client: string }) => each.client)).toEqual(['bob'])
})

test('a lost device is replaced: the old one is shut out at once, the new one has plans and end of the old', async () => {
  const running = await runningProvider()
  const old = await subscriber(running, 'alice')
  const end = running.provider().subscribers()[0]?.until
  expect(() => inviteAs(running, 'alice')).toThrow(
    expect.objectContaining({ code: 'subscriber_exists' }),
  )
  const { link } = running.provider().invite({ client: 'alice', valid: 600, replace: true })
  await old.client.gone()
  const device = await running.device(link)
  const { access, until, plans } = granted(await device.enrol())
  expect([until, plans]).toEqual([end, ['trend']])
  await running.client(access, [SIGNALS])
  await expect(running.client(old.access, [])).rejects.toMatchObject({ code: 'broker_refused' })
})

test('a subscriber asks for its next token, which reaches as far as the renewed subscription lets it', async () => {
  const running = await runningProvider()
  const { link } = running.provider().invite({
    client: 'alice',
    plans: ['trend'],
    until: Date.now() / 1000 + 2 * DAY,
    valid: 600,
    replace: false,
  })
  const device = await running.device(link)
  const { access, until } = granted(await device.enrol())
  await device.close()
  const expOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).exp
  expect(expOf(access)).toBe(until)
  running.provider().renew('alice', 365)
  const ask = requestToken(device.key, 'alice', { do: 'access' })
  const own = await running.client(access, [ask.answer])
  await own.link.publish(ask.topic, ask.token)
  const response = responseIn((await own.message(ask.answer)).token, 'alice', device.keyset)
  if (response.answer.do !== 'access') throw new Error('refused')
  expect(expOf(response.answer.token) - Date.now() / 1000).toBeGreaterThan(29 * DAY)
  await running.client(response.answer.token, [SIGNALS])
})

test('a request that another key signed gets nothing, and one too many a refusal', async () => {
  const running = await runningProvider()
  const alice = await subscriber(running, 'alice')
  const thief = signingKey(systemRandomBytes(32))
  const { topic, token } = requestToken(thief, 'alice', { do: 'access' })
  await alice.client.link.publish(topic, token)
  const answers: string[] = []
  for (let at = 0; at < 7; at += 1) {
    const ask = requestToken(alice.key, 'alice', { do: 'access' })
    await alice.client.link.publish(ask.topic, ask.token)
    const { token: answer } = await alice.client.message(ask.answer, at)
    const response = responseIn(answer, 'alice', alice.keyset)
    answers.push(response.answer.do === 'refused' ? response.answer.code : response.answer.do)
  }
  expect(answers).toEqual([...Array(6).fill('access'), 'request_quota'])
})

test('who floods is not looked at any more, and nobody else is kept waiting', async () => {
  const running = await runningProvider()
  const [alice, bob] = [await subscriber(running, 'alice'), await subscriber(running, 'bob')]
  for (let at = 0; at < 60; at += 1)
    await alice.client.link.publish('keyside/v1/request/acme/alice', 'no token')
  const own = requestToken(alice.key, 'alice', { do: 'access' })
  await alice.client.link.publish(own.topic, own.token)
  const ask = requestToken(bob.key, 'bob', { do: 'access' })
  await bob.client.link.publish(ask.topic, ask.token)
  await bob.client.message(ask.answer)
  expect(alice.client.received.filter(({ topic }) => topic === own.answer)).toEqual([])
})

test('what the engine answers is left to the engine', async () => {
  const running = await runningProvider()
  const alice = await subscriber(running, 'alice')
  const other = requestToken(alice.key, 'alice', { do: 'catalogue', plan: 'trend' })
  await alice.client.link.publish(other.topic, other.token)
  const ask = requestToken(alice.key, 'alice', { do: 'access' })
  await alice.client.link.publish(ask.topic, ask.token)
  const first = responseIn((await alice.client.message(ask.answer)).token, 'alice', alice.keyset)
  expect(first.answer.do).toBe('access')
})

test('who is connected is known from what each signs, and from nobody else', async () => {
  const running = await runningProvider()
  const alice = await subscriber(running, 'alice')
  const state = () => running.provider().subscribers()[0]
  const forged = presenceToken(signingKey(systemRandomBytes(32)), 'alice', 'online')
  await alice.client.link.publish(forged.topic, forged.token, { retain: true })
  const ask = requestToken(alice.key, 'alice', { do: 'access' })
  await alice.client.link.publish(ask.topic, ask.token)
  await alice.client.message(ask.answer)
  running.clock.move(0)
  expect(state()).toMatchObject({ presence: 'offline', seen: null })
  const own = presenceToken(alice.key, 'alice', 'online')
  await alice.client.link.publish(own.topic, own.token, { retain: true })
  await expect.poll(() => state()?.presence).toBe('online')
  expect(state()?.seen).toBeGreaterThan(Date.now() / 1000 - 60)
  await running.authority.stop()
  await running.begin()
  // Retained: who comes later learns it, too.
  await expect.poll(() => state()?.presence).toBe('online')
})

test('a signed keyset is published within a second, to who is there and who comes, and then to the engine', async () => {
  const running = await runningProvider()
  const alice = await subscriber(running, 'alice')
  await expect.poll(() => list(running).keyset.version).toBe(1)
  await sign(running, renewKeyset(running.deps, 30))
  const { token } = await alice.client.message(keysetTopic('acme'), 1)
  expect(readKeyset(token).claims.version).toBe(2)
  await expect
    .poll(() => list(running).keyset)
    .toMatchObject({
      version: 2,
      kids: [running.engine.kid],
      plans: [{ plan: 'trend', markets: ['BTC/USDT'] }, { plan: 'swing' }],
    })
})

test('the engine is not told of a keyset that was not published', async () => {
  const running = await runningProvider()
  await expect.poll(() => list(running).keyset.version).toBe(1)
  await running.broker.stop()
  await sign(running, renewKeyset(running.deps, 30))
  running.clock.move(0)
  // What failed to be sent has failed by now.
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
  expect(list(running).keyset.version).toBe(1)
})

test('a record that another program holds for a while loses no enrolment and no keyset', async () => {
  const running = await runningProvider()
  await expect.poll(() => list(running).keyset.version).toBe(1)
  const { link } = inviteAs(running, 'alice')
  const device = await running.device(link)
  const other = new DatabaseSync(join(running.home, 'authority/authority.db'))
  other.exec('BEGIN IMMEDIATE')
  const held = () => running.codes().filter((code) => code === 'database_busy')
  const enrolled = device.enrol()
  await expect.poll(held).toHaveLength(1)
  await sign(running, renewKeyset(running.deps, 30))
  // Its acknowledgement waits behind the enrolment, and the engine with it.
  await device.client.message(keysetTopic('acme'), 1)
  expect(list(running).keyset.version).toBe(1)
  other.exec('ROLLBACK')
  other.close()
  expect(granted(await enrolled).client).toBe('alice')
  await expect
    .poll(() => list(running))
    .toMatchObject({
      keyset: { version: 2 },
      subscribers: [{ client: 'alice' }],
    })
})

test('an answer key that is revoked has a successor, with which the authority goes on', async () => {
  const running = await runningProvider()
  const alice = await subscriber(running, 'alice')
  const answerKey = readKeyset(alice.keyset).claims.keys.find(({ kinds }) =>
    kinds.includes('answer'),
  )
  const kid = publicKey(answerKey?.key ?? '').kid
  await sign(running, revokeKey(running.deps, kid, 30))
  const { token: keyset } = await alice.client.message(keysetTopic('acme'), 1)
  expect(readKeyset(keyset).claims.revoked).toEqual([kid])
  await expect.poll(() => list(running).keyset.version).toBe(2)
  const ask = requestToken(alice.key, 'alice', { do: 'access' })
  await alice.client.link.publish(ask.topic, ask.token)
  const { token } = await alice.client.message(ask.answer)
  expect(responseIn(token, 'alice', keyset).answer.do).toBe('access')
  expect(() => responseIn(token, 'alice', alice.keyset)).toThrow()
})

test('a keyset file that cannot be published is told once, and the one before stays', async () => {
  const running = await runningProvider()
  const file = join(running.home, 'authority/keyset.txt')
  await expect.poll(() => list(running).keyset.version).toBe(1)
  const before = readFileSync(file, 'utf8')
  const { claims } = readKeyset(before)
  const thief = signingKey(systemRandomBytes(32))
  const roots = [{ keys: [thief.publicKey], threshold: 1 }]
  const forged = addSignature({ claims: { ...claims, version: 2, roots }, tokens: [] }, thief)
  writeFileSync(file, forged.tokens.join('\n'))
  await expect.poll(() => running.codes()).toContain('keyset_root_unknown')
  expect(list(running).keyset.version).toBe(1)
})

test('the provider is reminded long before the keyset ends, and when it has ended', async () => {
  const running = await runningProvider()
  expect(running.codes()).not.toContain('keyset_ends_soon')
  running.clock.move(21 * DAY * 1000)
  expect(running.codes()).toContain('keyset_ends_soon')
  running.clock.move(10 * DAY * 1000)
  expect(running.codes()).toContain('keyset_expired')
})

test('one authority a record, and none without a keyset', async () => {
  const running = await runningProvider()
  const { home, config, clock } = running
  const log = createLog({ program: 'authority', level: 'silent' })
  expect(() => startAuthority(config, { home, log, clock })).toThrow(
    expect.objectContaining({ code: 'authority_locked' }),
  )
  await running.authority.stop()
  rmSync(join(home, 'authority/keyset.txt'))
  expect(() => startAuthority(config, { home, log, clock })).toThrow(
    expect.objectContaining({ code: 'keyset_missing' }),
  )
})
