// Makes a home folder: keys, access tokens with their topics, and config, all on this machine.
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  type Access,
  commandTopic,
  HOME,
  headerSegment,
  headTopic,
  presenceTopic,
  reportTopic,
  type SigningKey,
  seconds,
  sign,
  signalTopic,
} from '@keyside/protocol'
import {
  type Clock,
  ensureProofSecret,
  KeysideError,
  makeSigningKey,
  newJti,
  type RandomBytes,
  readSecret,
  readSigningKey,
  restrictHome,
  writePrivate,
} from '@keyside/runtime'
import { stringify } from 'yaml'
import { FILES, TOKENS } from './home-files.ts'

export interface HomeOptions {
  readonly home: string
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** Public key of the device, whose secret is in the keychain. */
  readonly deviceKey: string
  readonly keychain: 'os' | 'vault'
  readonly port: number
  readonly wsPort: number | null
  /** Where the exchange and Telegram are, when not at their own addresses. */
  readonly exchange?: string
  readonly telegram?: string
  readonly passphraseFile?: string
  /** Folder whose strategies and policy a new home starts with. */
  readonly examples: { readonly strategies: readonly string[]; readonly policy: string }
}

type Acl = Access['acl']
type Client = keyof typeof TOKENS

/** All strategies of one's own engine, as long as their files name no other plan. */
const PLAN = 'all'

const DEVICE = 'device'

/** The broker's clients and the topics each may use. A provider's engine can read nothing of the device. */
const CLIENTS: Readonly<Record<Client, Acl>> = {
  engine: {
    publish: ['keyside/v1/signal/home/+', 'keyside/v1/head/home/+', presenceTopic(HOME, 'engine')],
    subscribe: [],
  },
  'device-signals': {
    publish: [],
    subscribe: [signalTopic(HOME, PLAN), headTopic(HOME, PLAN), presenceTopic(HOME, 'engine')],
  },
  device: {
    publish: [reportTopic(DEVICE), presenceTopic(HOME, DEVICE)],
    subscribe: [commandTopic(DEVICE)],
  },
  bot: {
    publish: [commandTopic(DEVICE)],
    subscribe: [reportTopic(DEVICE), presenceTopic(HOME, DEVICE)],
  },
}

const TOKEN_LIFE_SECONDS = 365 * 86_400

/** Throws `home_exists` rather than overwrite keys. */
export function makeHome(options: HomeOptions): void {
  const { home, randomBytes } = options
  if (existsSync(join(home, 'config.yaml')))
    throw new KeysideError(
      'home_exists',
      `${home} is set up already: use it, or choose another KEYSIDE_HOME`,
    )
  const authority = makeSigningKey(join(home, FILES.authorityKey), randomBytes)
  const engine = makeSigningKey(join(home, FILES.engineKey), randomBytes)
  const bot = makeSigningKey(join(home, FILES.botKey), randomBytes)
  issueTokens(options, authority)
  ensureProofSecret(join(home, FILES.sandboxSecret), randomBytes)
  const keys = { authority: authority.publicKey, engine: engine.publicKey, bot: bot.publicKey }
  for (const file of options.examples.strategies)
    writePrivate(join(home, 'strategies', basename(file)), readFileSync(file))
  writePrivate(join(home, 'policy.yaml'), options.examples.policy)
  writePrivate(
    join(home, 'config.yaml'),
    HEADER + stringify(configOf(options, keys), { aliasDuplicateObjects: false }),
  )
  restrictHome(home)
}

/**
 * New access tokens for all programs of this home; the old ones stay good until they expire. A token of another
 * authority is a subscription that cannot be made again here: it is kept. Returns the files that were.
 */
export function renewTokens(
  options: Pick<HomeOptions, 'home' | 'clock' | 'randomBytes'>,
): string[] {
  const authority = readSigningKey(join(options.home, FILES.authorityKey))
  const own = headerSegment(authority.kid, 'access')
  const foreign = Object.values(TOKENS).filter((token) => {
    const file = join(options.home, token)
    return existsSync(file) && readSecret(file).split('.')[0] !== own
  })
  issueTokens(options, authority, foreign)
  return foreign
}

function issueTokens(
  { home, clock, randomBytes }: Pick<HomeOptions, 'home' | 'clock' | 'randomBytes'>,
  authority: SigningKey,
  except: readonly string[] = [],
): void {
  const now = seconds(clock.now())
  for (const client of Object.keys(TOKENS) as Client[]) {
    if (except.includes(TOKENS[client])) continue
    const claims: Access = {
      iss: 'authority',
      aud: 'broker',
      iat: now,
      exp: now + TOKEN_LIFE_SECONDS,
      jti: newJti(randomBytes),
      sub: client,
      acl: CLIENTS[client],
    }
    writePrivate(join(home, TOKENS[client]), `${sign('access', claims, authority)}\n`)
  }
}

const HEADER = `# Keyside on this machine. docs/configuration.md explains every line.
# An environment variable stands above a line here: KEYSIDE_BROKER__PORT is broker.port.
`

function configOf(
  options: HomeOptions,
  keys: { authority: string; engine: string; bot: string },
): object {
  const url = `mqtt://127.0.0.1:${options.port}`
  const exchange = { name: 'binance', ...(options.exchange && { address: options.exchange }) }
  return {
    broker: {
      host: '127.0.0.1',
      port: options.port,
      wsPort: options.wsPort,
      authority: keys.authority,
    },
    engine: {
      id: 'engine',
      provider: HOME,
      plan: PLAN,
      broker: { url, tokenFile: TOKENS.engine },
      signingKeyFile: FILES.engineKey,
      exchange,
      strategies: 'strategies',
    },
    executor: {
      id: DEVICE,
      account: 'main',
      signals: { url, clientId: 'device-signals', tokenFile: TOKENS['device-signals'] },
      home: { url, clientId: DEVICE, tokenFile: TOKENS.device },
      provider: { name: HOME, key: keys.engine, plans: [PLAN] },
      bot: { id: 'bot', key: keys.bot },
      exchange,
      keychain: options.keychain,
      ...(options.passphraseFile && { passphraseFile: options.passphraseFile }),
    },
    bot: {
      id: 'bot',
      broker: { url, tokenFile: TOKENS.bot },
      signingKeyFile: FILES.botKey,
      device: { id: DEVICE, key: options.deviceKey },
      telegram: {
        tokenFile: FILES.telegramToken,
        ...(options.telegram && { address: options.telegram }),
      },
    },
  }
}
