// A bot on another host is paired over the real broker, with TLS: who comes, who is asked, and who is shut out.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { botConfig, releaseOwner } from '@keyside/bot'
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import { executorConfig } from '@keyside/executor'
import {
  HOME,
  type Invitation,
  keyring,
  parseInvitation,
  responseTopic,
  type SigningKey,
  verify,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import {
  createLog,
  enrol,
  fetchKeyset,
  freePort,
  type Link,
  loadConfig,
  openLink,
  readSecret,
  readSigningKey,
  SignedRequests,
  systemClock,
  systemRandomBytes,
  tlsTrust,
  tokenTimes,
} from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { takeBot } from '../commands/pair.ts'
import { makeHome } from '../home/home.ts'
import { FILES, TOKENS } from '../home/home-files.ts'
import { botDevices, removeBotDevice } from './bot-devices.ts'
import { listenForBot, pinOf, reachHomeBroker } from './home-broker.ts'
import { inviteBot, type Pairing } from './invite-bot.ts'
import { hasBot, joinDevice } from './join-device.ts'
import { openBotRenewal } from './renew-bot.ts'

const parts = { clock: systemClock, randomBytes: systemRandomBytes }
const log = createLog({ program: 'test', level: 'silent' })
const HOST = '127.0.0.1'

interface Device {
  readonly home: string
  readonly botHome: string
  readonly key: SigningKey
  readonly port: number
}

/** A trader's home whose broker listens for a bot on another host too. */
async function openDevice(bot: 'here' | 'elsewhere' = 'here'): Promise<Device> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-pair-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const home = join(folder, 'device')
  const key = signingKey(systemRandomBytes(32))
  const examples = { strategies: [], policy: '' }
  const device = { deviceKey: key.publicKey, keychain: 'vault' as const }
  makeHome({ ...parts, ...device, home, role: 'trader', bot, examples })
  const port = await freePort()
  expect(listenForBot(home, { host: HOST, port })).toBe('changed')
  expect(listenForBot(home, { host: HOST, port })).toBe('as it was')
  const broker = await startBroker(loadConfig('broker', brokerConfig, home, {}), {
    clock: systemClock,
    log,
    home,
  })
  onTestFinished(() => broker.stop())
  await reachHomeBroker(home, { host: HOST, port })
  return { home, botHome: join(folder, 'bot'), key, port }
}

/** `keyside pair bot`, up to its link. */
async function invite(
  { home, key, port }: Device,
  confirm: (kid: string) => Promise<boolean>,
  { valid = 60, onSecond = () => undefined }: { valid?: number; onSecond?: () => void } = {},
): Promise<{ invitation: Invitation; pairing: Promise<Pairing> }> {
  const { url, tls } = loadConfig('executor', executorConfig, home, {}).home
  const shown = Promise.withResolvers<string>()
  // On a busy machine a short link may be over when it is shown.
  const now = Date.now() / 1_000
  const pairing = inviteBot({
    ...parts,
    home,
    authority: readSigningKey(join(home, FILES.authorityKey)),
    device: key,
    url,
    trust: tlsTrust(tls),
    address: { host: HOST, port, tls: pinOf(home) },
    valid,
    log,
    onLink: (link) => shown.resolve(link),
    onSecond,
    confirm,
    pair: (publicKey) => takeBot(home, publicKey),
  })
  pairing.catch(shown.reject)
  const read = parseInvitation(await shown.promise, { now, plaintext: false })
  return { invitation: read.ok ? read.invitation : expect.unreachable(), pairing }
}

const BOT_TOKEN = `12345678:${'a'.repeat(35)}`

const join_ = ({ botHome }: Device, invitation: Invitation, onKey: (kid: string) => void) =>
  joinDevice({ ...parts, home: botHome, invitation, botToken: BOT_TOKEN, log, onKey })

/** The link of a bot at this device's broker. */
function botLink(home: string, token: string): Link {
  const { url, tls } = loadConfig('executor', executorConfig, home, {}).home
  const link = openLink({
    url,
    tls: tlsTrust(tls),
    clientId: 'bot',
    token: () => token,
    subscribe: ['keyside/v1/report/device'],
    onMessage: () => undefined,
    log,
  })
  onTestFinished(() => link.close())
  return link
}

