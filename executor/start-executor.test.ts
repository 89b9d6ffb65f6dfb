// The whole executor for real: broker, sandbox exchange, unmodified ccxt, vault, journal on a disk.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import {
  type Access,
  commandTopic,
  encodeBase64url,
  GENESIS,
  type Head,
  HOME,
  headTopic,
  keyring,
  type ReportEvent,
  reportTopic,
  seconds,
  sign,
  signalTopic,
  verify,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import {
  createLog,
  executorsFolder,
  freePort,
  type Link,
  noTrace,
  openLink,
  systemClock,
  systemRandomBytes,
  writePrivate,
  writeProofSecret,
} from '@keyside/runtime'
import { createVault } from '@keyside/runtime/vault'
import { CALM, Market, type SandboxExchange, startExchange } from '@keyside/sandbox'
import { Secret, TOTP } from 'otpauth'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest'
import { ownTime } from '../runtime/testing/own-time.ts'
import { type ExecutorConfig, executorConfig } from './config.ts'
import { readAnswer } from './halt-file.ts'
import { askForHalt, haltFile } from './halt-request.ts'
import { Journal } from './journal/journal.ts'
import { writeMark } from './journal/mark.ts'
import { holdForMove } from './journal/moved-home.ts'
import { readJournal } from './journal/read.ts'
import { lockKey } from './keychain/key-lock.ts'
import type { Keychain } from './keychain/port.ts'
import {
  CODE_SECRET_BYTES,
  deviceSecrets,
  keepCodeSecret,
  keepExchangeKeys,
  makeDeviceSecrets,
} from './keychain/secrets.ts'
import { acceptPolicy, followedPolicy, policyState } from './policy/policy-file.ts'
import { writeProvider } from './providers/provider-folder.ts'
import { type Executor, startExecutor } from './start-executor.ts'
import { TestProvider } from './testing/provider-rig.ts'
import { jtiOf, signalClaims } from './testing/rig.ts'

const key = (byte: number) => signingKey(new Uint8Array(32).fill(byte))
const authority = key(1)
const engine = key(2)
const bot = key(3)
const sandboxSecret = new Uint8Array(32).fill(9)
const log = createLog({ program: 'executor', level: 'silent' })
const POLICY = `version: 1
currency: USDT
markets: [BTC/USDT]
streams:
  home/demo: { allocation: 1000 }
limits: { order: 500, day: 2000 }
max_stop_distance: optional
approval: never
`

const ORDER = {
  clientOrderId: 'c'.repeat(32),
  stream: 'home/demo',
  kind: 'entry',
  signal: jtiOf('signal'),
  seq: 1,
  signedAt: 0,
  validUntil: 0,
  reason: 'a test',
  timeframe: '1m',
  intent: {
    kind: 'entry',
    market: 'BTC/USDT',
    side: 'buy',
    size: { unit: 'quote', value: '50' },
    type: 'market',
    referencePrice: '60000',
  },
} as const

let exchange: SandboxExchange
let broker: Awaited<ReturnType<typeof startBroker>>
let home = ''
let keychain: Keychain
let config: ExecutorConfig
let executor: Executor | null = null
let links: Link[] = []
let events: ReportEvent[] = []
/** Of each report. */
let moneys: (string | undefined)[] = []

const access = (client: string, acl: Access['acl'], issuer = authority) => {
  const iat = seconds(systemClock.now()) - 1
  const parties = { iss: 'authority', sub: client, aud: 'broker' }
  const claims = { ...parties, iat, exp: iat + 3600, jti: jtiOf(client), acl }
  return sign('access', claims, issuer)
}

beforeAll(async () => {
  const secret = 'secret'.repeat(8)
  const balances = { USDT: '10000', BTC: '0' }
  exchange = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    proofSecret: sandboxSecret,
    accounts: [
      { name: 'main', apiKey: 'tradeOnly', credential: { secret }, balances },
      {
        name: 'mighty',
        apiKey: 'mighty',
        credential: { secret },
        balances,
        rights: { enableWithdrawals: true },
      },
    ],
  })
  broker = await startBroker(
    brokerConfig.parse({ authority: authority.publicKey, port: 0, wsPort: null }),
    { clock: systemClock, log },
  )
})
afterAll(async () => {
  await broker.stop()
  await exchange.stop()
})

