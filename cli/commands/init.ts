// keyside init: makes this machine's home, for what the machine is to be.
import { chmodSync, readdirSync } from 'node:fs'
import {
  exchangeAddress,
  isOpenToOthers,
  KeysideError,
  keysideHome,
  systemClock,
  systemRandomBytes,
} from '@keyside/runtime'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { refuseSecond } from '../home/home.ts'
import { renewTokens } from '../home/home-tokens.ts'
import { ROLES, type Role } from '../home/roles.ts'
import { print } from '../terminal/print.ts'
import { prompt } from '../terminal/prompt.ts'
import { initProvider, type ProviderOptions } from './init-provider.ts'
import { initTrader, TRADED_WITH, type TraderOptions } from './init-trader.ts'

interface Options extends TraderOptions, ProviderOptions {
  role?: Role
  renew: boolean
}

export function addInit(program: Command): void {
  program
    .command('init')
    .description('set up this machine: signing keys, access tokens, config')
    .addOption(
      new Option('--role <role>', 'what this machine is; asked for when left out').choices(ROLES),
    )
    .option('--renew', "only make new access tokens for this home's own programs", false)
    .option(
      '--passphrase-file <file>',
      "of the vault, or of a provider's root key; asked for when left out",
    )
    .option('--exchange-address <url>', 'another exchange server, such as the sandbox', exchangeUrl)
    .optionsGroup('For --role alone and --role trader:')
    .addOption(
      new Option('--keychain <where>', 'where secrets are kept')
        .choices(['os', 'vault'])
        .default('os'),
    )
    .addOption(
      new Option(
        '--exchange <name>',
        'paper: the real market, and money that is not; asked for when left out, and paper where nobody can be asked',
      ).choices(TRADED_WITH),
    )
    .option('--telegram-token-file <file>', "the bot's token; asked for when left out")
    .option('--no-bot', 'without a bot here: this device is paired with one elsewhere')
    .option('--telegram-address <url>', 'another Bot API server, such as the sandbox')
    .optionsGroup('For --role provider:')
    .option('--name <name>', 'your name as a provider; asked for when left out')
    .option(
      '--address <host:port>',
      'where subscribers reach this machine; asked for when left out',
    )
    .option(
      '--cert-file <file>',
      'a certificate (PEM, with its chain) for that host; one of its own when left out',
    )
    .option('--key-file <file>', 'the key of that certificate')
    .addHelpText('after', HELP)
    .action((options: Options) => (options.renew ? renew() : init(options)))
}

const HELP = `
Roles:
  alone     strategies, device and bot of your own, all on this machine
  trader    follows the signals of providers, with your own keys and bot
  provider  publishes signals for others, and holds no keys of theirs
Example:
  KEYSIDE_HOME=~/trading keyside init --role alone --keychain vault`

export function exchangeUrl(text: string): string {
  const read = exchangeAddress.safeParse(text)
  if (read.success) return read.data
  throw new InvalidArgumentError(read.error.issues[0]?.message ?? '')
}

function renew(): void {
  const home = keysideHome()
  renewTokens({ home, clock: systemClock, randomBytes: systemRandomBytes })
  print(
    `The programs of ${home} have new access tokens, and use them when they connect again, at the latest after a restart.`,
  )
}

async function init(options: Options): Promise<void> {
  const home = keysideHome()
  refuseSecond(home)
  const role = options.role ?? (await askRole())
  makeOwn(home)
  await (role === 'provider' ? initProvider(home, options) : initTrader(home, role, options))
}

/** An empty folder that exists already is made private. A folder with files is refused: it may belong to something else. */
function makeOwn(home: string): void {
  if (!isOpenToOthers(home)) return
  if (readdirSync(home).length > 0)
    throw new KeysideError(
      'home_not_private',
      `others may look into ${home}, and something is in it: choose another KEYSIDE_HOME, a folder that is empty or not there yet`,
    )
  chmodSync(home, 0o700)
}

const QUESTION = `What is this machine?
  1  alone     strategies, device and bot of your own, all here
  2  trader    follows the signals of a provider, with your own keys and bot
  3  provider  publishes signals for others, and holds no keys of theirs
1, 2 or 3: `

/** Throws `role_missing` where nobody can be asked, or nothing that is a role is answered. */
async function askRole(): Promise<Role> {
  const answer = process.stdin.isTTY ? (await prompt(QUESTION)).trim() : ''
  const role = ROLES.find((name, at) => answer === name || answer === String(at + 1))
  if (role !== undefined) return role
  throw new KeysideError(
    'role_missing',
    'what this machine is was not said: give --role alone (all on this machine), --role trader (follows a provider) or --role provider (publishes signals for others)',
  )
}
