// Providers for real: brokers on loopback, signed keysets, and what the core is told of them.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import {
  GENESIS,
  type Head,
  headTopic,
  keysetTopic,
  type ProviderResponse,
  presenceTopic,
  requestTopic,
  responseTopic,
  type SigningKey,
  seconds,
  sign,
  signalTopic,
} from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  type Clock,
  createLog,
  KeysideError,
  type Link,
  noTrace,
  openLink,
  systemClock,
  systemRandomBytes,
  tokenTimes,
} from '@keyside/runtime'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ownTime } from '../../runtime/testing/own-time.ts'
import type { Input } from '../core/execution/inputs.ts'
import { TestProvider } from '../testing/provider-rig.ts'
import { jtiOf, signalClaims } from '../testing/rig.ts'
import {
  markRemoved,
  type ProviderRecord,
  providerFiles,
  readToken,
  writeProvider,
} from './provider-folder.ts'
import { type Journaled, Providers } from './providers.ts'

const log = createLog({ program: 'executor', level: 'silent' })
const deviceKey = signingKey(new Uint8Array(32).fill(77))
const WAIT = { timeout: 5_000, interval: 20 }

type Broker = Awaited<ReturnType<typeof startBroker>>

let home = ''
let inputs: Input[] = []
let undo: (() => Promise<unknown>)[] = []
let journaled: Record<string, Journaled> = {}
let ahead = 0

/** What repeats every second does so every 20 ms, and `ahead` ms have passed in a moment. */
const clock: Clock = {
  now: () => systemClock.now() + ahead,
  after: (ms, run) => systemClock.after(Math.min(ms, 5_000), run),
  every: (_, run) => systemClock.every(20, run),
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-providers-'))
  inputs = []
  undo = []
  journaled = {}
  ahead = 0
})
afterEach(async () => {
  for (const each of undo.reverse()) await each()
  rmSync(home, { recursive: true })
})

async function brokerOf(provider: TestProvider): Promise<Broker> {
  const config = { authority: provider.authority.publicKey, port: 0, wsPort: null }
  const broker = await startBroker(brokerConfig.parse(config), { clock: systemClock, log, home })
  undo.push(() => broker.stop())
  provider.address = { url: broker.address.mqtt, tls: 'none' }
  return broker
}

const ALL = { publish: ['keyside/v1/#'], subscribe: ['keyside/v1/#'] }

async function connect(
  provider: TestProvider,
  client: string,
  subscribe: readonly string[] = [],
  onMessage: (topic: string, token: string) => void = () => undefined,
): Promise<Link> {
  const token = provider.access(client, ALL)
  const link = openLink({
    url: provider.address.url,
    clientId: client,
    token,
    subscribe,
    onMessage,
    log,
  })
  undo.push(() => link.close())
  await link.ready
  return link
}

function follow(
  provider: TestProvider,
  change: Partial<ProviderRecord> = {},
  token?: string,
): void {
  const name = provider.name
  const record: ProviderRecord = {
    version: 1,
    issuer: name,
    root: provider.fingerprint,
    client: 'alice',
    plans: ['trend'],
    until: 4_000_000_000,
    address: provider.address,
    terms: [],
    followedAt: new Date().toISOString(),
    ...change,
  }
  writeProvider(home, name, {
    record,
    token: token ?? provider.access('alice', ALL),
    keyset: provider.keyset(1),
  })
}

async function start(keys: Readonly<Record<string, SigningKey | null>> = {}): Promise<Providers> {
  const take = (input: Input) => {
    inputs.push(input)
    if (input.type === 'provider')
      journaled[input.provider] = {
        keyset: null,
        ...journaled[input.provider],
        root: input.root,
        status: input.status,
      }
    return undefined
  }
  const providers = new Providers({
    home,
    own: null,
    journaled: (name) => journaled[name] ?? null,
    journaledNames: () => Object.keys(journaled),
    signingKey: async (name) => (name in keys ? (keys[name] ?? null) : deviceKey),
    take,
    tryTake: take,
    time: () => clock.now(),
    clock,
    randomBytes: systemRandomBytes,
    trace: noTrace,
    log,
  })
  undo.push(() => providers.close())
  await providers.start()
  return providers
}

