// Where the vault's passphrase comes from: a private file, the service manager, a pipe, or the person. Never an argument or
// the environment.
import { resolve } from 'node:path'
import { KeysideError, readSecret } from '@keyside/runtime'
import { MIN_PASSPHRASE, requireLong } from '@keyside/runtime/vault'
import { environment } from './config.ts'
import { CREDENTIAL, readCredential } from './credential.ts'
import { promptSecret } from './prompt.ts'

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
  return given ?? promptSecret(`Passphrase of ${of}${wanted}: `)
}

/** Twice at a terminal, since nobody sees what is typed there; one that is too short is refused before anything else is asked. */
export async function newPassphrase(
  home: string,
  file: string | undefined,
  of: string,
): Promise<string> {
  const first = await readPassphrase(home, file, of, `, at least ${MIN_PASSPHRASE} characters`)
  requireLong(first)
  if (file !== undefined || !process.stdin.isTTY) return first
  if ((await promptSecret('The same once more: ')) !== first)
    throw new KeysideError(
      'passphrases_differ',
      'the two passphrases differ: nothing was made, start again',
    )
  return first
}
