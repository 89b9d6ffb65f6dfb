// Everything between a trader and a provider, recorded: join, trade, report. Inside TLS nothing can be read; and where TLS
// is taken off, what the trader sends tells nothing of keys, balances, orders and fills.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig, ownCertificate } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import {
  type Access,
  GENESIS,
  type HeadRow,
  hashText,
  headTopic,
  presenceTopic,
  type Signal,
  type SigningKey,
  seconds,
  sign,
  signalTopic,
} from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  type Clock,
  createLog,
  freePort,
  makeSigningKey,
  newJti,
  noTrace,
  openLink,
  readSigningKey,
  systemClock,
  systemRandomBytes,
  tlsTrust,
  writePrivate,
  writeProofSecret,
} from '@keyside/runtime'
import { createVault } from '@keyside/runtime/vault'
import { CALM, Market, type SandboxExchange, startExchange } from '@keyside/sandbox'
import { expect, onTestFinished, test, vi } from 'vitest'
import { authorityConfig } from '../authority/config.ts'
import { makeProviderKeys } from '../authority/make-provider.ts'
import { Provider } from '../authority/provider.ts'
import { startAuthority } from '../authority/start.ts'
import { executorConfig } from '../executor/config.ts'
import type { Keychain } from '../executor/keychain/port.ts'
import { enrolmentKeys } from '../executor/keychain/provider-keys.ts'
import { deviceSecrets, keepExchangeKeys, makeDeviceSecrets } from '../executor/keychain/secrets.ts'
import { acceptPolicy } from '../executor/policy/policy-file.ts'
import { followOffer, readOffer } from '../executor/providers/follow.ts'
import { startExecutor } from '../executor/start-executor.ts'
import { jtiOf, signalClaims } from '../executor/testing/rig.ts'
import { leaks } from './canaries.ts'
import { recordTcp } from './recorder.ts'

const PROVIDER = 'acme'
const PLAN = 'trend'
const API_KEY = 'canaryApiKeyOfTheTrader0123456789'
const API_SECRET = 'canarySecretOfTheTrader0123456789'
/** Amounts that come from nowhere else. */
const BALANCE = '98765.4321'
const ALLOCATION = '874.38'
const log = createLog({ program: 'test', level: 'silent' })
const WAIT = { timeout: 20_000 }

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-wire-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  return home
}

function accessToken(client: string, acl: Access['acl'], authority: SigningKey): string {
  const iat = seconds(systemClock.now()) - 1
  const parties = { iss: 'authority', sub: client, aud: 'broker' }
  const jti = newJti(systemRandomBytes)
  return sign('access', { ...parties, iat, exp: iat + 3600, jti, acl }, authority)
}

/** A provider's broker behind a wire that is listened to, its authority and its engine, which use the broker itself. */
async function startProvider(tls: 'TLS' | 'in clear') {
  const home = newHome()
  const port = await freePort()
  const wire = await recordTcp(port)
  onTestFinished(() => wire.stop())
  const { pin, ...files } = ownCertificate(join(home, 'broker'))
  const [scheme, known] = tls === 'TLS' ? ['mqtts', `pin:${pin}`] : ['mqtt', 'none']
  const own = { url: `${scheme}://127.0.0.1:${port}`, tls: tls === 'TLS' ? known : 'ca' }
  const config = authorityConfig.parse({
    provider: PROVIDER,
    broker: own,
    addresses: [{ url: `${scheme}://127.0.0.1:${wire.port}`, tls: known }],
    plans: { [PLAN]: { about: 'Follows the trend', markets: ['BTC/USDT'] } },
  })
  const engine = makeSigningKey(join(home, 'engine/engine.key'), systemRandomBytes)
  const deps = { home, config, clock: systemClock, randomBytes: systemRandomBytes }
  const keys = { passphrase: 'correct horse battery', engineKey: engine.publicKey, cost: 2 ** 4 }
  const made = await makeProviderKeys({ ...deps, ...keys })
  const listen = { port, wsPort: null, accessList: 'broker/access.json' }
  const secure = tls === 'TLS' ? { tls: files } : {}
  const brokerSettings = brokerConfig.parse({ authority: made.authority, ...listen, ...secure })
  const broker = await startBroker(brokerSettings, { home, clock: systemClock, log })
  onTestFinished(() => broker.stop())
  const access = readSigningKey(join(home, 'authority/authority.key'))
  const all = { publish: ['keyside/v1/#'], subscribe: ['keyside/v1/#'] }
  writePrivate(join(home, 'authority/authority.token'), accessToken('authority', all, access))
  const authority = startAuthority(config, { home, log, clock: systemClock })
  onTestFinished(() => authority.stop())
  await authority.ready
  const online = Promise.withResolvers<void>()
  const link = openLink({
    url: own.url,
    tls: tlsTrust(own.tls),
    clientId: 'engine',
    token: accessToken('engine', all, access),
    // Its presence comes when it has subscribed.
    subscribe: [presenceTopic(PROVIDER, 'alice')],
    onMessage: () => online.resolve(),
    log,
  })
  onTestFinished(() => link.close())
  await link.ready
  const provider = new Provider(deps)
  onTestFinished(() => provider.close())
  return { wire, engine, link, provider, subscribed: online.promise }
}

