// Secrets in the operating system's keychain: Keychain, Credential Manager or Secret Service.
import { KeysideError } from '@keyside/runtime'
import type { Keychain } from './port.ts'

type Keytar = typeof import('keytar')

/**
 * Each home has a service of its own, so that a second home never meets the keys of the first.
 * Asks it once, so that a missing one is noticed now. Rejects with a KeysideError `keychain_unavailable`.
 */
export async function openOsKeychain(home: string): Promise<Keychain> {
  const service = `keyside ${home}`
  const keytar = await load()
  const names = () =>
    answered(keytar.findCredentials(service)).then((all) => all.map(({ account }) => account))
  await names()
  return {
    kind: 'os',
    get: (name) => answered(keytar.getPassword(service, name)),
    set: (name, secret) => answered(keytar.setPassword(service, name, secret)),
    remove: (name) => answered(keytar.deletePassword(service, name)),
    names,
  }
}

/** Late, because the native module does not load where libsecret is missing. */
async function load(): Promise<Keytar> {
  try {
    const module: { default: Keytar } & Keytar = await import('keytar')
    return module.default ?? module
  } catch (error) {
    throw unavailable(error)
  }
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw unavailable(error)
  }
}

function unavailable(error: unknown): KeysideError {
  const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]
  return new KeysideError(
    'keychain_unavailable',
    `the system keychain cannot be used (${reason}): on Linux it needs libsecret and an unlocked Secret Service ` +
      'on the D-Bus session. Without them keep your secrets in an encrypted vault: keyside init --keychain vault',
  )
}
