// Conditions that a home must meet before it becomes a service.
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

/** Windows, which has no user id, asks by itself. `words` are the command. Throws `service_needs_root`. */
export function requireRoot(uid: number | undefined, home: string, words: readonly string[]): void {
  if (uid === undefined || uid === 0) return
  throw new KeysideError(
    'service_needs_root',
    `services of the system are root's: run "sudo KEYSIDE_HOME=${home} ${words.join(' ')}"`,
  )
}

/** A task of Windows has no variables. Throws `service_home`. */
export function requireUsualHome(platform: NodeJS.Platform, home: string, usual: string): void {
  if (platform !== 'win32' || home === usual) return
  throw new KeysideError(
    'service_home',
    `a task of Windows runs the usual home of its user, ${usual}, and not ${home}: move the home there`,
  )
}