const userHome = process.env['HOME']
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'keyside-executor-'))
  // The executors of the person who runs the tests are left alone.
  process.env['HOME'] = home
  const passphrase = 'correct horse battery'
  const file = join(home, 'executor/vault.json')
  keychain = await createVault({ file, passphrase, randomBytes: systemRandomBytes }, 2 ** 10)
  await makeDeviceSecrets(keychain, systemRandomBytes)
  const keys = { exchange: 'binance', secret: 'secret'.repeat(8) }
  await keepExchangeKeys(keychain, 'main', { ...keys, apiKey: 'tradeOnly' })
  await keepExchangeKeys(keychain, 'mighty', { ...keys, apiKey: 'mighty' })
  const all = ['keyside/v1/#']
  for (const client of ['device', 'device-signals'])
    writePrivate(join(home, `${client}.token`), access(client, { publish: all, subscribe: all }))
  const url = broker.address.mqtt
  config = executorConfig.parse({
    home: { url, clientId: 'device', tokenFile: 'device.token' },
    engine: {
      url,
      clientId: 'device-signals',
      tokenFile: 'device-signals.token',
      key: engine.publicKey,
      plans: ['demo'],
    },
    bot: { id: 'bot', key: bot.publicKey },
    exchange: { address: exchange.address },
    keychain: 'vault',
  })
  writeProofSecret(join(home, 'executor/sandbox.secret'), sandboxSecret)
  writeFileSync(join(home, 'policy.yaml'), POLICY)
  acceptPolicy({ home }, systemClock.now())
  events = []
  moneys = []
})
afterEach(async () => {
  await executor?.stop()
  executor = null
  await Promise.all(links.map((link) => link.close()))
  links = []
  process.env['HOME'] = userHome
  rmSync(home, { recursive: true })
})

const stop = async () => {
  await executor?.stop()
  executor = null
}
const start = async (change: Partial<ExecutorConfig> = {}) => {
  const deps = {
    home,
    log,
    keychain,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    trace: noTrace,
  }
  executor = await startExecutor({ ...config, ...change }, deps)
}

async function connect(clientId: string, subscribe: readonly string[] = []): Promise<Link> {
  const device = publicKey((await deviceSecrets(keychain)).key.publicKey)
  const pins = keyring([{ key: device, issuer: 'device', kinds: ['report'] }])
  const link = openLink({
    url: broker.address.mqtt,
    clientId,
    token: access(clientId, { publish: ['keyside/v1/#'], subscribe: ['keyside/v1/#'] }),
    subscribe,
    onMessage: (topic, token) => {
      const now = systemClock.now() / 1000
      const verified = verify(token, pins, { kinds: ['report'], audience: 'bot', now, topic })
      if (!verified.ok) return
      events.push(verified.claims.event)
      moneys.push(verified.claims.money)
    },
    log,
  })
  links.push(link)
  await link.ready
  return link
}

const head = (...streams: readonly string[]) => {
  const iat = seconds(systemClock.now())
  const rows = streams.length === 0 ? ['demo'] : streams
  return sign(
    'head',
    {
      ...{ iss: 'home', aud: 'executors', sub: 'demo', iat, exp: iat + 45, keyset: 0 },
      jti: jtiOf(`${iat}`),
      streams: rows.map((stream) => [stream, 0, GENESIS, 'flat', 0, Math.floor(iat)]),
    },
    engine,
  )
}

const codes = () =>
  events.map((event) =>
    event.type === 'order' ? event.status : 'code' in event ? event.code : event.type,
  )

