// Which account of a home a command is about: --account sets KEYSIDE_HOME to its folder, for this process.
import { KeysideError, keysideHome } from '@keyside/runtime'
import type { Command } from 'commander'
import { accountNamed, accountsOf, furtherAccounts } from '../home/accounts.ts'
import { isSetting } from '../programs/settings.ts'
import { environment } from '../terminal/config.ts'
import { nameAccount } from '../terminal/print.ts'

/** `one`: must be named where there are several accounts. `any`: may be named; the command says what it does without it. */
export type OfAccounts = 'one' | 'any'

export function addAccountOption(program: Command, accounts: OfAccounts): void {
  for (const command of program.commands)
    command.option('--account <name>', 'which account, where this home has several')
  program.hook('preAction', (_, action) => {
    const { account } = action.optsWithGlobals<{ account?: string }>()
    chooseAccount(account, accounts, environment)
  })
}

/** Throws `account_unnamed` and `account_unknown`. */
export function chooseAccount(
  name: string | undefined,
  accounts: OfAccounts,
  env: NodeJS.ProcessEnv,
): void {
  const home = keysideHome(env)
  if (name === undefined) {
    if (accounts === 'any' || furtherAccounts(home).length === 0) return
    const names = accountsOf(home).map((account) => account.name)
    throw new KeysideError(
      'account_unnamed',
      `this home has several accounts, and which one is meant was not said: give --account ${names.join(' or --account ')}`,
    )
  }
  const account = accountNamed(home, name)
  if (furtherAccounts(home).length > 0) nameAccount(name)
  if (account.home !== home)
    for (const variable of Object.keys(env)) if (isSetting(variable)) delete env[variable]
  env['KEYSIDE_HOME'] = account.home
}
