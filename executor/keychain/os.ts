// Secrets in the operating system's keychain: Keychain, Credential Manager or Secret Service.
import { type Clock, Helper, KeysideError, programFile, systemClock } from '@keyside/runtime/base'
import type { Keychain } from './port.ts'

/** A call of keytar, which os-helper.ts makes. */
export type Call = readonly [
  'getPassword' | 'setPassword' | 'deletePassword' | 'findCredentials',
  ...args: readonly string[],
]

export interface OsKeychainOptions {
  readonly clock?: Clock
  /** The program that makes the native calls. */
  readonly program?: URL
  /** Where the keychain is, on Linux: its D-Bus session. */
  readonly environment?: NodeJS.ProcessEnv
}

/** Time enough to type a password into a window that the system opens, ms. */
const TIMEOUT_MS = 30_000
const IDLE_MS = 1_000

/**
 * Each home has a service of its own, so that a second home never meets the keys of the first.
 * Asks it once, so that a missing one is noticed now. Rejects with a KeysideError `keychain_unavailable`.
 */
export async function openOsKeychain(
  home: string,
  {
    clock = systemClock,
    program = programFile('executor/keychain/os-helper'),
    environment,
  }: OsKeychainOptions = {},
): Promise<Keychain> {
  const service = `keyside ${home}`
  const limits = { timeoutMs: TIMEOUT_MS, idleMs: IDLE_MS, ...(environment && { environment }) }
  const helper = new Helper({ program, clock, ...limits, toError: unavailable })
  const call = <T>(...one: Call) => helper.ask(one) as Promise<T>
  const names = async () => {
    const all = await call<{ account: string }[]>('findCredentials', service)
    return all.map(({ account }) => account)
  }
  await names()
  return {
    kind: 'os',
    get: (name) => call('getPassword', service, name),
    set: (name, secret) => call('setPassword', service, name, secret),
    remove: (name) => call('deletePassword', service, name),
    names,
  }
}

/** keytar lists the folders that it has looked into, whatever the system said. */
const NOT_LOADED = /native addon/

function unavailable(reason: string): KeysideError {
  const why = NOT_LOADED.test(reason) ? 'its library does not load here' : reason
  return new KeysideError(
    'keychain_unavailable',
    `the system keychain cannot be used (${why}): unlock it, by logging in at its screen or with its own program; ` +
      'on Linux it needs libsecret and an unlocked Secret Service on the D-Bus session. Where nobody can unlock it ' +
      'keep your secrets in an encrypted vault: keyside init --keychain vault',
  )
}