/** Accepted as the first one of a device: a wider one would wait for a day. */
function firstPolicy(markets: string): void {
  const own = join(home, 'executor')
  for (const file of readdirSync(own).filter((name) => name.startsWith('journal.db')))
    rmSync(join(own, file))
  writeFileSync(join(home, 'policy.yaml'), POLICY.replace('[BTC/USDT]', markets))
  acceptPolicy({ home }, systemClock.now())
}

/** What was told before the bot came. */
function askForAll(chat: Link): Promise<void> {
  const iat = seconds(systemClock.now())
  const parties = { iss: 'bot', aud: 'device', sub: 'telegram:1', jti: jtiOf('replay') }
  const instruction = { do: 'replay', after: 0 } as const
  const replay = sign('command', { ...parties, iat, exp: iat + 60, instruction }, bot)
  return chat.publish(commandTopic('device'), replay)
}

test('a signed signal becomes one filled order, told to the bot under the device key', async () => {
  const before = exchange.acceptLog().length
  await start()
  await connect('bot', [reportTopic('device')])
  const provider = await connect('engine')
  await provider.publish(headTopic(HOME, 'demo'), head(), { retain: true })
  const signal = sign('signal', signalClaims(systemClock.now(), {}), engine)
  await provider.publish(signalTopic(HOME, 'demo'), signal)
  await provider.publish(signalTopic(HOME, 'demo'), signal)
  await vi.waitFor(() => expect(codes()).toContain('filled'), { timeout: 4_000 })
  expect(codes()).toEqual(['submitted', 'filled'])
  expect(exchange.acceptLog()).toHaveLength(before + 1)
  await executor?.stop()
  expect(readJournal(join(home, 'executor/journal.db')).map(({ type }) => type)).toContain('fill')
})

test('two providers with one stream name and copied ids are two: each has its own orders, and one is followed while it runs', async () => {
  const [acme, zeta] = [new TestProvider(), new TestProvider('zeta', 40)]
  writeFileSync(
    join(home, 'policy.yaml'),
    POLICY.replace('home/demo:', 'acme/demo: { allocation: 1000 }\n  zeta/demo:'),
  )
  acceptPolicy({ home }, systemClock.now())
  const all = { publish: ['keyside/v1/#'], subscribe: ['keyside/v1/#'] }
  const authorized = (of: TestProvider) => ({
    authority: of.authority.publicKey,
    port: 0,
    wsPort: null,
  })
  const engines = new Map<TestProvider, Link>()
  const brokers = [acme, zeta].map(async (of) => {
    const own = await startBroker(brokerConfig.parse(authorized(of)), {
      clock: systemClock,
      log,
      home,
    })
    of.address = { url: own.address.mqtt, tls: 'none' }
    const token = of.access('engine', all)
    const link = openLink({
      url: of.address.url,
      clientId: 'engine',
      token,
      subscribe: [],
      onMessage: () => undefined,
      log,
    })
    links.push(link)
    await link.ready
    engines.set(of, link)
    return own
  })
  const running = await Promise.all(brokers)
  const follow = async (of: TestProvider) => {
    await keychain.set(`provider/${of.name}`, encodeBase64url(systemRandomBytes(32)))
    const record = {
      version: 1 as const,
      issuer: of.name,
      root: of.fingerprint,
      client: 'alice',
      plans: ['trend'],
      until: 4_000_000_000,
      address: of.address,
      terms: [],
      followedAt: 'today',
    }
    writeProvider(home, of.name, { record, token: of.access('alice', all), keyset: of.keyset(1) })
  }
  await follow(acme)
  await start()
  await connect('bot', [reportTopic('device')])
  await follow(zeta)
  const before = exchange.acceptLog().length
  for (const of of [acme, zeta]) {
    const at = seconds(systemClock.now())
    const parties = {
      iss: of.name,
      aud: 'executors' as const,
      iat: at,
      exp: at + 45,
      jti: jtiOf('head'),
    }
    const streams: Head['streams'] = [['demo', 0, GENESIS, 'flat', 0, Math.floor(at)]]
    const said = sign('head', { ...parties, sub: 'trend', streams, keyset: 1 }, of.engine)
    await engines.get(of)?.publish(headTopic(of.name, 'trend'), said, { retain: true })
  }
  await vi.waitFor(() => expect(Object.keys(readStreams())).toHaveLength(2), { timeout: 5_000 })
  for (const of of [acme, zeta]) {
    const claims = signalClaims(systemClock.now(), { iss: of.name, plan: 'trend' })
    await engines.get(of)?.publish(signalTopic(of.name, 'trend'), sign('signal', claims, of.engine))
  }
  await vi.waitFor(() => expect(codes().filter((code) => code === 'filled')).toHaveLength(2), {
    timeout: 5_000,
  })
  const ids = exchange
    .acceptLog()
    .slice(before)
    .map(({ clientOrderId }) => clientOrderId)
  expect(new Set(ids).size).toBe(2)
  await executor?.stop()
  await Promise.all(running.map((each) => each.stop()))
})