const head = (provider: TestProvider, key = provider.engine, at = clock.now()) => {
  const iat = seconds(at)
  const claims: Head = {
    iss: provider.name,
    aud: 'executors',
    iat,
    exp: iat + 45,
    jti: jtiOf(`head ${iat}`),
    sub: 'trend',
    streams: [['demo', 0, GENESIS, 'flat', 0, Math.floor(iat)]],
    keyset: 1,
  }
  return sign('head', claims, key)
}

const signal = (provider: TestProvider, change = {}, at = clock.now()) =>
  sign(
    'signal',
    signalClaims(at, { iss: provider.name, plan: 'trend', ...change }),
    provider.engine,
  )

const alert = (provider: TestProvider, key: SigningKey, name: string) => {
  const { iss, aud, iat, plan, sub, market, referencePrice, candle } = signalClaims(clock.now(), {
    iss: provider.name,
    plan: 'trend',
  })
  const about = { plan, sub, market, name, price: referencePrice, candle, text: 'close 60000' }
  return sign('alert', { iss, aud, iat, exp: iat + 600, jti: jtiOf(name), ...about }, key)
}

const of = <Type extends Input['type']>(type: Type, provider = 'acme') =>
  inputs.filter(
    (input): input is Extract<Input, { type: Type }> =>
      input.type === type && 'provider' in input && input.provider === provider,
  )
const statuses = (provider?: string) => of('provider', provider).map(({ status }) => status)
const notices = () => inputs.flatMap((input) => (input.type === 'notice' ? [input.notice] : []))

test('a provider that is followed while the executor runs is heard, and one that is removed is not', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  await start()
  follow(acme)
  await vi.waitFor(() => expect(statuses()).toEqual(['followed']), WAIT)
  expect(of('keyset')).toMatchObject([{ version: 1 }])
  const engine = await connect(acme, 'engine')
  await vi.waitFor(async () => {
    await engine.publish(headTopic('acme', 'trend'), head(acme))
    expect(of('head').length).toBeGreaterThan(0)
  }, WAIT)
  markRemoved(home, 'acme', new Date())
  await vi.waitFor(() => expect(statuses()).toEqual(['followed', 'removed']), WAIT)
  expect(existsSync(providerFiles(home, 'acme').token)).toBe(false)
  const before = of('head').length
  await engine.publish(headTopic('acme', 'trend'), head(acme))
  await engine.publish(headTopic('acme', 'trend'), head(acme))
  expect(of('head')).toHaveLength(before)
})

test('a newer keyset is stored, told, and its keys count at once; those that it revokes do not', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  await (await start()).ready()
  const authority = await connect(acme, 'authority')
  const change = {
    keys: [acme.engineEntry(acme.nextEngine), acme.authorityEntry()],
    revoked: [acme.engine.kid],
  }
  const next = acme.keyset(2, change)
  await authority.publish(keysetTopic('acme'), next, { retain: true })
  await vi.waitFor(() => expect(of('keyset').at(-1)).toMatchObject({ version: 2 }), WAIT)
  expect(readFileSync(providerFiles(home, 'acme').keyset, 'utf8').trim()).toBe(next)
  await authority.publish(headTopic('acme', 'trend'), head(acme, acme.engine))
  await authority.publish(headTopic('acme', 'trend'), head(acme, acme.nextEngine))
  await vi.waitFor(() => expect(of('head')).toHaveLength(1), WAIT)
  expect(of('head')[0]?.kid).toBe(acme.nextEngine.kid)
  expect(inputs.filter(({ type }) => type === 'invalid_message')).toEqual([])
})

