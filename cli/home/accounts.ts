// The accounts of a home. The home's own executor is the first; each other is a home within it: accounts/NAME, with a config.yaml of its own.
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { id } from '@keyside/protocol'
import { KeysideError } from '@keyside/runtime'
import { executorSection } from './executor-section.ts'
import { type Client, TOKENS } from './home-files.ts'

const ACCOUNTS_FOLDER = 'accounts'
/** What a bot serves at most. */
export const MAX_ACCOUNTS = 8
/** In the chat they mean something else. */
const RESERVED = ['all', 'sell']

export interface Account {
  readonly name: string
  /** KEYSIDE_HOME of its executor. */
  readonly home: string
}

export function accountHome(home: string, name: string): string {
  return join(home, ACCOUNTS_FOLDER, name)
}

/** Those beside the home's own, by name. Their files are not read: an emergency stop works whatever is in them. */
export function furtherAccounts(home: string): Account[] {
  const folder = join(home, ACCOUNTS_FOLDER)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => isAccountName(name) && existsSync(join(folder, name, 'config.yaml')))
    .sort()
    .map((name) => ({ name, home: join(folder, name) }))
}

/** The home's own first. */
export function accountHomes(home: string): string[] {
  return [home, ...furtherAccounts(home).map((account) => account.home)]
}

/** The home's own first. Throws as `executorSection`. */
export function accountsOf(home: string): Account[] {
  return [{ name: executorSection(home).account, home }, ...furtherAccounts(home)]
}

/** Throws `account_unknown`. */
export function accountNamed(home: string, name: string): Account {
  const all = accountsOf(home)
  const found = all.find((account) => account.name === name)
  if (found !== undefined) return found
  throw new KeysideError(
    'account_unknown',
    `there is no account "${name}" in ${home}: there ${all.length === 1 ? 'is' : 'are'} ${all.map((account) => account.name).join(', ')}`,
  )
}

/** The home in which an account is, whichever of the two `home` is. */
export function wholeHome(home: string): string {
  const outer = dirname(dirname(home))
  const isWithin =
    basename(dirname(home)) === ACCOUNTS_FOLDER && existsSync(join(outer, 'config.yaml'))
  return isWithin ? outer : home
}

/** With it the longest client id of an account's programs is still one. */
const MAX_NAME = 16

export function isAccountName(name: string): boolean {
  return id.safeParse(name).success && name.length <= MAX_NAME && !RESERVED.includes(name)
}

/** The access token of an account's program, relative to the whole home. The bot has one for each account. */
export function accountFile(account: string, client: Client): string {
  return client === 'bot'
    ? `bot/account-${account}.token`
    : join(ACCOUNTS_FOLDER, account, TOKENS[client])
}

/** What the bot signs with for it. */
export function accountBotKey(account: string): string {
  return `bot/account-${account}.key`
}