/** Streams that the journal has a number of. */
const readStreams = () =>
  Object.fromEntries(
    readJournal(join(home, 'executor/journal.db'))
      .filter(({ type }) => type === 'baselined')
      .map((event) => [JSON.stringify(event), event]),
  )

test('a large order goes out on a tap with the code that the keychain bears out', async () => {
  const secret = systemRandomBytes(CODE_SECRET_BYTES)
  await keepCodeSecret(keychain, secret)
  writeFileSync(join(home, 'policy.yaml'), `${POLICY}code_above: 100\n`)
  acceptPolicy({ home }, systemClock.now())
  await start()
  const chat = await connect('bot', [reportTopic('device')])
  const provider = await connect('engine')
  await provider.publish(headTopic(HOME, 'demo'), head(), { retain: true })
  const before = exchange.acceptLog().length
  const name = { jti: jtiOf('large') }
  const signal = sign('signal', signalClaims(systemClock.now(), name), engine)
  await provider.publish(signalTopic(HOME, 'demo'), signal)
  const card = () => events.find((event) => event.type === 'approval')
  await vi.waitFor(() => expect(card()).toMatchObject({ code: 'needed' }), { timeout: 4_000 })
  const approve = (jti: string, code: string) => {
    const iat = seconds(systemClock.now())
    const parties = { iss: 'bot', aud: 'device', sub: 'telegram:1' }
    const said = { order: card()?.order.id ?? '', answer: 'approve', code } as const
    const claims = { ...parties, iat, exp: iat + 60, jti: jtiOf(jti), ...said }
    return chat.publish(commandTopic('device'), sign('approval', claims, bot))
  }
  const app = new TOTP({ secret: new Secret({ buffer: Uint8Array.from(secret).buffer }) })
  const now = systemClock.now()
  await approve('an old one', app.generate({ timestamp: now - 600_000 }))
  await vi.waitFor(() => expect(codes()).toContain('approval_code_wrong'), { timeout: 4_000 })
  expect(exchange.acceptLog()).toHaveLength(before)
  await approve('the code of now', app.generate({ timestamp: now }))
  await vi.waitFor(() => expect(codes()).toContain('filled'), { timeout: 4_000 })
  expect(exchange.acceptLog()).toHaveLength(before + 1)
})

test('an exchange that has not proved to be the sandbox gets no entry under "real_money: no"', async () => {
  rmSync(join(home, 'executor/sandbox.secret'))
  const before = exchange.acceptLog().length
  await start()
  await connect('bot', [reportTopic('device')])
  const provider = await connect('engine')
  await provider.publish(headTopic(HOME, 'demo'), head(), { retain: true })
  const signal = sign('signal', signalClaims(systemClock.now(), { jti: jtiOf('real') }), engine)
  await provider.publish(signalTopic(HOME, 'demo'), signal)
  const refused = expect.objectContaining({ status: 'denied', code: 'env.real' })
  await vi.waitFor(() => expect(events).toEqual([refused]), { timeout: 4_000 })
  expect(exchange.acceptLog()).toHaveLength(before)
})

