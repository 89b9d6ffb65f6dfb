// The OS keychain: macOS Keychain, Windows Credential Vault, or the Secret Service on Linux, through keytar.
import { describeError, KeysideError } from '@keyside/runtime'
import type { Keychain } from './port.ts'

const SERVICE = 'keyside'

/** Loads keytar only now, so that a machine without a keychain can run everything else. */
export async function openOsKeychain(): Promise<Keychain> {
  const keytar = await reach(async () => (await import('keytar')).default)
  // The first question shows whether anybody answers: the library loads without a session bus too.
  await reach(() => keytar.findCredentials(SERVICE))
  return {
    kind: 'os',
    get: (name) => reach(() => keytar.getPassword(SERVICE, name)),
    set: (name, secret) => reach(() => keytar.setPassword(SERVICE, name, secret)),
    remove: (name) => reach(() => keytar.deletePassword(SERVICE, name)),
    names: async () =>
      (await reach(() => keytar.findCredentials(SERVICE))).map(({ account }) => account).sort(),
  }
}

async function reach<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw new KeysideError(
      'keychain_unavailable',
      `the OS keychain does not answer (${describeError(error).message}): start your keyring (on Linux ` +
        'libsecret, a D-Bus session and an unlocked keyring are needed), or keep your keys in an ' +
        'encrypted vault instead: keyside init --keychain vault, or executor.keychain: vault in config.yaml',
      error,
    )
  }
}
