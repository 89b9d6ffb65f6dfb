// Removes an account: its keys are deleted, its record is kept.
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { botConfig } from '@keyside/bot'
import { heldMarkets, openOsKeychain, vaultFile } from '@keyside/executor'
import { type Clock, KeysideError, loadConfig } from '@keyside/runtime'
import { type Account, accountNamed } from '../home/accounts.ts'
import { executorSection } from '../home/executor-section.ts'
import { removeBotDevice } from '../pairing/bot-devices.ts'
import { environment } from '../terminal/config.ts'

/** In the home: the folder of each account that was removed, as it was, without its keys. */
const REMOVED_FOLDER = 'removed-accounts'

/** Throws `account_unknown`, `account_first`, `journal_locked` while its executor runs, and `account_holds`. */
export function removableAccount(home: string, name: string): Account {
  const account = accountNamed(home, name)
  if (account.home === home)
    throw new KeysideError(
      'account_first',
      `${name} is the home's own account, and stays as long as the home: "keyside halt --account ${name}" stops it for good`,
    )
  const held = heldMarkets(resolve(account.home, executorSection(account.home).database))
  if (held.length > 0)
    throw new KeysideError(
      'account_holds',
      `something is held or ordered in ${name}, of ${held.join(', ')}: sell it first ("keyside halt --account ${name} --sell" while "keyside up" runs), then remove the account`,
    )
  return account
}

/** Where its record is from now on. Throws as `removableAccount`. */
export async function removeAccount(home: string, name: string, clock: Pick<Clock, 'now'>) {
  const account = removableAccount(home, name)
  await forgetKeys(account)
  const stamp = new Date(clock.now()).toISOString().replace(/[:.]/g, '-')
  const kept = join(home, REMOVED_FOLDER, `${name}-${stamp}`)
  mkdirSync(join(home, REMOVED_FOLDER), { recursive: true, mode: 0o700 })
  renameSync(account.home, kept)
  const { devices } = loadConfig('bot', botConfig, home, environment)
  if (Object.hasOwn(devices, name)) removeBotDevice(home, name)
  return kept
}

async function forgetKeys({ home }: Account): Promise<void> {
  if (executorSection(home).keychain === 'vault') return rmSync(vaultFile(home), { force: true })
  const keychain = await openOsKeychain(home)
  for (const secret of await keychain.names()) await keychain.remove(secret)
}
