// Makes the home of a trader: keys, access tokens, policy and config, all on this machine.
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { HOME } from '@keyside/protocol'
import {
  ensureProofSecret,
  KeysideError,
  makeSigningKey,
  restrictHome,
  writePrivate,
} from '@keyside/runtime'
import { stringify } from 'yaml'
import { type Client, FILES, TOKENS } from './home-files.ts'
import { DEVICE, issueTokens, OWN_PLAN, type TokenParts } from './home-tokens.ts'
import type { Role } from './roles.ts'

export interface HomeOptions extends TokenParts {
  /** `alone`: with an engine of one's own. */
  readonly role: Role
  /** Public key of the device, whose secret is in the keychain. */
  readonly deviceKey: string
  readonly keychain: 'os' | 'vault'
  readonly port: number
  /** Where the exchange and Telegram are, when not at their own addresses. */
  readonly exchange?: string
  readonly telegram?: string
  readonly passphraseFile?: string
  /** What a new home starts with. */
  readonly examples: { readonly strategies: readonly string[]; readonly policy: string }
}

const CLIENTS: Readonly<Record<HomeOptions['role'], readonly Client[]>> = {
  alone: ['engine', 'device-signals', 'device', 'bot'],
  trader: ['device', 'bot'],
}

/** Throws `home_exists`: keys are never overwritten. */
export function refuseSecond(home: string): void {
  if (existsSync(join(home, 'config.yaml')))
    throw new KeysideError(
      'home_exists',
      `${home} is set up already: use it, or choose another KEYSIDE_HOME`,
    )
}

/** Throws `home_exists`. */
export function makeHome(options: HomeOptions): void {
  const { home, role, randomBytes, examples } = options
  refuseSecond(home)
  const authority = makeSigningKey(join(home, FILES.authorityKey), randomBytes)
  const bot = makeSigningKey(join(home, FILES.botKey), randomBytes)
  const engine = role === 'alone' ? makeSigningKey(join(home, FILES.engineKey), randomBytes) : null
  issueTokens(options, { authority, clients: CLIENTS[role], provider: HOME })
  ensureProofSecret(join(home, FILES.sandboxSecret), randomBytes)
  copyStrategies(home, examples.strategies)
  writePrivate(join(home, 'policy.yaml'), examples.policy)
  writeConfig(home, {
    ...brokerSection(options, authority.publicKey),
    ...(engine && engineSection(options)),
    ...executorSection(options, { bot: bot.publicKey, engine: engine?.publicKey }),
    ...botSection(options),
  })
  restrictHome(home)
}

export function copyStrategies(home: string, files: readonly string[]): void {
  for (const file of files)
    writePrivate(join(home, 'strategies', basename(file)), readFileSync(file))
}

const HEADER = `# Keyside on this machine. docs/configuration.md explains every line.
# An environment variable stands above a line here: KEYSIDE_BROKER__PORT is broker.port.
`

/** The last file that is made: with it the home is set up. */
export function writeConfig(home: string, sections: object): void {
  const text = stringify(sections, { aliasDuplicateObjects: false, lineWidth: 0 })
  writePrivate(join(home, 'config.yaml'), HEADER + text)
}

function brokerSection({ port }: HomeOptions, authority: string) {
  return { broker: { host: '127.0.0.1', port, wsPort: null, authority } }
}

function exchangeOf({ exchange }: HomeOptions) {
  return { name: 'binance', ...(exchange && { address: exchange }) }
}

function urlOf({ port }: HomeOptions): string {
  return `mqtt://127.0.0.1:${port}`
}

function engineSection(options: HomeOptions) {
  return {
    engine: {
      id: 'engine',
      provider: HOME,
      plan: OWN_PLAN,
      broker: { url: urlOf(options), tokenFile: TOKENS.engine },
      signingKeyFile: FILES.engineKey,
      exchange: exchangeOf(options),
      strategies: 'strategies',
    },
  }
}

function executorSection(
  options: HomeOptions,
  keys: { readonly bot: string; readonly engine: string | undefined },
) {
  const url = urlOf(options)
  const { keychain, passphraseFile } = options
  return {
    executor: {
      id: DEVICE,
      account: 'main',
      home: { url, clientId: DEVICE, tokenFile: TOKENS.device },
      ...(keys.engine !== undefined && {
        engine: {
          url,
          clientId: 'device-signals',
          tokenFile: TOKENS['device-signals'],
          key: keys.engine,
          plans: [OWN_PLAN],
        },
      }),
      bot: { id: 'bot', key: keys.bot },
      exchange: exchangeOf(options),
      keychain,
      ...(passphraseFile && { passphraseFile }),
    },
  }
}

function botSection(options: HomeOptions) {
  const { telegram, deviceKey } = options
  return {
    bot: {
      id: 'bot',
      broker: { url: urlOf(options), tokenFile: TOKENS.bot },
      signingKeyFile: FILES.botKey,
      device: { id: DEVICE, key: deviceKey },
      telegram: { tokenFile: FILES.telegramToken, ...(telegram && { address: telegram }) },
    },
  }
}
