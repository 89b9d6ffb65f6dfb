// A bot with all that is around it: a real broker, the sandbox's Telegram, and a scripted device.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig, startBroker } from '@keyside/broker'
import {
  type Approval,
  type Command,
  encodeBase64url,
  GENESIS,
  keyring,
  type ProviderRequest,
  type Report,
  type ReportEvent,
  type SigningKey,
  sign,
  verify,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import {
  createLog,
  type Link,
  newJti,
  openLink,
  systemRandomBytes,
  writePrivate,
} from '@keyside/runtime'
import {
  type ChatPlayer,
  type SandboxTelegram,
  startTelegram,
  turnableClock,
} from '@keyside/sandbox'
import { expect, onTestFinished } from 'vitest'
import { botConfig } from '../config.ts'
import { type RunningBot, startBot } from '../start.ts'
import { readDevice } from '../store/device.ts'
import { openStore } from '../store/open.ts'

/** As long as a real one, so that whatever hides real ones hides it. */
export const BOT_TOKEN = '424242:AAFakeTokenOfTheSandboxForTests_12345'
export const OWNER = 1001
export const STRANGER = 2002

/** Keys are made from a number, so that two of a test can be told apart. */
function keyOf(number: number): SigningKey {
  return signingKey(new Uint8Array(32).fill(number))
}

/** Signs access tokens, and what renews them. */
export const AUTHORITY = keyOf(1)
const BOT = keyOf(2)
const DEVICE = keyOf(3)

type Clock = ReturnType<typeof turnableClock>
type Heard = { command: Command } | { approval: Approval }

export interface BotFixture {
  readonly telegram: SandboxTelegram
  readonly clock: Clock
  readonly device: ScriptedDevice
  readonly home: string
  /** Every line of the log. */
  readonly log: string[]
  readonly codes: string[]
  readonly told: string[]
  start(): Promise<RunningBot>
  /** Starts the bot, claims it for the owner, and gives the owner's chat. */
  claim(): Promise<ChatPlayer>
  /** The same, with the bot, so that a test can stop it. */
  claimed(): Promise<{ chat: ChatPlayer; bot: RunningBot }>
}

export interface FixtureOptions {
  /** Another one for the bot alone, which the device does not reach. */
  readonly broker?: string
  /** The bot is on another host than the device: who renews its access answers so, once a request is verified. */
  readonly renewal?: (request: ProviderRequest) => string
}

export async function openFixture(options: FixtureOptions = {}): Promise<BotFixture> {
  const home = await mkdtemp(join(tmpdir(), 'keyside-bot-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const clock = turnableClock()
  const telegram = await openTelegram(clock)
  const url = await openBroker(clock)
  const device = await connectDevice(url, clock)
  const config = writeConfig(
    home,
    options.broker ?? url,
    clock,
    telegram,
    options.renewal !== undefined,
  )
  if (options.renewal !== undefined) await connectAuthority(url, clock, options.renewal)
  const log: string[] = []
  const codes: string[] = []
  const told: string[] = []
  const destination = { write: (line: string) => log.push(line) }
  const start = async () => {
    const bot = await startBot(config, {
      home,
      clock,
      randomBytes: systemRandomBytes,
      log: createLog({ program: 'bot', level: 'debug', destination }),
      trace: (hop, id) => told.push(`${hop} ${id}`),
      onClaimCode: (code) => codes.push(code),
    })
    onTestFinished(() => bot.stop())
    return bot
  }
  const claimed = async () => {
    const bot = await start()
    await until(() => codes.length > 0)
    const chat = telegram.chat(OWNER)
    chat.sendText(`/start ${codes.at(-1)}`)
    await chat.waitForMessage((message) => message.text?.includes('This bot is yours') === true)
    return { chat, bot }
  }
  const claim = async () => (await claimed()).chat
  return { telegram, clock, device, home, log, codes, told, start, claim, claimed }
}

async function openTelegram(clock: Clock): Promise<SandboxTelegram> {
  const telegram = await startTelegram({
    token: BOT_TOKEN,
    botUsername: 'keyside_bot',
    clock,
    users: [
      { id: OWNER, first_name: 'Owner' },
      { id: STRANGER, first_name: 'Stranger' },
    ],
  })
  onTestFinished(async () => {
    await telegram.stop()
    // Telegram ignores unknown parameters silently: the sandbox warns of them.
    expect(telegram.calls.flatMap(({ warnings = [] }) => warnings)).toEqual([])
  })
  return telegram
}

async function openBroker(clock: Clock): Promise<string> {
  const settings = { port: 0, wsPort: null, authority: AUTHORITY.publicKey }
  const log = createLog({ program: 'broker', level: 'silent' })
  const broker = await startBroker(brokerConfig.parse(settings), { clock, log })
  onTestFinished(() => broker.stop())
  return broker.address.mqtt
}

/** Good for a day, or for `life` seconds. */
export function accessToken(
  clock: Pick<Clock, 'now'>,
  sub: string,
  acl: { publish: string[]; subscribe: string[] },
  life = 86_400,
): string {
  const iat = clock.now() / 1000
  const registered = { iss: 'authority', aud: 'broker', iat, exp: iat + life }
  return sign('access', { ...registered, jti: newJti(systemRandomBytes), sub, acl }, AUTHORITY)
}

const REQUEST = 'keyside/v1/request/home/bot'
const RESPONSE = 'keyside/v1/response/home/bot'

function writeConfig(
  home: string,
  url: string,
  clock: Clock,
  telegram: SandboxTelegram,
  asks: boolean,
) {
  const acl = {
    publish: ['keyside/v1/command/device', ...(asks ? [REQUEST] : [])],
    subscribe: [
      'keyside/v1/report/device',
      'keyside/v1/presence/home/device',
      ...(asks ? [RESPONSE] : []),
    ],
  }
  writePrivate(join(home, 'access'), accessToken(clock, 'bot', acl))
  writePrivate(join(home, 'key'), encodeBase64url(new Uint8Array(32).fill(2)))
  writePrivate(join(home, 'token'), `${BOT_TOKEN}\n`)
  return botConfig.parse({
    broker: { url, tokenFile: 'access', ...(asks && { authority: AUTHORITY.publicKey }) },
    signingKeyFile: 'key',
    device: { id: 'device', key: DEVICE.publicKey },
    telegram: { tokenFile: 'token', address: telegram.address },
    database: 'bot.db',
  })
}

/** Whoever renews access at the device's home: `answer` gives the token of a response. */
async function connectAuthority(
  url: string,
  clock: Clock,
  answer: (request: ProviderRequest) => string,
): Promise<void> {
  const pins = keyring([{ key: publicKey(BOT.publicKey), issuer: 'bot', kinds: ['request'] }])
  const link = openLink({
    url,
    clientId: 'authority',
    token: accessToken(clock, 'authority', { publish: [RESPONSE], subscribe: [REQUEST] }),
    subscribe: [REQUEST],
    onMessage: (topic, token) => {
      const now = clock.now() / 1000
      const verified = verify(token, pins, { kinds: ['request'], audience: 'home', now, topic })
      if (!verified.ok) throw new Error(`nobody renews what asks so: ${verified.message}`)
      // The second one is logged as refused: then the bot has judged the first.
      for (const said of [answer(verified.claims), 'no token'])
        link.publish(RESPONSE, said).catch(() => undefined)
    },
    log: createLog({ program: 'authority', level: 'silent' }),
  })
  await link.ready
  onTestFinished(() => link.close())
}

/** A scripted executor: records what the bot sends, and sends the reports that a test asks for. */
class ScriptedDevice {
  readonly heard: Heard[] = []
  /** Raw tokens, to look for what must not be in them. */
  readonly tokens: string[] = []
  /** What it answers to a command; nothing by default. */
  answer: (command: Command) => ReportEvent | null = () => null
  seq = 0
  /** Names its run, and its journal. */
  session = newJti(systemRandomBytes)
  journal = GENESIS
  readonly #link: Link
  readonly #clock: Clock

  constructor(link: Link, clock: Clock) {
    this.#link = link
    this.#clock = clock
  }

  get approvals(): Approval[] {
    return this.heard.flatMap((one) => ('approval' in one ? [one.approval] : []))
  }

  get commands(): Command[] {
    return this.heard.flatMap((one) => ('command' in one ? [one.command] : []))
  }

  /** The names of all commands but `replay`. */
  get asked(): string[] {
    return this.commands
      .map(({ instruction }) => instruction.do)
      .filter((name) => name !== 'replay')
  }

  hear(token: string): void {
    this.tokens.push(token)
    const topic = 'keyside/v1/command/device'
    const pins = keyring([
      { key: publicKey(BOT.publicKey), issuer: 'bot', kinds: ['command', 'approval'] },
    ])
    const verified = verify(token, pins, {
      kinds: ['command', 'approval'],
      audience: 'device',
      now: this.#clock.now() / 1000,
      topic,
    })
    if (!verified.ok) throw new Error(`the bot sent what a device refuses: ${verified.message}`)
    if (verified.kind === 'approval') this.heard.push({ approval: verified.claims })
    else this.#obey(verified.claims)
  }

  #obey(command: Command): void {
    this.heard.push({ command })
    const event = this.answer(command)
    if (event !== null) this.report(event).catch(() => undefined)
  }

  /** The next report in order. */
  report(event: ReportEvent): Promise<void> {
    this.seq += 1
    return this.send(this.sign(this.seq, event))
  }

  sign(seq: number, event: ReportEvent, change: Partial<Report> = {}, key = DEVICE): string {
    const iat = this.#clock.now() / 1000
    const registered = { iss: 'device', aud: 'bot', iat, exp: iat + 3600 }
    const jti = newJti(systemRandomBytes)
    return sign(
      'report',
      { ...registered, jti, seq, session: this.session, at: iat, event, ...change },
      key,
    )
  }

  send(token: string): Promise<void> {
    return this.#link.publish('keyside/v1/report/device', token)
  }

  /** `iat`: when it was signed, seconds. */
  presence(
    state: 'online' | 'offline',
    reports = this.seq,
    iat = this.#clock.now() / 1000,
  ): Promise<void> {
    const registered = { iss: 'device', aud: 'home', iat, exp: iat + 3600 }
    const { session, journal } = this
    const names = { jti: newJti(systemRandomBytes), sub: 'device', session, journal }
    const claims = { ...registered, ...names, state, versions: [1], reports }
    const token = sign('presence', claims, DEVICE)
    return this.#link.publish('keyside/v1/presence/home/device', token, { retain: true })
  }

  goAway(): Promise<void> {
    return this.#link.close()
  }
}

async function connectDevice(url: string, clock: Clock): Promise<ScriptedDevice> {
  const topic = 'keyside/v1/command/device'
  const acl = {
    publish: ['keyside/v1/report/device', 'keyside/v1/presence/home/device'],
    subscribe: [topic],
  }
  const link = openLink({
    url,
    clientId: 'device',
    token: accessToken(clock, 'device', acl),
    subscribe: [topic],
    onMessage: (_, token) => device.hear(token),
    log: createLog({ program: 'device', level: 'silent' }),
  })
  const device = new ScriptedDevice(link, clock)
  await link.ready
  onTestFinished(() => link.close())
  return device
}

/** Until the bot has put every report of the device into its store. */
export async function allTaken({
  home,
  device,
}: Pick<BotFixture, 'home' | 'device'>): Promise<void> {
  const store = openStore(join(home, 'bot.db'))
  try {
    await until(() => readDevice(store).seq === device.seq)
  } finally {
    store.close()
  }
}

/** Until the outbox is empty. A chat takes one message a second, so the clock is advanced. */
export async function allSent({ home, clock }: Pick<BotFixture, 'home' | 'clock'>): Promise<void> {
  const store = openStore(join(home, 'bot.db'))
  const waiting = store.prepare('SELECT count(*) AS count FROM message WHERE version > sent')
  try {
    await until(() => {
      if (Number(waiting.get()?.['count']) === 0) return true
      clock.advance(100)
      return false
    })
  } finally {
    store.close()
  }
}

/** Polls: most of what a test waits for has no event of its own. Rejects after 20 s: that is for what hangs. */
export async function until(holds: () => boolean): Promise<void> {
  for (const start = Date.now(); !holds(); ) {
    if (Date.now() - start > 28_000) throw new Error(`never came true: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