test('a keyset that the broker keeps is taken at the connection', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  const authority = await connect(acme, 'authority')
  await authority.publish(keysetTopic('acme'), acme.keyset(7), { retain: true })
  follow(acme)
  await start()
  await vi.waitFor(() => expect(of('keyset').map(({ version }) => version)).toEqual([1, 7]), WAIT)
})

test('two keysets of one version stop that provider, once and for good, and no other', async () => {
  const [acme, zeta] = [new TestProvider(), new TestProvider('zeta', 40)]
  await brokerOf(acme)
  await brokerOf(zeta)
  follow(acme)
  follow(zeta)
  await (await start()).ready()
  const authority = await connect(acme, 'authority')
  for (const kid of [acme.engine.kid, acme.authority.kid])
    await authority.publish(keysetTopic('acme'), acme.keyset(1, { revoked: [kid] }))
  await authority.publish(keysetTopic('acme'), acme.keyset(2))
  await vi.waitFor(() => expect(statuses()).toEqual(['followed', 'equivocated']), WAIT)
  await authority.publish(headTopic('acme', 'trend'), head(acme))
  await vi.waitFor(() => expect(of('head'), 'exits still come').toHaveLength(1), WAIT)
  expect(of('keyset').map(({ version }) => version)).toEqual([1])
  const engine = await connect(zeta, 'engine')
  await engine.publish(headTopic('zeta', 'trend'), head(zeta))
  await vi.waitFor(() => expect(of('head', 'zeta')).toHaveLength(1), WAIT)
  expect(statuses('zeta')).toEqual(['followed'])
})

test('what a provider signs is nothing on the line of another', async () => {
  const [acme, zeta] = [new TestProvider(), new TestProvider('zeta', 40)]
  await brokerOf(acme)
  await brokerOf(zeta)
  follow(acme)
  follow(zeta)
  await (await start()).ready()
  const hostile = await connect(acme, 'engine')
  await hostile.publish(headTopic('acme', 'trend'), head(zeta))
  await hostile.publish(keysetTopic('acme'), zeta.keyset(9))
  await hostile.publish(headTopic('acme', 'trend'), head(acme))
  await vi.waitFor(() => expect(of('head')).toHaveLength(1), WAIT)
  expect(of('head', 'zeta')).toEqual([])
  expect(of('keyset').map(({ version }) => version)).toEqual([1])
  expect(of('invalid_message').map(({ code }) => code)).toEqual(['keyset_signatures_missing'])
})

test('an alert counts by a key that its keyset lets sign one, once it is revoked no more, and not when it was kept', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  await (await start()).ready()
  const { authority, engine, nextEngine } = acme
  const asEngine = await connect(acme, 'engine')
  const say = (key: SigningKey, name: string) =>
    asEngine.publish(signalTopic('acme', 'trend'), alert(acme, key, name))
  await say(engine, 'one')
  await say(authority, 'two')
  const only = { key: nextEngine.publicKey, kinds: ['signal', 'head'] as const }
  const change = { keys: [{ ...only, kinds: [...only.kinds] }], revoked: [engine.kid] }
  await asEngine.publish(keysetTopic('acme'), acme.keyset(2, change))
  await say(engine, 'three')
  await say(nextEngine, 'four')
  await asEngine.publish(headTopic('acme', 'trend'), head(acme, nextEngine))
  await vi.waitFor(() => expect(of('head')).toHaveLength(1), WAIT)
  expect(of('alert').map(({ kid, claims }) => [kid, claims.name])).toEqual([[engine.kid, 'one']])
  expect(of('invalid_message')).toEqual([])
})

test('the same name on the device may be another than the one the provider uses itself', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme, { issuer: 'acme' })
  const files = providerFiles(home, 'acme')
  const { rename, mkdir } = await import('node:fs/promises')
  await mkdir(join(home, 'executor/providers'), { recursive: true })
  await rename(files.folder, providerFiles(home, 'mine').folder)
  await (await start()).ready()
  const engine = await connect(acme, 'engine')
  await engine.publish(headTopic('acme', 'trend'), head(acme))
  await vi.waitFor(() => expect(of('head', 'mine')).toHaveLength(1), WAIT)
})

