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
import { initTrader, type TraderOptions } from './init-trader.ts'

interface Options extends TraderOptions {
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
    .addOption(
      new Option('--keychain <where>', 'where secrets are kept')
        .choices(['os', 'vault'])
        .default('os'),
    )
    .option(
      '--passphrase-file <file>',
      "of the vault, or of a provider's root; asked for when left out",
    )
    .option('--telegram-token-file <file>', "the bot's token; asked for when left out")
    .option('--exchange-address <url>', 'another exchange server, such as the sandbox', exchangeUrl)
    .option('--telegram-address <url>', 'another Bot API server, such as the sandbox')
    .addHelpText('after', HELP)
    .action((options: Options) => (options.renew ? renew() : init(options)))
}

const HELP = `
Roles:
  alone     strategies, device and bot of your own, all on this machine
  trader    follows the signals of providers, with your own keys and bot
Example:
  KEYSIDE_HOME=~/trading keyside init --role alone --keychain vault`

function exchangeUrl(text: string): string {
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
  return initTrader(home, role, options)
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

const QUESTION = `What is this machine?
  1  alone     strategies, device and bot of your own, all here
  2  trader    follows the signals of a provider, with your own keys and bot
1 or 2: `

/** Throws `role_missing` where nobody can be asked, or nothing that is a role is answered. */
async function askRole(): Promise<Role> {
  const answer = process.stdin.isTTY ? (await prompt(QUESTION)).trim() : ''
  const role = ROLES.find((name, at) => answer === name || answer === String(at + 1))
  if (role !== undefined) return role
  throw new KeysideError(
    'role_missing',
    'what this machine is was not said: give --role alone (all on this machine) or --role trader (follows a provider)',
  )
}
