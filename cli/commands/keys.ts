// keyside keys: the exchange keys on this device.
import {
  createVenue,
  type ExchangeKeys,
  exchangeAccounts,
  keepExchangeKeys,
  removeExchangeKeys,
  requireExchangeKeys,
} from '@keyside/executor'
import { KeysideError, keysideHome, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { refuseSharedKey } from '../home/account-keys.ts'
import { executorSection } from '../home/executor-section.ts'
import { homeKeychains, openHomeKeychain } from '../home/home-keychain.ts'
import { calendar, rotate } from '../home/rotate-key.ts'
import { silentDeps } from '../home/venue-info.ts'
import { EXIT } from '../programs/exit.ts'
import { askForKeys, judged, requireKeys, warningLine } from '../terminal/ask-keys.ts'
import { checkKeyRights, type KeyCheck } from '../terminal/key-check.ts'
import { print, printJson, table } from '../terminal/print.ts'
import { requireConfirm } from '../terminal/prompt.ts'

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('the exchange keys on this device')
  const command = (name: string, description: string, example: string) =>
    keys
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  keyside keys ${example}`)
  command('add', 'ask for a key and its secret, check what it may do, store it', 'add')
    .option('--secret-file <file>', 'a private key in PEM form; asked for when left out')
    .action(add)
  command('list', 'the accounts that have a key', 'list')
    .option('--json', 'for a program', false)
    .action(list)
  command('check', 'ask the exchange what the key may do', 'check --json')
    .option('--json', 'for a program', false)
    .action(check)
  command(
    'rotate',
    'a new key in the place of the old one: tried first, and taken over by the executor that runs',
    'rotate',
  )
    .option('--secret-file <file>', 'a private key in PEM form; asked for when left out')
    .action(rotate)
  command(
    'calendar',
    'the days on which the key is 60, 80 and 90 days old, for a calendar',
    'calendar --out key.ics',
  )
    .option('--out <file>', 'a file; printed when left out')
    .action(calendar)
  command('remove', 'remove a key from this device', 'remove')
    .option('--yes', 'do not ask', false)
    .action(remove)
}

async function add({ secretFile }: { secretFile?: string }): Promise<void> {
  const home = keysideHome()
  const { exchange, account } = executorSection(home)
  requireKeys(exchange)
  const open = homeKeychains()
  const keychain = await open(home)
  const keys = await askForKeys(exchange, secretFile)
  const { rows, refusal, warnings } = await examine(home, keys)
  print(...table(rows), ...warnings.map(warningLine))
  if (refusal !== undefined)
    throw new KeysideError(refusal.code, `${refusal.message}; this one was not stored`)
  await refuseSharedKey(home, keys, open)
  await keepExchangeKeys(keychain, account, keys)
  print(
    '',
    `Stored for account "${account}" in ${keychain.kind === 'os' ? 'the OS keychain' : 'the vault'}.`,
  )
}

async function list({ json }: { json: boolean }): Promise<void> {
  const names = await exchangeAccounts(await openHomeKeychain(keysideHome()))
  if (json) printJson({ accounts: names })
  else print(...(names.length > 0 ? names : ['No account has a key: run "keyside keys add".']))
}

async function check({ json }: { json: boolean }): Promise<void> {
  const home = keysideHome()
  const { exchange, account } = executorSection(home)
  requireKeys(exchange)
  const keys = await requireExchangeKeys(await openHomeKeychain(home), account)
  const { rows, refusal, warnings } = await examine(home, keys)
  if (json) printJson({ account, ok: refusal === undefined, warnings, ...Object.fromEntries(rows) })
  else
    print(...table(rows), ...warnings.map(warningLine), ...(refusal ? ['', refusal.message] : []))
  process.exitCode = refusal === undefined ? EXIT.ok : EXIT.refused
}

async function remove({ yes }: { yes: boolean }): Promise<void> {
  const home = keysideHome()
  const { account } = executorSection(home)
  const keychain = await openHomeKeychain(home)
  // By its name alone: one that cannot be read can still be removed.
  if (!(await exchangeAccounts(keychain)).includes(account))
    throw new KeysideError(
      'exchange_key_missing',
      `account "${account}" has no key here: nothing is to be removed`,
    )
  const question = `Remove the key of account "${account}" from this device?`
  if (!yes) await requireConfirm(question, 'the key stays')
  await removeExchangeKeys(keychain, account)
  print('Removed; an executor that runs has it until it ends. Delete it at the exchange too.')
}

async function examine(home: string, keys: ExchangeKeys): Promise<KeyCheck> {
  const { exchange } = executorSection(home)
  const venue = await createVenue(exchange, async () => keys, silentDeps(home))
  return checkKeyRights(judged(await venue.keyRights()), systemClock.now())
}