test('messages of a key that is not named are told once, as one sentence, however many come', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  await (await start()).ready()
  const engine = await connect(acme, 'engine')
  const strange = () => engine.publish(headTopic('acme', 'trend'), head(acme, acme.nextEngine))
  for (let times = 0; times < 5; times += 1) await strange()
  expect(statuses(), 'a moment says nothing yet').toEqual(['followed'])
  ahead = 46_000
  for (let times = 0; times < 14; times += 1) await strange()
  await vi.waitFor(() => expect(statuses()).toEqual(['followed', 'unverified']), WAIT)
  expect(of('provider').at(-1)?.message).toMatch(/^acme: .*a key that its keyset does not name/)
  expect(of('invalid_message')).toEqual([])
  await engine.publish(headTopic('acme', 'trend'), head(acme))
  await vi.waitFor(() => expect(statuses()).toEqual(['followed', 'unverified', 'followed']), WAIT)
})

test('while good messages come too, those of a strange key say nothing about the provider', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  await (await start()).ready()
  const engine = await connect(acme, 'engine')
  for (let times = 0; times < 4; times += 1) {
    ahead += 20_000
    await engine.publish(headTopic('acme', 'trend'), head(acme))
    await engine.publish(headTopic('acme', 'trend'), head(acme, acme.nextEngine))
  }
  await vi.waitFor(() => expect(of('head')).toHaveLength(4), WAIT)
  expect(statuses()).toEqual(['followed'])
})

test('nothing counts after the end of the keyset, and that is told once', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  await (await start()).ready()
  const engine = await connect(acme, 'engine')
  ahead = 31 * 86_400_000
  await vi.waitFor(() => expect(statuses()).toEqual(['followed', 'unverified']), WAIT)
  await engine.publish(headTopic('acme', 'trend'), head(acme))
  const next = acme.keyset(2, {}, seconds(clock.now()))
  await engine.publish(keysetTopic('acme'), next)
  const later = seconds(clock.now()) + 1
  await engine.publish(headTopic('acme', 'trend'), head(acme, acme.engine, later * 1_000))
  await vi.waitFor(() => expect(of('head').at(-1)?.claims.iat).toBe(later), WAIT)
  expect(of('head')).toHaveLength(1)
  expect(statuses()).toEqual(['followed', 'unverified', 'followed'])
})

test('a clock that is behind is not behind the newest keyset', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  ahead = -86_400_000
  await (await start()).ready()
  const engine = await connect(acme, 'engine')
  await engine.publish(headTopic('acme', 'trend'), head(acme, acme.engine, systemClock.now()))
  await vi.waitFor(() => expect(of('head')).toHaveLength(1), WAIT)
})

test('two keysets of one version are forgiven when the provider is followed anew', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  await (await start()).ready()
  const authority = await connect(acme, 'authority')
  await authority.publish(keysetTopic('acme'), acme.keyset(1, { revoked: [acme.engine.kid] }))
  await vi.waitFor(() => expect(statuses()).toEqual(['followed', 'equivocated']), WAIT)
  follow(acme, { followedAt: 'again' })
  await vi.waitFor(() => expect(statuses().at(-1)).toBe('followed'), WAIT)
})

test('a provider that moves is followed to the address of its signed keyset, and nowhere else', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  await (await start()).ready()
  const old = await connect(acme, 'engine')
  const before = acme.address
  await brokerOf(acme)
  const moved = acme.keyset(2, { addresses: [acme.address] })
  await old.publish(keysetTopic('acme'), moved)
  const engine = await connect(acme, 'engine')
  await vi.waitFor(async () => {
    await engine.publish(headTopic('acme', 'trend'), head(acme))
    expect(of('head').length).toBeGreaterThan(0)
  }, WAIT)
  expect(before).not.toEqual(acme.address)
  expect(statuses()).toEqual(['followed'])
})

