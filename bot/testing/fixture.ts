// A bot with all that is around it: a real broker, the sandbox's Telegram, and a scripted device.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import { encodeBase64url, keyring, type ProviderRequest, verify } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { createLog, openLink, systemRandomBytes, writePrivate } from '@keyside/runtime'
import { type ChatPlayer, manualClock, type SandboxTelegram, startTelegram } from '@keyside/sandbox'
import { expect, onTestFinished } from 'vitest'
import { botConfig } from '../config.ts'
import { type RunningBot, startBot } from '../start.ts'
import { readDevice } from '../store/device.ts'
import { openStore } from '../store/open.ts'
import { tooWide } from './columns.ts'
import { openRelay } from './relay.ts'
import {
  AUTHORITY,
  accessToken,
  type Clock,
  connectDevice,
  FIRST_KEYS,
  type ScriptedDevice,
  SECOND_KEYS,
  seedOf,
} from './scripted-device.ts'
import {
  connectEngine,
  ENGINE_KEY,
  type EngineScript,
  type ScriptedEngine,
} from './scripted-engine.ts'

/** As long as a real one, so that whatever hides real ones hides it. */
export const BOT_TOKEN = '424242:AAFakeTokenOfTheSandboxForTests_12345'
export const OWNER = 1001
export const STRANGER = 2002

export interface BotFixture {
  readonly telegram: SandboxTelegram
  readonly clock: Clock
  readonly device: ScriptedDevice
  /** With `devices: 'two'`: one with a broker of its own, which calls itself by the same name. */
  readonly second: ScriptedDevice | null
  /** With `engine`: the one that answers so. */
  readonly engine: ScriptedEngine | null
  /** How many connections the bot has to the second device's broker. */
  readonly linesToSecond: () => number
  readonly home: string
  /** Every line of the log. */
  readonly log: string[]
  readonly codes: string[]
  readonly told: string[]
  /** Config.yaml names only these devices from now on. */
  serve(names: readonly string[]): void
  start(): Promise<RunningBot>
  /** Starts the bot, claims it for the owner, and gives the owner's chat. */
  claim(): Promise<ChatPlayer>
  /** The same, with the bot, so that a test can stop it. */
  claimed(): Promise<{ chat: ChatPlayer; bot: RunningBot }>
}

export interface FixtureOptions {
  /** Of everything; turned from the real time on where it is left out. */
  readonly clock?: Clock
  /** Another one for the bot alone, which the device does not reach. */
  readonly broker?: string
  /** The bot calls them `north` and `south` where there are two. */
  readonly devices?: 'one' | 'two'
  /** The bot is on another host than the device: who renews its access answers so, once a request is verified. */
  readonly renewal?: (request: ProviderRequest) => string
  /** The engine of the bot's home answers so; null: not at all. */
  readonly engine?: EngineScript
}