const PAPER = () =>
  executorConfig.shape.exchange.parse({ name: 'paper', of: 'binance', address: exchange.address })

test('on paper a signal is filled without a key and without an order at the exchange, and each report says paper', async () => {
  const before = exchange.acceptLog().length
  const asked: string[] = []
  const own = keychain
  keychain = {
    kind: own.kind,
    get: (name) => {
      asked.push(name)
      return own.get(name)
    },
    set: (name, value) => own.set(name, value),
    remove: (name) => own.remove(name),
    names: () => own.names(),
  }
  await start({ exchange: PAPER() })
  await connect('bot', [reportTopic('device')])
  const provider = await connect('engine')
  await provider.publish(headTopic(HOME, 'demo'), head(), { retain: true })
  const signal = sign('signal', signalClaims(systemClock.now(), { jti: jtiOf('paper') }), engine)
  await provider.publish(signalTopic(HOME, 'demo'), signal)
  await vi.waitFor(() => expect(codes()).toContain('filled'), { timeout: 8_000 })
  expect(new Set(moneys)).toEqual(new Set(['paper']))
  expect(exchange.acceptLog()).toHaveLength(before)
  expect(asked.filter((name) => name.startsWith('exchange/'))).toEqual([])
  await stop()
  await expect(start()).rejects.toMatchObject({
    code: 'account_changed',
    message: expect.stringContaining('is of paper of binance'),
  })
  await start({ exchange: PAPER() })
})

test('a home with the record of an account at an exchange does not become one on paper', async () => {
  await start()
  await stop()
  await expect(start({ exchange: PAPER() })).rejects.toMatchObject({ code: 'account_changed' })
})

test('a secret of the sandbox that others may read stops the start', async () => {
  chmodSync(join(home, 'executor/sandbox.secret'), 0o644)
  await expect(start()).rejects.toMatchObject({ code: 'file_not_private' })
})

test('what the engine signed is no command', async () => {
  await start()
  await connect('bot', [reportTopic('device')])
  const provider = await connect('engine')
  const signal = sign('signal', signalClaims(systemClock.now(), {}), engine)
  await provider.publish(commandTopic('device'), signal)
  await vi.waitFor(() => expect(codes()).toEqual(['bot_not_paired']), { timeout: 4_000 })
})

test('does not start on a journal whose mark is gone', async () => {
  await start()
  await executor?.stop()
  executor = null
  rmSync(join(home, 'executor/journal.db.mark'))
  await expect(start()).rejects.toMatchObject({ code: 'journal_restored' })
})

test('starts although a market where something is left is gone, and says which', async () => {
  const journal = new Journal(join(home, 'executor/journal.db'))
  const order = { ...ORDER, intent: { ...ORDER.intent, market: 'GONE/USDT' } }
  const at = systemClock.now()
  journal.append([{ type: 'ordered', order, at }], [], at)
  writeMark(join(home, 'executor/journal.db'), journal)
  journal.close()
  await start()
  const chat = await connect('bot', [reportTopic('device')])
  await askForAll(chat)
  const gone = { code: 'exchange_market_unknown', message: expect.stringContaining('GONE/USDT') }
  await vi.waitFor(() => expect(events).toContainEqual(expect.objectContaining(gone)))
})

test('starts with the markets that are there, and names the one that is not', async () => {
  firstPolicy('[BTC/USDT, DEAD/USDT]')
  await start()
  const chat = await connect('bot', [reportTopic('device')])
  await askForAll(chat)
  const gone = { code: 'exchange_market_unknown', message: expect.stringContaining('DEAD/USDT') }
  await vi.waitFor(() => expect(events).toContainEqual(expect.objectContaining(gone)))
  expect(JSON.stringify(events)).not.toContain('market BTC/USDT')
})