test('a token that the broker refuses ends the provider, in one sentence, until a better one is there', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme, {}, new TestProvider('acme', 60).access('alice', ALL))
  await start()
  await vi.waitFor(() => expect(statuses()).toEqual(['followed', 'ended']), WAIT)
  expect(of('provider').at(-1)?.message).toContain('keyside providers remove acme')
  follow(acme, { followedAt: 'again' })
  await vi.waitFor(() => expect(statuses().at(-1)).toBe('followed'), { ...WAIT, timeout: 10_000 })
})

test('a broker that is away for a minute is told, and when it is back', async () => {
  const acme = new TestProvider()
  follow(acme)
  await start()
  expect(statuses()).toEqual(['followed'])
  ahead = 61_000
  await vi.waitFor(() => expect(statuses()).toEqual(['followed', 'unreachable']), WAIT)
})

test('what a provider ended with before a restart is not over because nothing is known yet', async () => {
  const acme = new TestProvider()
  follow(acme)
  journaled['acme'] = { root: acme.fingerprint, keyset: null, status: 'ended' }
  await start()
  expect(statuses()).toEqual([])
})

test('one that was removed while the executor was away is told so', async () => {
  const acme = new TestProvider()
  const known = { root: acme.fingerprint, keyset: null, status: 'followed' } as const
  journaled = { acme: known, zeta: { ...known, status: 'removed' } }
  follow(acme)
  markRemoved(home, 'acme', new Date())
  journaled['gone'] = known
  await start()
  expect(statuses()).toEqual(['removed'])
  expect(statuses('gone')).toEqual(['removed'])
  expect(statuses('zeta')).toEqual([])
})

test('another root under a name that the journal knows is not followed, and keeps nobody else from it', async () => {
  const [acme, zeta] = [new TestProvider(), new TestProvider('zeta', 40)]
  await brokerOf(zeta)
  const known = { root: zeta.fingerprint, keyset: null, status: 'followed' } as const
  journaled = { acme: known }
  follow(acme)
  await expect(start()).rejects.toMatchObject({ code: 'provider_root_changed' })
  rmSync(providerFiles(home, 'acme').folder, { recursive: true })
  await start()
  follow(acme)
  follow(zeta)
  await vi.waitFor(() => expect(statuses('zeta')).toEqual(['followed']), WAIT)
  expect(statuses()).toEqual(['removed'])
  expect(notices().map(({ code }) => code)).toEqual(['provider_root_changed'])
})

test('a folder that is damaged is told once, and one that ran goes on', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  await (await start()).ready()
  const { writePrivate } = await import('@keyside/runtime')
  writePrivate(providerFiles(home, 'acme').record, '{')
  await vi.waitFor(
    () => expect(notices().map(({ code }) => code)).toEqual(['provider_damaged']),
    WAIT,
  )
  const engine = await connect(acme, 'engine')
  await engine.publish(headTopic('acme', 'trend'), head(acme))
  await vi.waitFor(() => expect(of('head')).toHaveLength(1), WAIT)
  expect(notices()).toHaveLength(1)
})

test('without its key a provider is heard, and the trader knows what is missing', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  await (await start({ acme: null })).ready()
  const engine = await connect(acme, 'engine')
  await engine.publish(headTopic('acme', 'trend'), head(acme))
  await vi.waitFor(() => expect(of('head')).toHaveLength(1), WAIT)
  expect(notices().map(({ code }) => code)).toEqual(['provider_key_missing'])
})

test('a head that the broker kept of an engine that is gone is no refusal: its silence is told', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  const engine = await connect(acme, 'engine')
  const [topic, old] = [headTopic('acme', 'trend'), head(acme, acme.engine, clock.now() - 60_000)]
  await engine.publish(topic, old, { retain: true })
  await (await start()).ready()
  await engine.publish(topic, old)
  await vi.waitFor(() => expect(of('invalid_message')).not.toEqual([]), WAIT)
  expect(of('invalid_message'), 'the one that was sent, not the one that was kept').toHaveLength(1)
})

