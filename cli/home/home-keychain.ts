// The keychain that a home's configuration names.
import { type ExchangeKeys, exchangeKeys, type Keychain, openKeychain } from '@keyside/executor'
import { KeysideError, systemRandomBytes } from '@keyside/runtime'
import { readPassphrase } from '../terminal/passphrase.ts'
import { executorSection } from './executor-section.ts'

/** `typed`: the passphrase, where somebody has asked for it already. */
export async function openHomeKeychain(
  home: string,
  config = executorSection(home),
  typed?: string,
): Promise<Keychain> {
  const { keychain, passphraseFile } = config
  const passphrase =
    keychain === 'vault' ? (typed ?? (await readPassphrase(home, passphraseFile))) : undefined
  const given = passphrase === undefined ? {} : { passphrase }
  return openKeychain({ keychain, home }, { ...given, randomBytes: systemRandomBytes })
}

/** Asks for a passphrase at most once: the vaults of a home's accounts have the same. */
export function homeKeychains(): (home: string) => Promise<Keychain> {
  let typed: string | undefined
  return async (home) => {
    const config = executorSection(home)
    if (config.keychain !== 'vault' || config.passphraseFile !== undefined)
      return openHomeKeychain(home, config)
    typed ??= await readPassphrase(home, undefined)
    return openHomeKeychain(home, config, typed)
  }
}

/** Of one account. Throws `exchange_key_missing`. */
export async function homeKeys(
  home: string,
  account: string,
  keychain?: Keychain,
): Promise<ExchangeKeys> {
  const keys = await exchangeKeys(keychain ?? (await openHomeKeychain(home)), account)
  if (keys !== null) return keys
  throw new KeysideError(
    'exchange_key_missing',
    `account "${account}" has no key: run "keyside keys add"`,
  )
}
