// keyside keys: the exchange keys on this device.
import {
  createVenue,
  type ExchangeKeys,
  exchangeAccounts,
  exchangeKeys,
  type KeyWarning,
  keepExchangeKeys,
  PAPER,
  removeExchangeKeys,
  sentenceOf,
  venueFacts,
} from '@keyside/executor'
import { KeysideError, keysideHome, readSecret, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection, openHomeKeychain } from '../home/home-keychain.ts'
import { silentDeps } from '../home/venue-info.ts'
import { EXIT } from '../programs/run-program.ts'
import { checkKeyRights, type KeyCheck } from '../terminal/key-check.ts'
import { print, printJson, table } from '../terminal/print.ts'
import { confirm, prompt, promptSecret } from '../terminal/prompt.ts'

interface AccountOption {
  account: string
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('the exchange keys on this device')
  const command = (name: string, description: string, example: string) =>
    keys
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  keyside keys ${example}`)
  const account = ['--account <name>', 'which account', 'main'] as const
  command(
    'add',
    'ask for a key and its secret, check what it may do, store it',
    'add --account main',
  )
    .option(...account)
    .option('--secret-file <file>', 'a private key in PEM form; asked for when left out')
    .action(add)
  command('list', 'the accounts that have a key', 'list')
    .option('--json', 'for a program', false)
    .action(list)
  command('check', 'ask the exchange what the key may do', 'check --json')
    .option(...account)
    .option('--json', 'for a program', false)
    .action(check)
  command('remove', 'remove a key from this device', 'remove --account main')
    .option(...account)
    .option('--yes', 'do not ask', false)
    .action(remove)
}

async function add({
  account,
  secretFile,
}: AccountOption & { secretFile?: string }): Promise<void> {
  const home = keysideHome()
  const { exchange } = executorSection(home)
  requireKeys(exchange)
  const keychain = await openHomeKeychain(home)
  const apiKey = (await prompt(`API key of ${exchange.name}: `)).trim()
  const secret =
    secretFile === undefined ? await promptSecret('Its secret: ') : readSecret(secretFile)
  const passphrase = venueFacts(exchange).credentials.includes('passphrase')
    ? await promptSecret('Its passphrase, chosen with the key: ')
    : undefined
  const keys = { exchange: exchange.name, apiKey, secret: secret.trim(), passphrase }
  const { rows, refusal, warnings } = await examine(home, keys)
  print(...table(rows), ...warnings.map(warningLine))
  if (refusal !== undefined)
    throw new KeysideError(refusal.code, `${refusal.message}; this one was not stored`)
  await keepExchangeKeys(keychain, account, keys)
  print(
    '',
    `Stored for account "${account}" in ${keychain.kind === 'os' ? 'the OS keychain' : 'the vault'}.`,
  )
}

function warningLine(code: KeyWarning): string {
  return `warning: ${sentenceOf(code)} (${code})`
}

async function list({ json }: { json: boolean }): Promise<void> {
  const names = await exchangeAccounts(await openHomeKeychain(keysideHome()))
  if (json) printJson({ accounts: names })
  else print(...(names.length > 0 ? names : ['No account has a key: run "keyside keys add".']))
}

/** Throws `paper_has_no_key`. */
function requireKeys({ name }: { name: string }): void {
  if (name === PAPER)
    throw new KeysideError(
      'paper_has_no_key',
      'this home trades on paper, and no key is asked for or read there: nothing is to be done. For real money make a home of its own (KEYSIDE_HOME=~/.keyside-live keyside init)',
    )
}

async function check({ account, json }: AccountOption & { json: boolean }): Promise<void> {
  const home = keysideHome()
  requireKeys(executorSection(home).exchange)
  const keys = await exchangeKeys(await openHomeKeychain(home), account)
  if (keys === null)
    throw new KeysideError(
      'exchange_key_missing',
      `account "${account}" has no key: run "keyside keys add"`,
    )
  const { rows, refusal, warnings } = await examine(home, keys)
  if (json) printJson({ account, ok: refusal === undefined, warnings, ...Object.fromEntries(rows) })
  else
    print(...table(rows), ...warnings.map(warningLine), ...(refusal ? ['', refusal.message] : []))
  process.exitCode = refusal === undefined ? EXIT.ok : EXIT.refused
}

async function remove({ account, yes }: AccountOption & { yes: boolean }): Promise<void> {
  const keychain = await openHomeKeychain(keysideHome())
  if (!yes && !(await confirm(`Remove the key of account "${account}" from this device?`))) return
  const there = await removeExchangeKeys(keychain, account)
  print(there ? 'Removed. Delete it at the exchange too.' : `Account "${account}" has no key here.`)
}

/** Throws `exchange_key_refused`, or `exchange_unreachable` when it did not say: a key nobody checked is not stored. */
async function examine(home: string, keys: ExchangeKeys): Promise<KeyCheck> {
  const { exchange } = executorSection(home)
  const venue = await createVenue(exchange, async () => keys, silentDeps(home))
  const asked = await venue.keyRights()
  if (!asked.ok && asked.code !== undefined)
    throw new KeysideError(
      asked.code,
      `${asked.message}: look at the key, its secret and its IP list at the exchange, then run "keyside keys add"`,
    )
  if (!asked.ok)
    throw new KeysideError(
      'exchange_unreachable',
      `could not ask the exchange what the key may do: ${asked.message}; try again in some minutes`,
    )
  return checkKeyRights(asked.value, systemClock.now())
}