test('a provider that sends without end is read slowly, and the other one at once', async () => {
  const [acme, zeta] = [new TestProvider(), new TestProvider('zeta', 40)]
  await brokerOf(acme)
  await brokerOf(zeta)
  follow(acme)
  follow(zeta)
  await (await start()).ready()
  const flood = await connect(acme, 'engine')
  const engine = await connect(zeta, 'engine')
  const junk = `${'A'.repeat(200)}.${'A'.repeat(200)}.${'A'.repeat(86)}`
  const sent = Array.from({ length: 4_000 }, () =>
    flood.publish(signalTopic('acme', 'trend'), junk),
  )
  const passed = ownTime()
  await engine.publish(headTopic('zeta', 'trend'), head(zeta))
  await vi.waitFor(() => expect(of('head', 'zeta')).toHaveLength(1), WAIT)
  expect(passed()).toBeLessThan(4_000)
  await Promise.allSettled(sent)
  expect(of('invalid_message').length).toBeLessThan(3_900)
})

async function respond(
  acme: TestProvider,
  answer: (ask: string) => ProviderResponse['answer'],
  key = acme.engine,
): Promise<Link> {
  const link = await connect(acme, 'engine', [requestTopic('acme', 'alice')], (_, token) => {
    const [, payload = ''] = token.split('.')
    const { jti, ask } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const iat = seconds(clock.now())
    const claims = {
      iss: 'acme',
      aud: 'alice',
      iat,
      exp: iat + 30,
      jti: jtiOf(`to ${jti}`),
      to: jti,
    }
    const response = sign('response', { ...claims, answer: answer(JSON.stringify(ask)) }, key)
    void link.publish(responseTopic('acme', 'alice'), response)
  })
  return link
}

const ASK = {
  type: 'ask_replay',
  provider: 'acme',
  plan: 'trend',
  stream: 'demo',
  after: 0,
} as const

test('signals that were missed are asked for, and each is verified as it was signed', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  const providers = await start()
  await providers.ready()
  const old = systemClock.now() - 3_600_000
  const tokens = [
    signal(acme, { seq: 1 }, old),
    sign('signal', signalClaims(old, { iss: 'acme', plan: 'trend', seq: 2 }), acme.nextEngine),
    signal(acme, { seq: 3, sub: 'other' }, old),
  ]
  const asked: string[] = []
  await respond(acme, (ask) => {
    asked.push(ask)
    return { do: 'replay', plan: 'trend', stream: 'demo', tokens, more: true }
  })
  expect(await providers.replay(ASK)).toMatchObject({
    type: 'replayed',
    provider: 'acme',
    stream: 'demo',
    signals: [{ kid: acme.engine.kid, claims: { seq: 1 } }],
    more: 'yes',
  })
  expect(asked).toEqual(['{"do":"replay","plan":"trend","stream":"demo","after":0}'])
})

test('an answer about another stream, of another key, or a refusal is no replay', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  const providers = await start()
  await providers.ready()
  const other = await respond(acme, () => {
    return { do: 'replay', plan: 'trend', stream: 'other', tokens: [], more: false }
  })
  expect(await providers.replay(ASK)).toBeNull()
  await other.close()
  const refusing = await respond(acme, () => {
    return { do: 'refused', code: 'quota_used', message: 'too often' }
  })
  expect(await providers.replay(ASK)).toBeNull()
  await refusing.close()
  await respond(
    acme,
    () => {
      return { do: 'replay', plan: 'trend', stream: 'demo', tokens: [], more: false }
    },
    acme.nextEngine,
  )
  expect(await providers.replay(ASK), 'nobody answers who may').toBeNull()
  expect(await providers.replay({ ...ASK, provider: 'nobody' })).toBeNull()
})

