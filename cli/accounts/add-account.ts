// Adds an account to a home: an executor with its own journal, policy, keys and access, served by the home's bot.
import { existsSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { botConfig } from '@keyside/bot'
import { type ExecutorConfig, type Keychain, makeDeviceSecrets } from '@keyside/executor'
import { HOME } from '@keyside/protocol'
import {
  KeysideError,
  loadConfig,
  makeSigningKey,
  readSecret,
  readSigningKey,
  writePrivate,
} from '@keyside/runtime'
import { createVault, openVault, type VaultOptions } from '@keyside/runtime/vault'
import {
  accountBotKey,
  accountFile,
  accountHome,
  accountsOf,
  isAccountName,
  MAX_ACCOUNTS,
} from '../home/accounts.ts'
import { editConfig } from '../home/edit-config.ts'
import { executorSection } from '../home/executor-section.ts'
import { accountOf, type HomeOptions, writeConfig } from '../home/home.ts'
import { type Client, FILES, TOKENS } from '../home/home-files.ts'
import { clientId, DEVICE, plansFor } from '../home/home-rights.ts'
import { issueTokens, type TokenParts } from '../home/home-tokens.ts'
import { programsOf } from '../home/roles.ts'
import { environment } from '../terminal/config.ts'

export interface AddAccountOptions extends TokenParts, Pick<HomeOptions, 'account' | 'exchange'> {
  readonly name: string
  /** Text of its policy.yaml, accepted by nobody yet. */
  readonly policy: string
  /** Opens that of the new account, of the kind that the home has. */
  readonly keychain: (home: string) => Promise<Keychain>
}

/** Throws `accounts_need_device`, `accounts_need_bot`, `account_name_invalid`, `account_exists` and `accounts_full`. */
export function refuseAccount(home: string, name: string): ExecutorConfig {
  const programs = programsOf(home)
  if (!programs.includes('executor'))
    throw new KeysideError(
      'accounts_need_device',
      `${home} has no executor, and so no accounts: run this where you trade`,
    )
  if (!programs.includes('bot'))
    throw new KeysideError(
      'accounts_need_bot',
      `the bot of ${home} is on another host, and serves one account of a home: make a home of its own for the other account (KEYSIDE_HOME=… keyside init --no-bot), and pair the same bot with it`,
    )
  if (!isAccountName(name))
    throw new KeysideError(
      'account_name_invalid',
      `"${name}" cannot name an account: choose 1 to 16 of a-z, 0-9 and "-", and neither "all" nor "sell"`,
    )
  // Of those in other homes too: the bot calls each by one name.
  const { devices } = loadConfig('bot', botConfig, home, environment)
  const names = new Set([
    ...accountsOf(home).map((account) => account.name),
    ...Object.keys(devices),
  ])
  if (names.has(name))
    throw new KeysideError(
      'account_exists',
      `there is an account "${name}" already, or a device that your bot calls so: choose another name`,
    )
  if (names.size >= MAX_ACCOUNTS)
    throw new KeysideError(
      'accounts_full',
      `a bot serves at most ${MAX_ACCOUNTS} accounts and devices: remove one, or make another home with another bot`,
    )
  return executorSection(home)
}

/** The keychain that an interrupted attempt left there, or a new one. Rejects as `openVault` and `createVault`. */
export function accountVault(options: VaultOptions, cost?: number): Promise<Keychain> {
  return existsSync(options.file) ? openVault(options) : createVault(options, cost)
}

/**
 * Rejects as `refuseAccount` throws. Its config.yaml comes last but the bot's: with it the account counts. What was cut
 * off before is done again from the beginning.
 */
export async function addAccount(options: AddAccountOptions): Promise<void> {
  const { home, name, policy, randomBytes } = options
  const own = refuseAccount(home, name)
  const folder = accountHome(home, name)
  const device = await makeDeviceSecrets(await options.keychain(folder), randomBytes)
  const bot = makeSigningKey(join(home, accountBotKey(name)), randomBytes)
  const clients: readonly Client[] = [
    'device',
    ...(own.engine ? (['device-signals'] as const) : []),
    'bot',
  ]
  const authority = readSigningKey(join(home, FILES.authorityKey))
  issueTokens(options, {
    authority,
    clients,
    provider: HOME,
    account: name,
    plans: plansFor(options.account),
  })
  const sandboxSecret = readSecret(resolve(home, own.exchange.sandboxSecretFile))
  writePrivate(join(folder, FILES.sandboxSecret), `${sandboxSecret}\n`)
  writePrivate(join(folder, 'policy.yaml'), policy)
  writeConfig(folder, { executor: executorOf(options, own, bot.publicKey) })
  const { url, plaintext, tls } = own.home
  editConfig(home, (config) =>
    config.setIn(
      ['bot', 'devices', name],
      config.createNode({
        broker: {
          url,
          plaintext,
          tls,
          clientId: clientId('bot', name),
          tokenFile: accountFile(name, 'bot'),
        },
        signingKeyFile: accountBotKey(name),
        id: clientId(DEVICE, name),
        key: device.key.publicKey,
      }),
    ),
  )
}

function executorOf(
  { home, name, account, exchange }: AddAccountOptions,
  own: ExecutorConfig,
  botKey: string,
) {
  const { keychain, passphraseFile, engine } = own
  const { id: bot } = loadConfig('bot', botConfig, home, environment)
  const at = (client: Client) => ({ clientId: clientId(client, name), tokenFile: TOKENS[client] })
  return {
    id: clientId(DEVICE, name),
    account: name,
    home: { ...own.home, ...at(DEVICE) },
    ...(engine && {
      engine: { ...engine, ...at('device-signals'), plans: plansFor(account) },
    }),
    bot: { id: bot, key: botKey },
    exchange: accountOf({ ...(account && { account }), ...(exchange && { exchange }) }),
    keychain,
    ...(passphraseFile && {
      passphraseFile: fileFrom(accountHome(home, name), home, passphraseFile),
    }),
  }
}

/** What lies in the home is named from the account's folder, so that it goes where the home goes. */
function fileFrom(folder: string, home: string, file: string): string {
  const path = resolve(home, file)
  const inside = relative(home, path)
  return inside.startsWith('..') || isAbsolute(inside) ? path : relative(folder, path)
}