type RunningProvider = Awaited<ReturnType<typeof startProvider>>

/** No engine runs that could answer for the catalogue: it is not waited for. */
const impatient: Clock = {
  ...systemClock,
  after: (ms, run) => systemClock.after(ms === 10_000 ? 1_000 : ms, run),
}

/** As "keyside follow" does it. Returns the link. */
async function follow(home: string, keychain: Keychain, { provider }: RunningProvider) {
  const until = seconds(systemClock.now()) + 86_400
  const asked = { client: 'alice', plans: [PLAN], until, valid: 600, replace: false }
  const { link } = provider.invite(asked)
  const deps = { home, clock: systemClock, randomBytes: systemRandomBytes, log }
  const offer = await readOffer(link, undefined, deps)
  const keys = enrolmentKeys(keychain, systemRandomBytes)
  await followOffer(offer, keys, { ...deps, clock: impatient })
  return link
}

const POLICY = `version: 1
currency: USDT
markets: [BTC/USDT]
streams:
  ${PROVIDER}/demo: { allocation: ${ALLOCATION} }
limits: { order: 900, day: 5000 }
max_stop_distance: optional
approval: never
`

/** The trader's device, with a home broker that nobody listens to, and an exchange. */
async function openDevice() {
  const home = newHome()
  // The executors of the person who runs the tests are left alone.
  vi.stubEnv('HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  const proofSecret = systemRandomBytes(32)
  const account = { name: 'main', apiKey: API_KEY, credential: { secret: API_SECRET } }
  const balances = { USDT: BALANCE, BTC: '0' }
  const market = new Market({ seed: 1, wave: CALM })
  const accounts = [{ ...account, balances }]
  const exchange = await startExchange({ market, proofSecret, accounts })
  onTestFinished(() => exchange.stop())
  const vault = { file: join(home, 'executor/vault.json'), passphrase: 'correct horse battery' }
  const keychain = await createVault({ ...vault, randomBytes: systemRandomBytes }, 2 ** 10)
  await makeDeviceSecrets(keychain, systemRandomBytes)
  const keys = { exchange: 'binance', apiKey: API_KEY, secret: API_SECRET }
  await keepExchangeKeys(keychain, 'main', keys)
  const authority = signingKey(systemRandomBytes(32))
  const settings = { authority: authority.publicKey, port: 0, wsPort: null }
  const broker = await startBroker(brokerConfig.parse(settings), { clock: systemClock, log })
  onTestFinished(() => broker.stop())
  const rights = { publish: ['keyside/v1/#'], subscribe: ['keyside/v1/#'] }
  writePrivate(join(home, 'executor/device.token'), accessToken('device', rights, authority))
  writeProofSecret(join(home, 'executor/sandbox.secret'), proofSecret)
  writeFileSync(join(home, 'policy.yaml'), POLICY)
  acceptPolicy({ home }, systemClock.now())
  const config = executorConfig.parse({
    home: { url: broker.address.mqtt, clientId: 'device', tokenFile: 'executor/device.token' },
    bot: { id: 'bot', key: signingKey(systemRandomBytes(32)).publicKey },
    exchange: { address: exchange.address },
    keychain: 'vault',
  })
  return { home, keychain, exchange, config }
}

/** Joined, bought, sold; and what went over the wire meanwhile. */
async function recordedDay(tls: 'TLS' | 'in clear') {
  const provider = await startProvider(tls)
  const device = await openDevice()
  const { home, keychain, exchange, config } = device
  const link = await follow(home, keychain, provider)
  const deps = { home, log, keychain, clock: systemClock, randomBytes: systemRandomBytes }
  const executor = await startExecutor(config, { ...deps, trace: noTrace })
  onTestFinished(() => executor.stop())
  await provider.subscribed
  const topic = signalTopic(PROVIDER, PLAN)
  await provider.link.publish(headTopic(PROVIDER, PLAN), head(provider.engine), { retain: true })
  const bought = signal(provider.engine, { seq: 1, jti: jtiOf('buy') })
  await provider.link.publish(topic, bought)
  await vi.waitFor(() => expect(orders(exchange, 'buy')).toHaveLength(1), WAIT)
  const all = { unit: 'percent', value: '100' } as const
  const exit = { kind: 'exit', side: 'sell', size: all, prev: hashText(bought) } as const
  await provider.link.publish(
    topic,
    signal(provider.engine, { ...exit, seq: 2, jti: jtiOf('sell') }),
  )
  await vi.waitFor(() => expect(orders(exchange, 'sell')).toHaveLength(1), WAIT)
  await executor.stop()
  return { ...device, invitation: link, bytes: provider.wire.bytes() }
}

function signal(engine: SigningKey, change: Partial<Signal>): string {
  const own = { iss: PROVIDER, plan: PLAN, size: { unit: 'percent', value: '50' } as const }
  return sign('signal', signalClaims(systemClock.now(), { ...own, ...change }), engine)
}

function head(engine: SigningKey): string {
  const iat = seconds(systemClock.now())
  const parties = { iss: PROVIDER, aud: 'executors', sub: PLAN, keyset: 1 } as const
  const times = { iat, exp: iat + 45, jti: newJti(systemRandomBytes) }
  const streams: HeadRow[] = [['demo', 0, GENESIS, 'flat', 0, Math.floor(iat)]]
  return sign('head', { ...parties, ...times, streams }, engine)
}

function orders(exchange: SandboxExchange, side: 'buy' | 'sell') {
  return exchange.acceptLog().filter((order) => order.side === side && Number(order.executed) > 0)
}

test('inside TLS nothing between a trader and a provider can be read', async () => {
  const { bytes } = await recordedDay('TLS')
  expect(bytes.length, 'enough for a keyset, an enrolment, signals and heads').toBeGreaterThan(
    10_000,
  )
  expect(readable(bytes)).toEqual([])
})

/** What a person would call text; so long a run of it comes in random bytes once in a hundred thousand recordings. */
function readable(bytes: Buffer): string[] {
  return bytes.toString('latin1').match(/[\x20-\x7e]{24,}/g) ?? []
}

test('with TLS taken off, what a trader sends tells of no key, balance, order or fill', async () => {
  const { bytes, keychain, exchange, invitation } = await recordedDay('in clear')
  expect(readable(bytes).length, 'the recorder sees').toBeGreaterThan(10)
  const { key, salt } = await deviceSecrets(keychain)
  const secrets = [
    { name: 'API key', secret: Buffer.from(API_KEY) },
    { name: 'API secret', secret: Buffer.from(API_SECRET) },
    { name: 'who the device is at home', secret: Buffer.from(key.publicKey, 'base64url') },
    { name: 'the salt of its orders', secret: Buffer.from(salt) },
    { name: "the invitation's secret", secret: Buffer.from(invitation.split('#')[1] ?? '') },
    ...(await seedsIn(keychain)),
  ]
  expect(leaks(secrets, [{ name: 'the wire', bytes }])).toEqual([])
  const messages = tokensIn(bytes)
  const kinds = messages.map(({ typ }) => typ)
  for (const kind of ['keyset+jws', 'enroll+jwt', 'answer+jwt', 'head+jwt', 'signal+jwt'])
    expect(kinds, 'the recorder sees').toContain(`keyside-${kind}`)
  const ofTrader = messages.filter(({ claims }) => claims['iss'] === 'alice')
  expect(
    new Set(ofTrader.map(({ typ }) => typ)),
    'presence and requests, and nothing else',
  ).toEqual(new Set(['keyside-presence+jwt', 'keyside-request+jwt']))
  const traded = [...orders(exchange, 'buy'), ...orders(exchange, 'sell')]
  const words = traded.flatMap(({ clientOrderId, executed }) => [clientOrderId, executed])
  expect(words).toHaveLength(4)
  const text = JSON.stringify(messages) + bytes.toString('latin1')
  const seen = [BALANCE, ALLOCATION, ...words, 'report', 'balance', 'fill'].filter((word) =>
    text.includes(word),
  )
  expect(seen).toEqual([])
})

/** Of every signing key that the keychain has: the device's, and the one for this provider. */
async function seedsIn(keychain: Keychain) {
  const names = (await keychain.names()).filter((name) => !name.includes('exchange'))
  return Promise.all(
    names.map(async (name) => {
      return { name, secret: Buffer.from((await keychain.get(name)) ?? '', 'base64url') }
    }),
  )
}

/** The tokens in it, opened. */
function tokensIn(bytes: Buffer) {
  const tokens = bytes.toString('latin1').match(/eyJ[\w-]+\.[\w-]+\.[\w-]{86}/g) ?? []
  return [...new Set(tokens)].map((token) => {
    const [header = '', payload = ''] = token.split('.')
    const { typ } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return { typ, claims }
  })
}
