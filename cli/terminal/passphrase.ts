// Where the vault's passphrase comes from: a private file, the service manager, a pipe, or the person. Never an argument or
// the environment.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { KeysideError, readSecret } from '@keyside/runtime/base'
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
  if (file !== undefined) return readSecret(noPipe(resolve(home, file)))
  const given = of === VAULT ? readCredential(CREDENTIAL, environment) : null
  if (given !== null) return given
  // What asks a person is not loaded where nobody is asked.
  return (await import('./prompt.ts')).promptSecret(`Passphrase of ${of}${wanted}: `)
}

/** A pipe that nobody writes to would block for ever; standard input is read only where no file is named. */
function noPipe(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })?.isFIFO()) return file
  throw new KeysideError(
    'file_refused',
    `${file} is a pipe: name a private file, or none, and write the passphrase to standard input`,
  )
}
