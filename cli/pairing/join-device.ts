// The bot's side of pairing: a new key, the device's link, and a home with a bot and nothing else, or one device more for it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { botConfig } from '@keyside/bot'
import { encodeBase64url, type Invitation } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  type Clock,
  enrol,
  fetchKeyset,
  KeysideError,
  type Logger,
  loadConfig,
  type RandomBytes,
  restrictHome,
  writePrivate,
} from '@keyside/runtime'
import { editConfig } from '../home/edit-config.ts'
import { refuseSecond, writeConfig } from '../home/home.ts'
import { FILES, TOKENS } from '../home/home-files.ts'
import { DEVICE } from '../home/home-rights.ts'
import { programsOf } from '../home/roles.ts'
import { environment } from '../terminal/config.ts'

export interface JoinDeviceOptions {
  /** KEYSIDE_HOME of the bot, which is made where there is none. */
  readonly home: string
  readonly invitation: Invitation
  /** What the bot is to call the device; `device`, `device-2` and so on when left out. */
  readonly name?: string
  /** Of a new bot; null where one is set up. */
  readonly botToken: string | null
  /** Another Bot API server. */
  readonly telegram?: string
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
  /** Shows the new key's fingerprint, to be compared at the device. */
  readonly onKey: (kid: string) => void
}

/** Resolves with the bot's name for the device. Rejects with `home_exists`, `pairing_name_taken` or the code of a refusal. */
export async function joinDevice(options: JoinDeviceOptions): Promise<string> {
  const { home, invitation, botToken, telegram, randomBytes, clock, log, onKey } = options
  if (botToken !== null) refuseSecond(home)
  const deps = { clock, randomBytes, log }
  const fetched = await fetchKeyset(invitation, deps)
  if (!fetched.ok) throw new KeysideError(fetched.code, fetched.message)
  const { keyset } = fetched
  const [device] = keyset.claims.roots.at(-1)?.keys ?? []
  const [broker] = keyset.claims.addresses
  const renewing = keyset.claims.keys.find(({ kinds }) => kinds.includes('response'))
  if (device === undefined || broker === undefined || renewing === undefined)
    throw new RangeError('the keyset of a device has all three')
  const known = botToken === null ? pairedDevices(home) : {}
  const name = freeName(known, device, options.name)
  const files = filesOf(name, known)
  // Stored once the device has accepted it: until then a key that it replaces stays.
  const seed = randomBytes(32)
  const key = signingKey(seed)
  onKey(key.kid)
  const access = await askUntilAnswered({ ...deps, invitation, key, keyset, terms: [] })
  writePrivate(join(home, files.key), `${encodeBase64url(seed)}\n`)
  writePrivate(join(home, files.token), `${access}\n`)
  const paired = {
    broker: {
      url: broker.url,
      tls: broker.tls,
      tokenFile: files.token,
      authority: renewing.key,
    },
    signingKeyFile: files.key,
    id: DEVICE,
    key: device,
  }
  if (botToken === null)
    editConfig(home, (config) => config.setIn(['bot', 'devices', name], config.createNode(paired)))
  else {
    writePrivate(join(home, FILES.telegramToken), `${botToken}\n`)
    writeConfig(home, {
      bot: {
        id: 'bot',
        devices: { [name]: paired },
        telegram: { tokenFile: FILES.telegramToken, ...(telegram && { address: telegram }) },
      },
    })
  }
  restrictHome(home)
  return name
}

/** Whether a bot is set up here, to which a device more can be added. */
export function hasBot(home: string): boolean {
  return existsSync(join(home, 'config.yaml')) && programsOf(home).includes('bot')
}

type Paired = Readonly<
  Record<string, { key: string; signingKeyFile: string; broker: { tokenFile: string } }>
>

function pairedDevices(home: string): Paired {
  return loadConfig('bot', botConfig, home, environment).devices
}

/** A device that is paired anew keeps its name. Throws `pairing_name_taken`. */
function freeName(known: Paired, key: string, wanted?: string): string {
  const before = Object.entries(known).find(([, device]) => device.key === key)?.[0]
  const name = before ?? wanted ?? defaultName(known)
  if (wanted !== undefined && (name !== wanted || (before === undefined && wanted in known)))
    throw new KeysideError(
      'pairing_name_taken',
      before === undefined
        ? `this bot has another device that it calls ${wanted}: choose another --name`
        : `this bot knows the device as ${before}: leave --name out`,
    )
  return name
}

function defaultName(known: Paired): string {
  let name = DEVICE
  for (let number = 2; Object.hasOwn(known, name); number += 1) name = `${DEVICE}-${number}`
  return name
}

function filesOf(name: string, known: Paired): { key: string; token: string } {
  const before = known[name]
  if (before !== undefined) return { key: before.signingKeyFile, token: before.broker.tokenFile }
  if (Object.keys(known).length === 0) return { key: FILES.botKey, token: TOKENS.bot }
  return { key: `bot/${name}.key`, token: `bot/${name}.token` }
}

/** The person at the device may take some minutes: the same link and key are asked with again until it is over. */
async function askUntilAnswered(options: Parameters<typeof enrol>[0]): Promise<string> {
  for (;;) {
    const answered = await enrol(options)
    if (answered.ok) return answered.answer.access
    const isOver = options.clock.now() / 1_000 >= options.invitation.until
    if (answered.outcome === 'refused' || isOver)
      throw new KeysideError(answered.code, answered.message)
  }
}
