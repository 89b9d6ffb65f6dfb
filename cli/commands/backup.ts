// keyside backup: this home in one encrypted file, and a home from it on another machine.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  holdForMove,
  type Keychain,
  openOsKeychain,
  PAPER,
  vaultFile,
  verifyJournal,
} from '@keyside/executor'
import {
  KeysideError,
  keysideHome,
  readBytes,
  systemClock,
  systemRandomBytes,
  writePrivate,
} from '@keyside/runtime'
import { createVault, seal, sealedFile, unseal } from '@keyside/runtime/vault'
import { type Command, Option } from 'commander'
import { type BackupContents, backupContents, filesOf, secretsOf } from '../backup/collect.ts'
import { refuseOutside } from '../backup/outside.ts'
import { refuseRestore, restoreHome } from '../backup/restore-home.ts'
import { type Account, accountHomes, accountsOf } from '../home/accounts.ts'
import { editConfig } from '../home/edit-config.ts'
import { executorSection } from '../home/executor-section.ts'
import { homeKeychains } from '../home/home-keychain.ts'
import { programsOf } from '../home/roles.ts'
import { minute } from '../terminal/duration.ts'
import { freeFile } from '../terminal/free-file.ts'
import { newPassphrase } from '../terminal/new-passphrase.ts'
import { readPassphrase } from '../terminal/passphrase.ts'
import { print } from '../terminal/print.ts'

const BACKUP = 'the backup'

interface CreateOptions {
  withKeys: boolean
  move: boolean
  passphraseFile?: string
}

interface RestoreOptions {
  passphraseFile?: string
  keychain?: 'os' | 'vault'
  vaultPassphraseFile?: string
}

export function addBackup(program: Command): void {
  const backup = program
    .command('backup')
    .description('this home in one encrypted file, and back: create, restore')
  backup
    .command('create')
    .argument('<file>', 'which is made')
    .description('config, policies, journals, providers and bot of this home; programs may run')
    .option('--with-keys', 'exchange keys too', false)
    .option(
      '--move',
      'this machine does not trade with it any more; stop "keyside up" first',
      false,
    )
    .option('--passphrase-file <file>', 'a private file; asked for when left out')
    .addHelpText('after', '\nExample:\n  keyside backup create /media/stick/keyside.backup --move')
    .action(create)
  backup
    .command('restore')
    .argument('<file>')
    .description('make this home from a backup; nothing is traded before "keyside journal adjust"')
    .option('--passphrase-file <file>', 'a private file; asked for when left out')
    .addOption(
      new Option(
        '--keychain <where>',
        'where secrets are kept here; as before when left out',
      ).choices(['os', 'vault']),
    )
    .option('--vault-passphrase-file <file>', 'of a vault; asked for when left out')
    .addHelpText('after', '\nExample:\n  keyside backup restore /media/stick/keyside.backup')
    .action(restore)
}

async function create(file: string, options: CreateOptions): Promise<void> {
  const home = keysideHome()
  const target = freeFile(file)
  const trades = programsOf(home).includes('executor')
  const accounts = trades ? accountHomes(home) : []
  for (const account of trades ? accounts : [home]) refuseOutside(home, account)
  for (const account of trades ? accountsOf(home) : []) refuseDamaged(account, accounts.length)
  const held = options.move
    ? accounts.map((account) => holdForMove(resolve(account, executorSection(account).database)))
    : []
  try {
    const open = homeKeychains()
    const secrets: BackupContents['secrets'] = {}
    for (const account of accounts)
      secrets[account.slice(home.length + 1)] = await secretsOf(
        await open(account),
        options.withKeys ? 'with keys' : 'without',
      )
    const passphrase = await newPassphrase(home, given(options.passphraseFile), BACKUP)
    const made = new Date(systemClock.now()).toISOString()
    const contents: BackupContents = { made, home, files: filesOf(home), secrets }
    writePrivate(target, await seal(contents, { passphrase, randomBytes: systemRandomBytes }))
    for (const journal of held) journal.leave(systemClock.now())
  } finally {
    for (const journal of held) journal.close()
  }
  print(
    `Written: ${file}, ${options.withKeys ? 'with' : 'without'} the exchange keys. Without its passphrase nobody opens it.`,
    ...(options.move
      ? ['This machine does not trade with it any more: "keyside backup restore" on the other one.']
      : []),
  )
}

