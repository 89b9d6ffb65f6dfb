// A bot on another host is paired over the real broker, with TLS: who comes, who is asked, and who is shut out.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { botConfig } from '@keyside/bot'
import { brokerConfig, startBroker } from '@keyside/broker'
import { executorConfig } from '@keyside/executor'
import { type Invitation, parseInvitation, type SigningKey } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  createLog,
  enrol,
  fetchKeyset,
  type Link,
  loadConfig,
  openLink,
  readSecret,
  readSigningKey,
  systemClock,
  systemRandomBytes,
  tlsTrust,
} from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { takeBot } from '../commands/pair.ts'
import { makeHome } from '../home/home.ts'
import { FILES, TOKENS } from '../home/home-files.ts'
import { freePort } from '../sandbox/free-port.ts'
import { listenForBot, pinOf, reachHomeBroker } from './home-broker.ts'
import { inviteBot, type Pairing } from './invite-bot.ts'
import { joinDevice } from './join-device.ts'

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
async function openDevice(): Promise<Device> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-pair-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const home = join(folder, 'device')
  const key = signingKey(systemRandomBytes(32))
  const examples = { strategies: [], policy: '' }
  const device = { deviceKey: key.publicKey, keychain: 'vault' as const }
  makeHome({ ...parts, ...device, home, role: 'trader', examples })
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
  const read = parseInvitation(await shown.promise, { now: Date.now() / 1_000, plaintext: false })
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
  expect(bot.device).toEqual({ id: 'device', key: device.key.publicKey })
  expect(bot.broker.url).toBe(`mqtts://127.0.0.1:${device.port}`)
  const own = readSigningKey(join(botHome, bot.signingKeyFile))
  const { bot: pinned } = loadConfig('executor', executorConfig, home, {})
  expect(pinned).toEqual({ id: 'bot', key: own.publicKey })
  expect(readSecret(join(botHome, bot.telegram.tokenFile))).toBe(BOT_TOKEN)
  expect(readFileSync(join(home, 'config.yaml'), 'utf8')).not.toMatch(/^bot:/m)
  for (const file of [TOKENS.bot, FILES.botKey]) expect(existsSync(join(home, file))).toBe(false)

  await expect.poll(() => before.connected(), { timeout: 3_000 }).toBe(false)
  await expect(botLink(home, old).ready).rejects.toMatchObject({ code: 'broker_refused' })
  const token = () => readSecret(join(botHome, bot.broker.tokenFile))
  const link = openLink({
    url: bot.broker.url,
    tls: tlsTrust(bot.broker.tls),
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
    .poll(() => fetchKeyset(invitation, { ...parts, log }), { timeout: 5_000 })
    .toMatchObject({ ok: false, code: 'invitation_refused' })
}, 30_000)

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
}, 30_000)

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
}, 30_000)

test('a link that nobody has used ends by itself', async () => {
  const device = await openDevice()
  const { pairing } = await invite(device, () => expect.unreachable(), { valid: 1 })
  expect(await pairing).toBe('nobody_came')
}, 30_000)