test('does not start where none of its markets is there and nothing is held', async () => {
  firstPolicy('[DEAD/USDT]')
  await expect(start()).rejects.toMatchObject({
    code: 'exchange_market_unknown',
    message: expect.stringContaining('DEAD/USDT'),
  })
})

test('a home that was moved to another machine does not start here', async () => {
  const moved = holdForMove(join(home, 'executor/journal.db'))
  moved.leave(systemClock.now())
  moved.close()
  await expect(start()).rejects.toMatchObject({ code: 'home_moved' })
})

test('with the API key of another executor of this user it does not start, and it lets its own go when it stops', async () => {
  const keys = { exchange: 'binance', apiKey: 'tradeOnly', secret: '' }
  const leave = lockKey(executorsFolder(), keys)
  await expect(start()).rejects.toMatchObject({ code: 'key_in_use' })
  leave()
  await start()
  expect(() => lockKey(executorsFolder(), keys)).toThrow(
    expect.objectContaining({ code: 'key_in_use' }),
  )
  await stop()
  lockKey(executorsFolder(), keys)()
})

test('does not start with a key that may withdraw', async () => {
  await expect(start({ account: 'mighty' })).rejects.toMatchObject({ code: 'key_can_withdraw' })
  await expect(start({ account: 'other' })).rejects.toMatchObject({ code: 'exchange_key_missing' })
})

test('keeps the accepted policy while it runs, and over a restart where the file only wants more', async () => {
  await start()
  await connect('bot', [reportTopic('device')])
  writeFileSync(join(home, 'policy.yaml'), POLICY.replace('500', '900'))
  await vi.waitFor(() => expect(codes()).toContain('policy_changed'), { timeout: 4_000 })
  writeFileSync(join(home, 'policy.yaml'), POLICY.replace('500', 'much'))
  await vi.waitFor(() => expect(codes()).toContain('policy_invalid'), { timeout: 4_000 })
  writeFileSync(join(home, 'policy.yaml'), POLICY.replace('500', '900'))
  await stop()
  expect(policyState({ home }, systemClock.now())).toMatchObject({
    state: 'changed',
    changes: [{ setting: 'limits.order', effect: 'loosens' }],
  })
  await start()
  expect(policyState({ home }, systemClock.now())).toMatchObject({
    state: 'changed',
    inForce: { limits: { order: '500' } },
  })
  await stop()
  writeFileSync(join(home, 'policy.yaml'), POLICY.replace('500', '400'))
  await expect(start()).rejects.toMatchObject({ code: 'policy_not_accepted' })
  acceptPolicy({ home }, systemClock.now())
  await start()
  expect(policyState({ home }, systemClock.now()).state).toBe('accepted')
})

const ACCOUNT = { name: 'main', apiKey: 'tradeOnly', credential: { secret: 'secret'.repeat(8) } }

test('a policy that is accepted beside it is followed at once, with its markets and its streams', async () => {
  writeFileSync(join(home, 'policy.yaml'), POLICY.replace('home/demo:', 'home/other:'))
  acceptPolicy({ home }, systemClock.now())
  // The tests before it have used up much of the other one's minute, where questions would wait for each other.
  const exchange = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    proofSecret: sandboxSecret,
    accounts: [{ ...ACCOUNT, balances: { USDT: '10000', BTC: '0' } }],
  })
  onTestFinished(() => exchange.stop())
  await start({ exchange: { ...config.exchange, address: exchange.address } })
  await connect('bot', [reportTopic('device')])
  const provider = await connect('engine')
  writeFileSync(join(home, 'policy.yaml'), POLICY.replace('BTC/USDT', 'BTC/USDT, ETH/USDT'))
  const { hash } = acceptPolicy({ home }, systemClock.now())
  await vi.waitFor(() => expect(followedPolicy(home)?.hash).toBe(hash), { timeout: 4_000 })
  await vi.waitFor(() => expect(codes()).toContain('policy_in_force'), { timeout: 4_000 })
  await provider.publish(headTopic(HOME, 'demo'), head(), { retain: true })
  const before = exchange.acceptLog().length
  const wish = { jti: jtiOf('of a new market'), market: 'ETH/USDT', referencePrice: '3000' }
  const signal = sign('signal', signalClaims(systemClock.now(), wish), engine)
  await vi.waitFor(
    async () => {
      await provider.publish(signalTopic(HOME, 'demo'), signal)
      expect(exchange.acceptLog().length, JSON.stringify(codes())).toBeGreaterThan(before)
    },
    { timeout: 8_000, interval: 200 },
  )
  expect(exchange.acceptLog().at(-1)).toMatchObject({ symbol: 'ETH/USDT', side: 'buy' })
})