test('an access token is renewed when two thirds of its life are over, and stored before it is used', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  const old = acme.access('alice', ALL, 3_000, 2_100)
  const fresh = acme.access('alice', ALL)
  await respond(acme, () => ({ do: 'access', token: fresh }), acme.authority)
  follow(acme, {}, old)
  await start()
  await vi.waitFor(() => expect(readToken(home, 'acme')).toBe(fresh), WAIT)
  expect(tokenTimes(fresh)?.exp).toBeGreaterThan(tokenTimes(old)?.exp ?? Number.NaN)
  expect(notices()).toEqual([])
})

test('a new token that is for another client, or ends no later, is not taken', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  const old = acme.access('alice', ALL, 3_000, 2_100)
  const worse = [acme.access('bob', ALL), acme.access('alice', ALL, 600), 'no token.at.all']
  let asked = 0
  await respond(
    acme,
    () => {
      const token = worse[asked % worse.length] ?? ''
      asked += 1
      return { do: 'access', token }
    },
    acme.authority,
  )
  follow(acme, {}, old)
  await start()
  for (const times of [1, 2, 3]) {
    await vi.waitFor(() => expect(asked).toBe(times), WAIT)
    // The next one is asked for an hour later, and this one is judged before.
    await new Promise((done) => setTimeout(done, 100))
    ahead += 3_600_000
  }
  expect(readToken(home, 'acme')).toBe(old)
})

test('a provider that does not renew the access is told once, with its end', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  const refusal = { do: 'refused', code: 'subscription_ended', message: 'it has ended' } as const
  await respond(acme, () => refusal, acme.authority)
  follow(acme, {}, acme.access('alice', ALL, 3_000, 2_100))
  await start()
  await vi.waitFor(
    () => expect(notices().map(({ code }) => code)).toEqual(['access_not_renewed']),
    WAIT,
  )
  expect(notices()[0]?.message).toContain('it has ended')
})

test('the end of a subscription is told before it comes, once, over restarts too, and a renewed one is taken all the same', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  // Two thirds of its life are over, and no token reaches past the end of the subscription.
  const last = acme.access('alice', ALL, 900_000, 620_000)
  let running: Providers | null = null
  let token = last
  let asked = 0
  await respond(
    acme,
    () => {
      asked += 1
      return { do: 'access', token }
    },
    acme.authority,
  )
  follow(acme, {}, last)
  for (const times of [1, 2, 3]) {
    if (times !== 2) {
      await running?.close()
      running = await start()
    }
    await vi.waitFor(() => expect(asked).toBe(times), WAIT)
    await vi.waitFor(() => expect(notices()).toHaveLength(1), WAIT)
    ahead += 3_600_000
  }
  expect(notices()[0]).toMatchObject({ code: 'access_not_renewed', level: 'warning' })
  expect(notices()[0]?.message).toMatch(/^acme: .*\(the subscription ends then\)/)
  expect(readToken(home, 'acme')).toBe(last)
  token = acme.access('alice', ALL)
  await vi.waitFor(() => expect(readToken(home, 'acme')).toBe(token), WAIT)
})

test('a provider sees that the device is there, and when it leaves, and nothing else', async () => {
  const acme = new TestProvider()
  await brokerOf(acme)
  follow(acme)
  const seen: { state: string }[] = []
  await connect(acme, 'authority', [presenceTopic('acme', 'alice')], (_, token) => {
    const [, payload = ''] = token.split('.')
    seen.push(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  })
  const providers = await start()
  await providers.ready()
  await vi.waitFor(() => expect(seen.map(({ state }) => state)).toEqual(['online']), WAIT)
  expect(Object.keys(seen[0] ?? {}).sort()).toEqual([
    'aud',
    'exp',
    'iat',
    'iss',
    'jti',
    'state',
    'sub',
    'versions',
  ])
  await providers.close()
  await vi.waitFor(() => expect(seen.at(-1)?.state).toBe('offline'), WAIT)
})

test('an unknown provider cannot be removed', () => {
  expect(() => markRemoved(home, 'nobody', new Date())).toThrow(KeysideError)
  expect(() => markRemoved(home, 'nobody', new Date())).toThrow(
    expect.objectContaining({ code: 'provider_unknown' }),
  )
})
