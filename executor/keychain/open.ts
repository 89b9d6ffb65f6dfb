// Opens the keychain that config.yaml names, and never another one.
import { join } from 'node:path'
import { KeysideError, type RandomBytes } from '@keyside/runtime'
import { openVault } from '@keyside/runtime/vault'
import { openOsKeychain } from './os.ts'
import type { Keychain } from './port.ts'

export interface KeychainConfig {
  readonly keychain: 'os' | 'vault'
  /** KEYSIDE_HOME. */
  readonly home: string
}

/** `passphrase` is for a vault, and comes from a prompt or a credential file. */
export async function openKeychain(
  { keychain, home }: KeychainConfig,
  { passphrase, randomBytes }: { readonly passphrase?: string; readonly randomBytes: RandomBytes },
): Promise<Keychain> {
  if (keychain === 'os') return openOsKeychain(home)
  if (passphrase === undefined)
    throw new KeysideError(
      'vault_passphrase_missing',
      'the vault needs its passphrase: type it, or give a file that only you may read',
    )
  return openVault({ file: vaultFile(home), passphrase, randomBytes })
}

export function vaultFile(home: string): string {
  return join(home, 'executor', 'vault.json')
}
