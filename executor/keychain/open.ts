// The keychain that the configuration names, and never another one in its place.

import { openOsKeychain } from './os.ts'
import type { Keychain } from './port.ts'
import { openVault, type VaultOptions } from './vault.ts'

export interface KeychainChoice {
  readonly kind: 'os' | 'vault'
  readonly vault: Pick<VaultOptions, 'path' | 'chance'>
  /** Asked only for a vault. */
  readonly passphrase: () => Promise<string>
}

/** Throws KeysideErrors with KEYCHAIN_CODES. */
export async function openKeychain(choice: KeychainChoice): Promise<Keychain> {
  if (choice.kind === 'os') return openOsKeychain()
  return openVault({ ...choice.vault, passphrase: await choice.passphrase() })
}