test('the person at the device compares, and from then on the new bot alone speaks', async () => {
  const device = await openDevice()
  const { home, botHome } = device
  const old = readSecret(join(home, TOKENS.bot))
  const before = botLink(home, old)
  await before.ready
  const seen: string[] = []
  const { invitation, pairing } = await invite(device, async (kid) => {
    seen.push(kid)
    return true
  })
  const shown: string[] = []
  await join_(device, invitation, (kid) => shown.push(kid))
  expect(await pairing).toBe('paired')
  expect(seen).toEqual(shown)

  const bot = loadConfig('bot', botConfig, botHome, {})
  const paired = bot.devices['device'] ?? expect.unreachable()
  expect([paired.id, paired.key]).toEqual(['device', device.key.publicKey])
  expect(paired.broker.url).toBe(`mqtts://127.0.0.1:${device.port}`)
  const own = readSigningKey(join(botHome, paired.signingKeyFile))
  const { bot: pinned } = loadConfig('executor', executorConfig, home, {})
  expect(pinned).toEqual({ id: 'bot', key: own.publicKey })
  expect(readSecret(join(botHome, bot.telegram.tokenFile))).toBe(BOT_TOKEN)
  expect(readFileSync(join(home, 'config.yaml'), 'utf8')).not.toMatch(/^bot:/m)
  for (const file of [TOKENS.bot, FILES.botKey, FILES.telegramToken])
    expect(existsSync(join(home, file))).toBe(false)

  await expect.poll(() => before.connected()).toBe(false)
  await expect(botLink(home, old).ready).rejects.toMatchObject({ code: 'broker_refused' })
  const token = () => readSecret(join(botHome, paired.broker.tokenFile))
  const link = openLink({
    url: paired.broker.url,
    tls: tlsTrust(paired.broker.tls),
    clientId: bot.id,
    token,
    subscribe: ['keyside/v1/report/device'],
    onMessage: () => undefined,
    log,
  })
  onTestFinished(() => link.close())
  await link.ready
  // The link has done its work, for anybody, at the broker's next look.
  await expect
    .poll(() => fetchKeyset(invitation, { ...parts, log }))
    .toMatchObject({ ok: false, code: 'invitation_refused' })
})

test('a bot that the person does not know is told so, and nothing is changed', async () => {
  const device = await openDevice()
  const config = readFileSync(join(device.home, 'config.yaml'), 'utf8')
  const { invitation, pairing } = await invite(device, async () => false)
  await expect(join_(device, invitation, () => undefined)).rejects.toMatchObject({
    code: 'enrolment_declined',
  })
  expect(await pairing).toBe('declined')
  expect(readFileSync(join(device.home, 'config.yaml'), 'utf8')).toBe(config)
  expect(existsSync(join(device.botHome, 'config.yaml'))).toBe(false)
  await botLink(device.home, readSecret(join(device.home, TOKENS.bot))).ready
})

test('a second bot with the same link is refused, and the person hears of it', async () => {
  const device = await openDevice()
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<boolean>()
  const onSecond = vi.fn()
  const confirm = () => {
    asked.resolve()
    return answer.promise
  }
  const { invitation, pairing } = await invite(device, confirm, { onSecond })
  const fetched = await fetchKeyset(invitation, { ...parts, log })
  if (!fetched.ok) return expect.unreachable()
  const come = () => {
    const key = signingKey(systemRandomBytes(32))
    return enrol({ ...parts, log, invitation, key, keyset: fetched.keyset, terms: [] })
  }
  const first = come()
  await asked.promise
  expect(await come()).toMatchObject({ ok: false, code: 'invitation_used' })
  expect(onSecond).toHaveBeenCalled()
  answer.resolve(false)
  expect(await first).toMatchObject({ ok: false })
  expect(await pairing).toBe('declined')
})

test('a link that nobody has used ends by itself', async () => {
  const device = await openDevice()
  const { pairing } = await invite(device, () => expect.unreachable(), { valid: 1 })
  expect(await pairing).toBe('nobody_came')
})

/** The paired bot as its host has it, which asks for its next token. */
async function openAskingBot({ botHome }: Device) {
  const { id, devices } = loadConfig('bot', botConfig, botHome, {})
  const { broker, signingKeyFile } = devices['device'] ?? expect.unreachable()
  const topic = responseTopic(HOME, id)
  const answers: string[] = []
  const asking: SignedRequests[] = []
  const authority = publicKey(broker.authority ?? expect.unreachable())
  const pins = keyring([{ key: authority, issuer: HOME, kinds: ['response'] }])
  const link = openLink({
    url: broker.url,
    tls: tlsTrust(broker.tls),
    clientId: id,
    token: () => readSecret(join(botHome, broker.tokenFile)),
    subscribe: [topic],
    onMessage: (_, token) => {
      answers.push(token)
      const now = Date.now() / 1_000
      const expected = { kinds: ['response'] as const, audience: id, now, topic }
      const verified = verify(token, pins, expected)
      if (verified.ok) for (const requests of asking) requests.onResponse(verified.claims)
    },
    log,
  })
  onTestFinished(() => link.close())
  await link.ready
  const requestsOf = (key: SigningKey) => {
    const requests = new SignedRequests({
      ...parts,
      issuer: HOME,
      client: id,
      key,
      publish: (to, token) => link.publish(to, token),
      time: () => Date.now(),
    })
    asking.push(requests)
    onTestFinished(() => requests.stop())
    return requests
  }
  const own = requestsOf(readSigningKey(join(botHome, signingKeyFile)))
  return { own, other: requestsOf(signingKey(systemRandomBytes(32))), answers }
}

