// keyside init: makes this machine's home folder, with keys, tokens, config, policy and two strategies.
import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import {
  DEFAULT_POLICY,
  type Keychain,
  makeDeviceSecrets,
  openOsKeychain,
  vaultFile,
} from '@keyside/executor'
import {
  exchangeAddress,
  isOpenToOthers,
  KeysideError,
  keysideHome,
  readSecret,
  systemClock,
  systemRandomBytes,
  writePrivate,
} from '@keyside/runtime'
import { createVault } from '@keyside/runtime/vault'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { makeHome, renewTokens } from '../home/home.ts'
import { FILES } from '../home/home-files.ts'
import { FIRST_STRATEGIES } from '../sandbox/examples.ts'
import { newPassphrase } from '../terminal/passphrase.ts'
import { print } from '../terminal/print.ts'
import { promptSecret } from '../terminal/prompt.ts'

interface Options {
  keychain: 'os' | 'vault'
  passphraseFile?: string
  telegramTokenFile?: string
  exchangeAddress?: string
  telegramAddress?: string
  renew: boolean
}

export function addInit(program: Command): void {
  program
    .command('init')
    .description('set up this machine: signing keys, access tokens, config, policy, strategies')
    .addOption(
      new Option('--keychain <where>', 'where secrets are kept')
        .choices(['os', 'vault'])
        .default('os'),
    )
    .option('--passphrase-file <file>', 'for the vault; asked for when left out')
    .option('--telegram-token-file <file>', "the bot's token; asked for when left out")
    .option('--exchange-address <url>', 'another exchange server, such as the sandbox', exchangeUrl)
    .option('--telegram-address <url>', 'another Bot API server, such as the sandbox')
    .option('--renew', 'only make new access tokens for a home that is there', false)
    .addHelpText('after', '\nExample:\n  KEYSIDE_HOME=~/trading keyside init --keychain vault')
    .action((options: Options) => (options.renew ? renew() : init(options)))
}

function exchangeUrl(text: string): string {
  const read = exchangeAddress.safeParse(text)
  if (read.success) return read.data
  throw new InvalidArgumentError(read.error.issues[0]?.message ?? '')
}

function renew(): void {
  const home = keysideHome()
  const kept = renewTokens({ home, clock: systemClock, randomBytes: systemRandomBytes })
  print(
    `The programs of ${home} have new access tokens, and use them when they connect again, at the latest after a restart.`,
    ...kept.map(
      (file) => `${file} is kept: another authority made it; ask your provider for a new one.`,
    ),
  )
}

async function init(options: Options): Promise<void> {
  const home = keysideHome()
  if (existsSync(join(home, 'config.yaml')))
    throw new KeysideError(
      'home_exists',
      `${home} is set up already: use it, or choose another KEYSIDE_HOME`,
    )
  makeOwn(home)
  const makeKeychain = await prepareKeychain(home, options)
  const botToken = await readBotToken(options)
  const device = await makeDeviceSecrets(await makeKeychain(), systemRandomBytes)
  makeHome({
    home,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    deviceKey: device.key.publicKey,
    keychain: options.keychain,
    port: 1883,
    wsPort: 8083,
    ...(options.exchangeAddress && { exchange: options.exchangeAddress }),
    ...(options.telegramAddress && { telegram: options.telegramAddress }),
    ...(options.passphraseFile && { passphraseFile: fileIn(home, options.passphraseFile) }),
    examples: { strategies: FIRST_STRATEGIES, policy: DEFAULT_POLICY },
  })
  writePrivate(join(home, FILES.telegramToken), `${botToken}\n`)
  print(
    `Set up in ${home}, secrets in ${options.keychain === 'os' ? 'the OS keychain' : 'an encrypted vault'}.`,
    '',
    'Next:',
    '  keyside keys add         store your exchange key',
    `  edit ${join(home, 'policy.yaml')}, then keyside policy accept`,
    '  keyside up               start, and claim your bot',
  )
}

/** As config.yaml names it: what lies in the home goes where the home goes, such as into a container. */
function fileIn(home: string, file: string): string {
  const inside = relative(home, resolve(file))
  return inside.startsWith('..') || isAbsolute(inside) ? resolve(file) : inside
}

/** A folder that is there is closed when it is empty. One with something in it may be somebody else's, or not meant. */
function makeOwn(home: string): void {
  if (!isOpenToOthers(home)) return
  if (readdirSync(home).length > 0)
    throw new KeysideError(
      'home_not_private',
      `others may look into ${home}, and something is in it: choose another KEYSIDE_HOME, or run chmod 700 ${home}`,
    )
  chmodSync(home, 0o700)
}

/** Asks, and makes nothing yet: a vault left behind by a wrong answer would stand in the way of the next try. */
async function prepareKeychain(home: string, options: Options): Promise<() => Promise<Keychain>> {
  if (options.keychain === 'os') {
    const keychain = await openOsKeychain(home)
    return async () => keychain
  }
  const file = options.passphraseFile && resolve(options.passphraseFile)
  const passphrase = await newPassphrase(home, file)
  return () => createVault({ file: vaultFile(home), passphrase, randomBytes: systemRandomBytes })
}

/** Telegram's own shape of a token; a wrong paste is noticed here and not at the first message. */
const BOT_TOKEN = /^\d{5,}:[A-Za-z0-9_-]{30,}$/

async function readBotToken({ telegramTokenFile }: Options): Promise<string> {
  const token =
    telegramTokenFile === undefined
      ? await promptSecret('Token of your Telegram bot, from @BotFather: ')
      : readSecret(resolve(telegramTokenFile))
  if (!BOT_TOKEN.test(token))
    throw new KeysideError(
      'bot_token_malformed',
      'that is no bot token: expected digits, a colon and 35 letters, as @BotFather gave it',
    )
  return token
}
