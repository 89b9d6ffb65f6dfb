// How a service that nobody types to opens the vaults of a home.
import type { ExecutorConfig } from '@keyside/executor'
import { KeysideError } from '@keyside/runtime'

export type Opens = Pick<ExecutorConfig, 'keychain' | 'passphraseFile'>

/**
 * `asked`: the passphrase has to be given to the system now. `by itself`: a file of the home has it, or there is no vault.
 * Throws `service_needs_vault` and `service_needs_passphrase`.
 */
export function vaultOf(
  executors: readonly Opens[],
  platform: NodeJS.Platform,
): 'asked' | 'by itself' {
  if (executors.some(({ keychain }) => keychain === 'os'))
    throw new KeysideError(
      'service_needs_vault',
      "a service starts before anybody logs in, and the system's keychain is shut until then: this home needs a vault (keyside init --keychain vault)",
    )
  if (executors.every(({ passphraseFile }) => passphraseFile !== undefined)) return 'by itself'
  if (platform === 'linux') return 'asked'
  throw new KeysideError(
    'service_needs_passphrase',
    'nobody is there to type the passphrase of the vault: write it into a file that only you may read, and name it in executor.passphraseFile of config.yaml',
  )
}
