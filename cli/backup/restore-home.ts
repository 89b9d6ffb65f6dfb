// Restores a home from a backup: built beside its place and moved there in one step. Device and bot get new keys, and trading waits for a comparison with the exchange.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path'
import { botConfig } from '@keyside/bot'
import { type Keychain, makeDeviceSecrets, prepareRestored } from '@keyside/executor'
import {
  type Clock,
  KeysideError,
  loadConfig,
  makeSigningKey,
  type RandomBytes,
  readText,
  writePrivate,
} from '@keyside/runtime'
import { accountHomes } from '../home/accounts.ts'
import { editConfig } from '../home/edit-config.ts'
import { executorSection } from '../home/executor-section.ts'
import { FILES } from '../home/home-files.ts'
import { renewTokens } from '../home/home-tokens.ts'
import { programsOf } from '../home/roles.ts'
import { environment } from '../terminal/config.ts'
import { type BackupContents, type Secrets, unpacked } from './collect.ts'

export interface RestoreOptions {
  readonly home: string
  readonly contents: BackupContents
  /** Opens a new one for an account: `account` is its home in the end, `draft` where it is made. */
  readonly keychain: (account: string, draft: string) => Promise<Keychain>
  readonly clock: Pick<Clock, 'now'>
  readonly randomBytes: RandomBytes
}

/** Throws `home_exists` where something is in the folder. */
export function refuseRestore(home: string): void {
  if (existsSync(home) && readdirSync(home).length > 0)
    throw new KeysideError(
      'home_exists',
      `${home} is not empty: choose another KEYSIDE_HOME, or move away what is there`,
    )
}

/** Rejects as `refuseRestore` throws, and with the codes of a journal that cannot be read. Then nothing is left behind. */
export async function restoreHome(options: RestoreOptions): Promise<void> {
  const { home } = options
  refuseRestore(home)
  const draft = `${home}.restoring`
  rmSync(draft, { recursive: true, force: true })
  try {
    await build(options, draft)
    rmSync(home, { recursive: true, force: true })
    mkdirSync(dirname(home), { recursive: true })
    renameSync(draft, home)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

async function build(options: RestoreOptions, draft: string): Promise<void> {
  const { home, contents, randomBytes, clock } = options
  for (const file of contents.files) writePrivate(join(draft, within(file.path)), unpacked(file))
  if (!programsOf(draft).includes('executor')) return rebase(draft, contents.home, home)
  const devices = new Map<string, string>()
  for (const account of accountHomes(draft)) {
    const { id, database } = executorSection(account)
    prepareRestored(resolve(account, database))
    const folder = account.slice(draft.length + 1)
    const keychain = await options.keychain(resolve(home, folder), account)
    const { key } = await fill(keychain, contents.secrets[folder] ?? [], randomBytes)
    devices.set(id, key.publicKey)
  }
  const programs = programsOf(draft)
  if (programs.includes('bot')) renewBot(draft, devices, randomBytes)
  if (!programs.includes('authority') && existsSync(join(draft, FILES.authorityKey))) {
    const authority = makeSigningKey(join(draft, FILES.authorityKey), randomBytes)
    editConfig(draft, (config) => config.setIn(['broker', 'authority'], authority.publicKey))
    renewTokens({ home: draft, clock, randomBytes })
  }
  for (const account of accountHomes(draft)) rebase(account, contents.home, home)
}

/** Only what lies in the home is in a backup, whoever wrote it. */
function within(path: string): string {
  const inside = normalize(path)
  if (isAbsolute(inside) || inside.startsWith('..') || inside === '.' || inside.includes('\0'))
    throw new KeysideError('backup_damaged', `this backup names a file outside the home: ${path}`)
  return inside
}

async function fill(keychain: Keychain, secrets: Secrets, randomBytes: RandomBytes) {
  for (const [name, secret] of secrets) await keychain.set(name, secret)
  // The device key was left out: it is made anew.
  return makeDeviceSecrets(keychain, randomBytes)
}

/** New keys for the bot and for this home's devices; devices of other homes stay as they are. */
function renewBot(
  draft: string,
  devices: ReadonlyMap<string, string>,
  randomBytes: RandomBytes,
): void {
  const served = Object.entries(loadConfig('bot', botConfig, draft, environment).devices)
  for (const account of accountHomes(draft)) {
    const { id } = executorSection(account)
    const own = served.find(
      ([, device]) => device.id === id && device.broker.authority === undefined,
    )
    if (own === undefined) continue
    const [name, { signingKeyFile }] = own
    const bot = makeSigningKey(resolve(draft, signingKeyFile), randomBytes)
    editConfig(account, (config) => {
      config.setIn(['executor', 'bot', 'key'], bot.publicKey)
      if (config.hasIn(['engine', 'bot'])) config.setIn(['engine', 'bot', 'key'], bot.publicKey)
    })
    editConfig(draft, (config) => config.setIn(['bot', 'devices', name, 'key'], devices.get(id)))
  }
}

/** Addresses of files and sockets in the home lead to where it is now. */
function rebase(account: string, before: string, now: string): void {
  const file = join(account, 'config.yaml')
  writePrivate(file, readText(file).replaceAll(`${before}/`, `${now}/`))
}