test('the home of the device renews the access of the bot that is paired, for a month, and of no other', async () => {
  const device = await openDevice()
  const { home, botHome } = device
  expect(openBotRenewal({ ...parts, home }), 'its own bot is renewed with the rest').toBeNull()
  const { invitation, pairing } = await invite(device, async () => true)
  await join_(device, invitation, () => undefined)
  expect(await pairing).toBe('paired')
  const first = tokenTimes(readSecret(join(botHome, TOKENS.bot)))
  expect((first?.exp ?? 0) - (first?.iat ?? 0)).toBe(30 * 86_400)
  const renewal = openBotRenewal({ ...parts, home })
  onTestFinished(() => renewal?.close())
  await renewal?.ready

  const { own, other, answers } = await openAskingBot(device)
  void other.ask({ do: 'access' })
  void own.ask({ do: 'catalogue', plan: 'main' })
  const answer = await own.ask({ do: 'access' })
  if (answer?.do !== 'access') return expect.unreachable()
  const next = tokenTimes(answer.token)
  expect(next?.sub).toBe('bot')
  expect((next?.exp ?? 0) - (next?.iat ?? 0)).toBeCloseTo(30 * 86_400, 3)
  expect(answers, 'nothing else was answered').toHaveLength(1)

  takeBot(home, signingKey(systemRandomBytes(32)).publicKey)
  const late = await Promise.race([
    own.ask({ do: 'access' }),
    new Promise((done) => setTimeout(done, 300, 'silent')),
  ])
  expect(late, 'another bot has taken its place').toBe('silent')
})

test('a bot that is set up serves a second device too, with another key, and one that is paired anew keeps its name', async () => {
  const first = await openDevice()
  const second = { ...(await openDevice('elsewhere')), botHome: first.botHome }
  const pair = async (device: Device, name?: string) => {
    const { invitation, pairing } = await invite(device, async () => true)
    const options = { ...parts, home: device.botHome, invitation, log, onKey: () => undefined }
    const botToken = hasBot(device.botHome) ? null : BOT_TOKEN
    try {
      return await joinDevice({ ...options, botToken, ...(name !== undefined && { name }) })
    } finally {
      if (name === undefined) expect(await pairing).toBe('paired')
    }
  }
  expect(await pair(first)).toBe('device')
  expect(await pair(second)).toBe('device-2')
  const devices = () => loadConfig('bot', botConfig, first.botHome, {}).devices
  const before = devices()
  const keyIn = (name: string) =>
    readSecret(join(first.botHome, before[name]?.signingKeyFile ?? expect.unreachable()))
  expect(before['device-2']?.key).toBe(second.key.publicKey)
  expect(keyIn('device'), 'what is signed for one is nothing to the other').not.toBe(
    keyIn('device-2'),
  )
  const old = keyIn('device')
  expect(await pair(first)).toBe('device')
  expect(devices()).toEqual(before)
  expect(keyIn('device')).not.toBe(old)
  await expect(pair(second, 'device')).rejects.toMatchObject({ code: 'pairing_name_taken' })

  // The way out, which leaves the other as it is.
  expect(botDevices(first.botHome).map(({ name, fingerprint }) => [name, fingerprint])).toEqual([
    ['device', first.key.kid],
    ['device-2', second.key.kid],
  ])
  const other = keyIn('device-2')
  const gone = devices()['device'] ?? expect.unreachable()
  const filesOf = ({ signingKeyFile, broker }: typeof gone) =>
    [signingKeyFile, broker.tokenFile].map((file) => existsSync(join(first.botHome, file)))
  expect(filesOf(gone)).toEqual([true, true])
  expect(() => removeBotDevice(first.botHome, 'west')).toThrow(
    expect.objectContaining({ code: 'bot_device_unknown' }),
  )
  releaseOwner({ database: 'bot/bot.db' }, first.botHome)
  const store = new DatabaseSync(join(first.botHome, 'bot/bot.db'))
  onTestFinished(() => store.close())
  for (const name of ['device', 'device-2'])
    store.prepare("INSERT INTO device VALUES (?, 7, 0, 0, 'online', '', 'not_paper')").run(name)
  removeBotDevice(first.botHome, 'device')
  const kept = store.prepare('SELECT name FROM device').all()
  expect(kept, 'and so is what the bot kept of it').toEqual([{ name: 'device-2' }])
  expect(Object.keys(devices())).toEqual(['device-2'])
  expect(filesOf(gone), 'its key and access are gone').toEqual([false, false])
  expect(keyIn('device-2')).toBe(other)
  expect(() => removeBotDevice(first.botHome, 'device-2')).toThrow(
    expect.objectContaining({ code: 'bot_device_last' }),
  )
  expect(await pair(first), 'its name is free again').toBe('device')
})