test('an exchange that is away at the start is waited for: a halt works, and what is held is sold once it is back', async () => {
  const port = await freePort()
  const open = (balances: Record<string, string>) =>
    startExchange({
      market: new Market({ seed: 1, wave: CALM }),
      proofSecret: sandboxSecret,
      accounts: [{ ...ACCOUNT, balances }],
      port,
    })
  const before = await open({ USDT: '10000', BTC: '0' })
  const place = { ...config.exchange, address: before.address }
  await start({ exchange: place })
  await connect('bot', [reportTopic('device')])
  const provider = await connect('engine')
  await provider.publish(headTopic(HOME, 'demo'), head(), { retain: true })
  const name = { jti: jtiOf('held through an outage') }
  const signal = sign('signal', signalClaims(systemClock.now(), name), engine)
  await provider.publish(signalTopic(HOME, 'demo'), signal)
  await vi.waitFor(() => expect(codes()).toContain('filled'), { timeout: 8_000 })
  await executor?.stop()
  await before.stop()
  await start({ exchange: place })
  const text = askForHalt(home, { positions: 'sell', now: systemClock.now() })
  const answer = () => readAnswer(haltFile(home), text)
  await vi.waitFor(() => expect(answer()).toMatchObject({ positions: 'sell' }), { timeout: 4_000 })
  const after = await open({ USDT: '9000', BTC: '1' })
  await vi.waitFor(() => expect(codes()).toContain('exchange_back'), { timeout: 15_000 })
  await vi.waitFor(() => expect(after.acceptLog()).toHaveLength(1), { timeout: 15_000 })
  expect(after.acceptLog()[0]).toMatchObject({ side: 'sell' })
  await executor?.stop()
  executor = null
  await after.stop()
})

test('halts within a second of the halt file, and a second executor is kept out', async () => {
  await start()
  await connect('bot', [reportTopic('device')])
  writePrivate(haltFile(home), '')
  await vi.waitFor(
    () => expect(events).toContainEqual({ type: 'state', state: 'halted', by: 'device' }),
    {
      timeout: 4_000,
    },
  )
  const running = executor
  await expect(start()).rejects.toMatchObject({ code: 'journal_locked' })
  executor = running
})

test('says that it has failed when its journal cannot be written, so that it is begun anew', async () => {
  await start()
  using db = new DatabaseSync(join(home, 'executor/journal.db'))
  db.exec('DROP TABLE reports')
  writePrivate(haltFile(home), '')
  await expect(executor?.failed).rejects.toMatchObject({ code: 'journal_failed' })
})

test('a halt that sells needs the exchange alone: it does not wait for brokers that are down', async () => {
  await start()
  await connect('bot', [reportTopic('device')])
  const provider = await connect('engine')
  await provider.publish(headTopic(HOME, 'demo'), head(), { retain: true })
  const name = { jti: jtiOf('bought to be sold') }
  await provider.publish(
    signalTopic(HOME, 'demo'),
    sign('signal', signalClaims(systemClock.now(), name), engine),
  )
  await vi.waitFor(() => expect(codes()).toContain('filled'), { timeout: 4_000 })
  await executor?.stop()
  const before = exchange.acceptLog().length
  const url = 'mqtt://127.0.0.1:9'
  askForHalt(home, { positions: 'sell', now: systemClock.now() })
  askForHalt(home, { positions: 'keep', now: systemClock.now() })
  const passed = ownTime()
  const started = start(at(url))
  await vi.waitFor(() => expect(exchange.acceptLog()).toHaveLength(before + 1), { timeout: 4_000 })
  expect(passed()).toBeLessThan(3_000)
  expect(exchange.acceptLog().at(-1)).toMatchObject({ side: 'sell' })
  await started
  await executor?.stop()
  const types = readJournal(join(home, 'executor/journal.db')).map(({ type }) => type)
  expect(types.filter((type) => type === 'closing')).toHaveLength(1)
})