async function restore(file: string, options: RestoreOptions): Promise<void> {
  const home = keysideHome()
  refuseRestore(home)
  const sealed = sealedFile(readBytes(resolve(file)))
  const passphrase = await readPassphrase(home, given(options.passphraseFile), BACKUP)
  const contents = backupContents.safeParse(await unseal(sealed, passphrase)).data
  if (contents === undefined)
    throw new KeysideError(
      'backup_damaged',
      'what is in this backup cannot be read: take another copy of it, or the version of Keyside that made it',
    )
  await restoreHome({
    home,
    contents,
    keychain: keychains(options),
    clock: systemClock,
    randomBytes: systemRandomBytes,
  })
  print(
    `Restored in ${home}, as it was at ${minute(Date.parse(contents.made) / 1000)}.`,
    '',
    ...nextSteps(home, contents),
  )
}

/** Throws `journal_damaged`: a backup of it could not be used on another machine. */
function refuseDamaged({ name, home }: Account, accounts: number): void {
  const journal = resolve(home, executorSection(home).database)
  if (!existsSync(journal) || isWhole(journal)) return
  const look =
    accounts === 1 ? 'keyside journal verify' : `keyside journal verify --account ${name}`
  throw new KeysideError(
    'journal_damaged',
    `${journal} is damaged: run "${look}", and take an earlier backup`,
  )
}

/** One that cannot be read at all is told as one whose chain is broken: with its path, and of which account. */
function isWhole(journal: string): boolean {
  try {
    return verifyJournal(journal).brokenAt === null
  } catch (error) {
    if (error instanceof KeysideError && error.code === 'journal_damaged') return false
    throw error
  }
}

/** A vault has one passphrase for all accounts, asked for once. */
function keychains({ keychain, vaultPassphraseFile }: RestoreOptions) {
  let typed: string | undefined
  return async (account: string, draft: string): Promise<Keychain> => {
    if (keychain !== undefined)
      editConfig(draft, (config) => config.setIn(['executor', 'keychain'], keychain))
    const file = given(vaultPassphraseFile)
    if (file !== undefined)
      editConfig(draft, (config) => config.setIn(['executor', 'passphraseFile'], file))
    const section = executorSection(draft)
    if (section.keychain === 'os') return openOsKeychain(account)
    typed ??= await newPassphrase(draft, section.passphraseFile, 'the vault')
    return createVault({
      file: vaultFile(draft),
      passphrase: typed,
      randomBytes: systemRandomBytes,
    })
  }
}

function nextSteps(home: string, { secrets }: BackupContents): string[] {
  if (!programsOf(home).includes('executor')) return ['Next:', '  keyside up']
  const accounts = accountsOf(home)
  const option = (name: string) => (accounts.length === 1 ? '' : ` --account ${name}`)
  const steps = accounts.flatMap(({ name, home: at }) => {
    const hasKey = (secrets[at.slice(home.length + 1)] ?? []).some(([one]) =>
      one.startsWith('exchange/'),
    )
    const { exchange, database } = executorSection(at)
    return [
      ...(hasKey || exchange.name === PAPER ? [] : [`  keyside keys add${option(name)}`]),
      ...(existsSync(resolve(at, database))
        ? [`  keyside journal adjust${option(name)}     compares it with the exchange, and halts`]
        : []),
    ]
  })
  return [
    'Never let two machines run one home. If the old one did not make this backup with --move and cannot be',
    "stopped: delete its API key at the exchange, take the bot's token back at @BotFather, and ask each provider for a new link.",
    '',
    'Next:',
    ...steps,
    ...(programsOf(home).includes('bot')
      ? []
      : ['  keyside pair bot     the device has a new key, and the bot knows the old one']),
    '  keyside up',
    ...accounts.map(({ name }) => `  keyside unhalt${option(name)}`),
  ]
}

/** Relative to the folder in which the command was typed. */
function given(file: string | undefined): string | undefined {
  return file === undefined ? undefined : resolve(file)
}
