// Where the vault's passphrase comes from: a private file, the service manager, a pipe, or the person. Never an argument or
// the environment.
import { resolve } from 'node:path'
import { readSecret } from '@keyside/runtime/base'
import { environment } from './config.ts'
import { CREDENTIAL, readCredential } from './credential.ts'

const VAULT = 'the vault'

/** `file` is relative to `home`; without one it is the service's credential, and without that the person is asked. */
export async function readPassphrase(
  home: string,
  file: string | undefined,
  of = VAULT,
  wanted = '',
): Promise<string> {
  if (file !== undefined) return readSecret(resolve(home, file))
  const given = of === VAULT ? readCredential(CREDENTIAL, environment) : null
  if (given !== null) return given
  // What asks a person is not loaded where nobody is asked.
  return (await import('./prompt.ts')).promptSecret(`Passphrase of ${of}${wanted}: `)
}
