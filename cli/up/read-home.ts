// Reads a home for `keyside up`, and renews its access tokens. All of it is as the home is now.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { KeysideError, keysideHome, systemClock, systemRandomBytes } from '@keyside/runtime'
import { furtherAccounts } from '../home/accounts.ts'
import { executorSection } from '../home/executor-section.ts'
import { FILES } from '../home/home-files.ts'
import { renewTokens } from '../home/home-tokens.ts'
import { programsOf } from '../home/roles.ts'
import { explainError } from '../programs/exit.ts'
import type { Service } from '../programs/program-names.ts'
import { commandsOf } from '../programs/walled-command.ts'
import { environment } from '../terminal/config.ts'
import type { Answer, HomeFacts } from './ask-home-reader.ts'

/** Errors with a code become an answer; any other error is thrown. */
export function answerTo(asked: string): Answer {
  try {
    const home = keysideHome()
    if (asked === 'facts') return { answer: factsOf(home) }
    if (asked === 'renew') return { answer: renewed(home) }
    return { answer: ofHome(home)(asked as Service) }
  } catch (thrown) {
    const error = explainError(thrown)
    if (!(error instanceof KeysideError)) throw error
    return { refused: { code: error.code, message: error.message } }
  }
}

function factsOf(home: string): HomeFacts {
  const programs = programsOf(home)
  const accounts = furtherAccounts(home)
  const isDevice = programs.includes('executor')
  const homes = isDevice ? [home, ...accounts.map((account) => account.home)] : []
  const passphrase = homes.some(asksPassphrase) ? 'typed' : 'not asked'
  const renews = existsSync(join(home, FILES.authorityKey))
  if (renews) renewed(home)
  const services: readonly Service[] = [
    ...programs,
    ...accounts.map(({ name }): Service => `executor-${name}`),
  ]
  const commandOf = ofHome(home)
  return {
    programs,
    accounts,
    ...(accounts.length > 0 && isDevice && { ownAccount: executorSection(home).account }),
    commands: Object.fromEntries(
      services.map((service) => [service, commandOf(service)]),
    ) as HomeFacts['commands'],
    passphrase,
    tokens: renews ? 'renewed' : 'given',
    bot: isDevice && !programs.includes('bot') ? 'elsewhere' : 'here',
  }
}

function ofHome(home: string) {
  return commandsOf({ home, accounts: furtherAccounts(home), environment })
}

/** Asked by `keyside up`, once for all accounts, because the standard input of an executor is a pipe. */
function asksPassphrase(account: string): boolean {
  const { keychain, passphraseFile } = executorSection(account)
  return keychain === 'vault' && passphraseFile === undefined
}

function renewed(home: string): null {
  renewTokens({ home, clock: systemClock, randomBytes: systemRandomBytes })
  return null
}
