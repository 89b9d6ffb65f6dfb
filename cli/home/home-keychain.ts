// The keychain that a home's configuration names.
import { type ExecutorConfig, executorConfig, type Keychain, openKeychain } from '@keyside/executor'
import { loadConfig, systemRandomBytes } from '@keyside/runtime'
import { environment } from '../terminal/config.ts'
import { readPassphrase } from '../terminal/passphrase.ts'

export function executorSection(home: string): ExecutorConfig {
  return loadConfig('executor', executorConfig, home, environment)
}

export async function openHomeKeychain(
  home: string,
  config = executorSection(home),
): Promise<Keychain> {
  const { keychain, passphraseFile } = config
  const passphrase = keychain === 'vault' ? await readPassphrase(home, passphraseFile) : undefined
  const given = passphrase === undefined ? {} : { passphrase }
  return openKeychain({ keychain, home }, { ...given, randomBytes: systemRandomBytes })
}
