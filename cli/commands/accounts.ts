// keyside accounts: those that are traded with from this home, each with an executor of its own.
import { resolve } from 'node:path'
import {
  executorAt,
  isHalted,
  type Keychain,
  openOsKeychain,
  PAPER,
  vaultFile,
} from '@keyside/executor'
import { keysideHome, systemClock, systemRandomBytes } from '@keyside/runtime'
import { openVault } from '@keyside/runtime/vault'
import { type Command, Option } from 'commander'
import { accountVault, addAccount, refuseAccount } from '../accounts/add-account.ts'
import { removableAccount, removeAccount } from '../accounts/remove-account.ts'
import { type Account, accountHome, accountsOf } from '../home/accounts.ts'
import { executorSection } from '../home/executor-section.ts'
import { readPassphrase } from '../terminal/passphrase.ts'
import { print, printJson, table } from '../terminal/print.ts'
import { requireConfirm } from '../terminal/prompt.ts'
import { exchangeUrl } from './init.ts'
import { askExchange, firstPolicy, TRADED_WITH, type TradedWith } from './init-trader.ts'

interface AddOptions {
  exchange?: TradedWith
  exchangeAddress?: string
}

export function addAccounts(program: Command): void {
  const accounts = program
    .command('accounts')
    .description('the accounts that are traded with from this home: add, list, remove')
  accounts
    .command('add')
    .argument('<name>', 'what you call it, such as live')
    .description('one account more, with its own policy, journal and keys')
    .addOption(
      new Option(
        '--exchange <name>',
        'paper, or where the money is; asked for when left out, and paper where nobody can be asked',
      ).choices(TRADED_WITH),
    )
    .option('--exchange-address <url>', 'another exchange server, such as the sandbox', exchangeUrl)
    .addHelpText('after', '\nExample:\n  keyside accounts add live --exchange binance')
    .action(add)
  accounts
    .command('list')
    .description('each with what it trades at, whether it runs, and its folder')
    .option('--json', 'for a program', false)
    .addHelpText('after', '\nExample:\n  keyside accounts list')
    .action(({ json }: { json: boolean }) => list(json))
  accounts
    .command('remove')
    .argument('<name>')
    .description('trade with it no more: its keys are deleted here, its record is kept')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', '\nExample:\n  keyside accounts remove live')
    .action((name: string, { yes }: { yes: boolean }) => remove(name, yes))
}

async function add(name: string, { exchange, exchangeAddress }: AddOptions): Promise<void> {
  const home = keysideHome()
  const own = refuseAccount(home, name)
  const keychain = await keychainMaker(home)
  const traded = exchange ?? (await askExchange())
  await addAccount({
    home,
    name,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    account: traded,
    ...(exchangeAddress && { exchange: exchangeAddress }),
    policy: firstPolicy(own.engine === undefined ? 'trader' : 'alone', traded),
    keychain,
  })
  const option = `--account ${name}`
  print(
    `${name} is added. It has a policy, a journal and keys of its own, in ${accountHome(home, name)}.`,
    '',
    'Next:',
    ...(traded === PAPER
      ? []
      : [
          `  keyside keys add ${option}        store its exchange key, another than those of the other accounts`,
        ]),
    `  keyside follow LINK ${option}     with a link of its own, where it is to follow a provider`,
    `  edit its policy.yaml, then keyside policy accept ${option}`,
    '  stop "keyside up" and start it again',
  )
}

/** With a vault it asks for the passphrase of the home's, and gives the new one the same: "keyside up" asks once for all. */
async function keychainMaker(home: string): Promise<(folder: string) => Promise<Keychain>> {
  const { keychain, passphraseFile } = executorSection(home)
  if (keychain === 'os') return openOsKeychain
  const passphrase = await readPassphrase(home, passphraseFile)
  await openVault({ file: vaultFile(home), passphrase, randomBytes: systemRandomBytes })
  return (folder) =>
    accountVault({ file: vaultFile(folder), passphrase, randomBytes: systemRandomBytes })
}

function list(json: boolean): void {
  const accounts = accountsOf(keysideHome()).map(stateOf)
  if (json) printJson({ accounts })
  else print(...table(accounts.map(({ name, venue, state, home }) => [name, venue, state, home])))
}

function stateOf({ name, home }: Account) {
  const { exchange, database } = executorSection(home)
  const { executor } = executorAt(home)
  const runs = executor === 'none' ? 'does not run' : 'runs'
  const halted = isHalted(home, database) ? ', halted' : ''
  const venue = exchange.of === undefined ? exchange.name : `paper of ${exchange.of}`
  return { name, venue, state: `${runs}${halted}`, home: resolve(home) }
}

async function remove(name: string, yes: boolean): Promise<void> {
  const home = keysideHome()
  removableAccount(home, name)
  const question = `Trade with ${name} no more? Its keys are deleted here; its record is kept.`
  if (!yes) await requireConfirm(question, `${name} stays as it is`)
  const kept = await removeAccount(home, name, systemClock)
  print(
    `${name} is removed, and the bot serves it no more. Its record is in ${kept}.`,
    'Delete its API key at the exchange too, if it had one.',
  )
}