const at = (url: string) => {
  const { home: own, engine: ofEngine } = config
  return { home: { ...own, url }, ...(ofEngine && { engine: { ...ofEngine, url } }) }
}

const askStatus = async (link: Link) => {
  const iat = seconds(systemClock.now())
  const claims = { iss: 'bot', aud: 'device', sub: 'telegram:1', iat, exp: iat + 30 }
  const instruction = { do: 'status' } as const
  const token = sign('command', { ...claims, jti: jtiOf(`${iat}`), instruction }, bot)
  await link.publish(commandTopic('device'), token)
}

const statuses = () =>
  events.flatMap((event) =>
    event.type === 'answer' && event.answer.about === 'status' ? [event.answer] : [],
  )

test('runs on with a token that the broker of its engine refuses: says so, answers, and needs no restart for a new one', async () => {
  const file = join(home, 'device-signals.token')
  const good = readFileSync(file, 'utf8')
  const claims = { publish: [], subscribe: [headTopic(HOME, 'demo'), signalTopic(HOME, 'demo')] }
  writePrivate(file, access('device-signals', claims, engine))
  const link = await connect('bot', [reportTopic('device')])
  await start()
  await vi.waitFor(() => expect(codes()).toContain('provider_ended'))
  const notice = events.find((event) => event.type === 'notice')
  expect(notice?.message).toContain('keyside init --renew')
  await askStatus(link)
  await vi.waitFor(() => expect(statuses()).toHaveLength(1))
  writePrivate(file, good)
  await link.publish(headTopic(HOME, 'demo'), head(), { retain: true })
  await vi.waitFor(
    async () => {
      await askStatus(link)
      expect(statuses().at(-1)?.streams[0]?.headAgeMs).not.toBeNull()
    },
    { timeout: 15_000, interval: 500 },
  )
})

test('follows as many streams as a plan may have with one filter for its heads', async () => {
  const names = Array.from({ length: 64 }, (_, nth) => `s${nth}`)
  const lines = names.map((name) => `  home/${name}: { allocation: 10 }`).join('\n')
  writeFileSync(
    join(home, 'policy.yaml'),
    POLICY.replace('  home/demo: { allocation: 1000 }', lines),
  )
  // Accepted for the first time: nothing waits.
  for (const file of readdirSync(home).filter((name) => name.startsWith('journal')))
    rmSync(join(home, file))
  acceptPolicy({ home }, systemClock.now())
  const link = await connect('bot', [reportTopic('device')])
  await link.publish(headTopic(HOME, 'demo'), head(...names), { retain: true })
  await start()
  await vi.waitFor(async () => {
    await askStatus(link)
    expect(statuses().at(-1)).toMatchObject({ streams: { length: 32 }, more: 32 })
    expect(
      statuses()
        .at(-1)
        ?.streams.filter(({ headAgeMs }) => headAgeMs === null),
    ).toEqual([])
  })
})

test('stops within two seconds though the broker goes down with it', async () => {
  const authorized = { authority: authority.publicKey, port: 0, wsPort: null }
  const other = await startBroker(brokerConfig.parse(authorized), { clock: systemClock, log })
  const url = other.address.mqtt
  await start(at(url))
  const passed = ownTime()
  await Promise.all([other.stop(), executor?.stop()])
  executor = null
  expect(passed()).toBeLessThan(2_000)
})
