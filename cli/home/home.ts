// Makes the home of a trader: keys, access tokens, policy and config, all on this machine.
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PAPER, type VenueName } from '@keyside/executor'
import { HOME, type SigningKey } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  ensureProofSecret,
  KeysideError,
  makeSigningKey,
  readBytes,
  restrictHome,
  writePrivate,
} from '@keyside/runtime'
import { stringify } from 'yaml'
import { type Client, FILES, TOKENS } from './home-files.ts'
import { DEVICE, OWN_PLAN, plansFor } from './home-rights.ts'
import { issueTokens, type TokenParts } from './home-tokens.ts'
import { type LocalBroker, localBroker } from './local-broker.ts'
import type { TraderRole } from './roles.ts'

export interface HomeOptions extends TokenParts {
  /** `alone`: with an engine of one's own. */
  readonly role: TraderRole
  /** `here` when left out; `elsewhere`: the device obeys nobody until it is paired with one. */
  readonly bot?: 'here' | 'elsewhere'
  /** Public key of the device, whose secret is in the keychain. */
  readonly deviceKey: string
  readonly keychain: 'os' | 'vault'
  /** Where its broker listens on 127.0.0.1; on a Unix socket when left out, if the system has them. */
  readonly port?: number
  /** What is traded with: an account at the exchange when left out, Binance's. */
  readonly account?: typeof PAPER | VenueName
  /** Where the exchange and Telegram are, when not at their own addresses. */
  readonly exchange?: string
  /** Where the engine has its candles from, in Binance's words; the exchange when left out. */
  readonly candles?: string
  readonly telegram?: string
  readonly passphraseFile?: string
  /** What a new home starts with. */
  readonly examples: { readonly strategies: readonly string[]; readonly policy: string }
}

const CLIENTS: Readonly<Record<HomeOptions['role'], readonly Client[]>> = {
  alone: ['engine', 'device-signals', 'device'],
  trader: ['device'],
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
  const bot = botKey(options)
  const engine = role === 'alone' ? makeSigningKey(join(home, FILES.engineKey), randomBytes) : null
  const clients = [...CLIENTS[role], ...(options.bot === 'elsewhere' ? [] : (['bot'] as const))]
  issueTokens(options, {
    authority,
    clients,
    provider: HOME,
    account: null,
    plans: plansFor(options.account),
  })
  const listen = options.port === undefined ? localBroker(home) : null
  const broker = listen ?? onPort(options.port ?? 1883)
  ensureProofSecret(join(home, FILES.sandboxSecret), randomBytes)
  copyStrategies(home, examples.strategies)
  // Nobody is invited, and nobody shut out.
  writePrivate(join(home, FILES.accessList), '{"invitations":[],"refused":[]}\n')
  writePrivate(join(home, 'policy.yaml'), examples.policy)
  writeConfig(home, {
    ...brokerSection(broker, authority.publicKey),
    ...(engine && engineSection(options, broker, bot.publicKey)),
    ...executorSection(options, broker, { bot: bot.publicKey, engine: engine?.publicKey }),
    ...(options.bot !== 'elsewhere' && botSection(options, broker, engine?.publicKey)),
  })
  restrictHome(home)
}

/** If the bot is elsewhere, a key whose secret is thrown away: pairing replaces it. */
function botKey({ home, bot, randomBytes }: HomeOptions): SigningKey {
  if (bot === 'elsewhere') return signingKey(randomBytes(32))
  return makeSigningKey(join(home, FILES.botKey), randomBytes)
}

export function copyStrategies(home: string, files: readonly string[]): void {
  for (const file of files) writePrivate(join(home, 'strategies', basename(file)), readBytes(file))
}

const HEADER = `# Keyside on this machine. docs/configuration.md explains every line.
# An environment variable stands above a line here: KEYSIDE_BROKER__PORT is broker.port.
`

/** The last file that is made: with it the home is set up. */
export function writeConfig(home: string, sections: object): void {
  const text = stringify(sections, { aliasDuplicateObjects: false, lineWidth: 0 })
  writePrivate(join(home, 'config.yaml'), HEADER + text)
}

function brokerSection(listen: LocalBroker, authority: string) {
  return { broker: { ...listen.broker, wsPort: null, authority, accessList: FILES.accessList } }
}

/** From where orders go, but where a sandbox has them elsewhere: that one speaks as Binance does. */
function candlesOf(options: HomeOptions) {
  const { candles } = options
  return candles === undefined ? exchangeOf(options) : { name: 'binance', address: candles }
}

function exchangeOf({ account = PAPER, exchange }: Pick<HomeOptions, 'account' | 'exchange'>) {
  const name = account === PAPER ? 'binance' : account
  return { name, ...(exchange && { address: exchange }) }
}

/** An account at the same exchange; or its market, and an account that this device keeps. */
export function accountOf(options: Pick<HomeOptions, 'account' | 'exchange'>) {
  const { name, ...there } = exchangeOf(options)
  if (options.account !== PAPER) return { name, ...there }
  return { name: PAPER, of: name, ...there, balances: { USDT: '10000' } }
}

/** Name of the home's own account, used once there is a second one. */
const OWN_ACCOUNT = 'main'

/** A port is open to every user of this machine, so it is used only where there is no Unix socket; a client without a token is still refused. */
function onPort(port: number): LocalBroker {
  return {
    broker: { host: '127.0.0.1', port },
    link: { url: `mqtt://127.0.0.1:${port}` },
  }
}

function engineSection(options: HomeOptions, { link }: LocalBroker, bot: string) {
  return {
    engine: {
      id: 'engine',
      provider: HOME,
      plan: OWN_PLAN,
      broker: { ...link, tokenFile: TOKENS.engine },
      signingKeyFile: FILES.engineKey,
      ...(options.bot !== 'elsewhere' && { bot: { id: 'bot', key: bot } }),
      exchange: candlesOf(options),
      strategies: 'strategies',
    },
  }
}

function executorSection(
  options: HomeOptions,
  { link }: LocalBroker,
  keys: { readonly bot: string; readonly engine: string | undefined },
) {
  const { keychain, passphraseFile } = options
  return {
    executor: {
      id: DEVICE,
      account: OWN_ACCOUNT,
      home: { ...link, clientId: DEVICE, tokenFile: TOKENS.device },
      ...(keys.engine !== undefined && {
        engine: {
          ...link,
          clientId: 'device-signals',
          tokenFile: TOKENS['device-signals'],
          key: keys.engine,
          plans: plansFor(options.account),
        },
      }),
      bot: { id: 'bot', key: keys.bot },
      exchange: accountOf(options),
      keychain,
      ...(passphraseFile && { passphraseFile }),
    },
  }
}

function botSection(options: HomeOptions, { link }: LocalBroker, engine: string | undefined) {
  const { telegram, deviceKey } = options
  return {
    bot: {
      id: 'bot',
      devices: {
        [OWN_ACCOUNT]: {
          broker: { ...link, tokenFile: TOKENS.bot },
          signingKeyFile: FILES.botKey,
          id: DEVICE,
          key: deviceKey,
          ...(engine !== undefined && { engine: { key: engine } }),
        },
      },
      telegram: { tokenFile: FILES.telegramToken, ...(telegram && { address: telegram }) },
    },
  }
}