export async function openFixture(options: FixtureOptions = {}): Promise<BotFixture> {
  const home = await mkdtemp(join(tmpdir(), 'keyside-bot-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const clock = options.clock ?? manualClock()
  const telegram = await openTelegram(clock)
  const url = await openBroker(clock)
  const device = await connectDevice(url, clock, FIRST_KEYS)
  const other = options.devices === 'two' ? await openBroker(clock) : null
  const second = other === null ? null : await connectDevice(other, clock, SECOND_KEYS)
  const line = other === null ? null : await openRelay(other)
  const broker = options.broker ?? url
  const asks =
    options.renewal !== undefined ? 'access' : options.engine !== undefined ? 'rules' : 'nothing'
  const config = writeConfig(home, { broker, other: line?.url ?? null, clock, telegram, asks })
  if (options.renewal !== undefined) await connectAuthority(url, clock, options.renewal)
  const engine =
    options.engine === undefined ? null : await connectEngine(url, clock, options.engine)
  let { devices } = config
  const serve = (names: readonly string[]) => {
    devices = Object.fromEntries(
      Object.entries(config.devices).filter(([name]) => names.includes(name)),
    )
    // What the bot looks at.
    writePrivate(join(home, 'config.yaml'), names.join(' '))
  }
  const log: string[] = []
  const codes: string[] = []
  const told: string[] = []
  const destination = { write: (line: string) => log.push(line) }
  const start = async () => {
    const bot = await startBot(config, {
      home,
      devices: () => devices,
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
  const linesToSecond = () => line?.open() ?? 0
  const parts = { telegram, clock, device, second, engine, linesToSecond, home, log, codes, told }
  return { ...parts, serve, start, claim, claimed }
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
  stopWhenFinished(telegram)
  return telegram
}

/** And then holds each request to the official list: Telegram ignores in silence what it does not know. */
export function stopWhenFinished(telegram: SandboxTelegram): void {
  onTestFinished(async () => {
    await telegram.stop()
    expect(telegram.calls.flatMap(({ warnings = [] }) => warnings)).toEqual([])
    for (const { payload } of telegram.calls)
      for (const text of [payload['text'], payload['caption']])
        expect(tooWide(String(text ?? '')), 'lines that a phone breaks').toEqual([])
  })
}

async function openBroker(clock: Clock): Promise<string> {
  const settings = { port: 0, wsPort: null, authority: AUTHORITY.publicKey }
  const log = createLog({ program: 'broker', level: 'silent' })
  const broker = await startBroker(brokerConfig.parse(settings), { clock, log })
  onTestFinished(() => broker.stop())
  return broker.address.mqtt
}

const REQUEST = 'keyside/v1/request/home/bot'
const RESPONSE = 'keyside/v1/response/home/bot'
const TRIALS = 'keyside/v1/signal/home/trial'

interface ConfigParts {
  readonly broker: string
  readonly other: string | null
  readonly clock: Clock
  readonly telegram: SandboxTelegram
  /** What the bot asks beside its device. */
  readonly asks: 'access' | 'rules' | 'nothing'
}

function writeConfig(home: string, { broker: url, other, clock, telegram, asks }: ConfigParts) {
  const acl = {
    publish: ['keyside/v1/command/device', ...(asks === 'nothing' ? [] : [REQUEST])],
    subscribe: [
      'keyside/v1/report/device',
      'keyside/v1/presence/home/device',
      ...(asks === 'nothing' ? [] : [RESPONSE]),
      ...(asks === 'rules' ? [TRIALS] : []),
    ],
  }
  writePrivate(join(home, 'access'), accessToken(clock, 'bot', acl))
  writePrivate(join(home, 'key'), encodeBase64url(seedOf(2)))
  writePrivate(join(home, 'other-key'), encodeBase64url(seedOf(4)))
  writePrivate(join(home, 'token'), `${BOT_TOKEN}\n`)
  return botConfig.parse({
    devices: {
      north: {
        broker: {
          url,
          tokenFile: 'access',
          ...(asks === 'access' && { authority: AUTHORITY.publicKey }),
        },
        signingKeyFile: 'key',
        id: 'device',
        key: FIRST_KEYS.device.publicKey,
        ...(asks === 'rules' && { engine: { key: ENGINE_KEY.publicKey } }),
      },
      ...(other !== null && {
        south: {
          broker: { url: other, tokenFile: 'access' },
          signingKeyFile: 'other-key',
          id: 'device',
          key: SECOND_KEYS.device.publicKey,
        },
      }),
    },
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
  const pins = keyring([
    { key: publicKey(FIRST_KEYS.bot.publicKey), issuer: 'bot', kinds: ['request'] },
  ])
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

/** Until the bot has put every report of the devices into its store. */
export async function allTaken({
  home,
  device,
  second,
}: Pick<BotFixture, 'home' | 'device' | 'second'>): Promise<void> {
  const store = openStore(join(home, 'bot.db'))
  try {
    await until(() => readDevice(store, 'north').seq === device.seq)
    await until(() => readDevice(store, 'south').seq === (second?.seq ?? 0))
  } finally {
    store.close()
  }
}

/** Until the bot has taken the first device's presence. */
export async function presenceTaken(
  { home }: Pick<BotFixture, 'home'>,
  presence: 'online' | 'offline',
): Promise<void> {
  const store = openStore(join(home, 'bot.db'))
  try {
    await until(() => readDevice(store, 'north').presence === presence)
  } finally {
    store.close()
  }
}

/** Until the outbox is empty. A chat takes one message a second, so the clock is advanced. */
export async function allSent({ home, clock }: Pick<BotFixture, 'home' | 'clock'>): Promise<void> {
  const store = openStore(join(home, 'bot.db'))
  const waiting = store.prepare('SELECT count(*) AS count FROM message WHERE version > sent')
  try {
    let looks = 0
    await until(() => {
      if (Number(waiting.get()?.['count']) === 0) return true
      looks += 1
      // Not so fast that a call under way is given up.
      if (looks % 3 === 0) clock.advance(100)
      return false
    })
  } finally {
    store.close()
  }
}

/** Polls: most of what a test waits for has no event of its own. Rejects after a minute: that is for what hangs. */
export async function until(holds: () => boolean): Promise<void> {
  for (const start = Date.now(); !holds(); ) {
    if (Date.now() - start > 60_000) throw new Error(`never came true: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
