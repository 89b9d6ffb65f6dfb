// Where the vault's passphrase comes from: a private file, a pipe, or the person. Never an argument or the environment.
import { resolve } from 'node:path'
import { KeysideError, readSecret } from '@keyside/runtime'
import { requireLong } from '@keyside/runtime/vault'
import { promptSecret } from './prompt.ts'

/** `file` is relative to `home`; without one the person is asked. */
export async function readPassphrase(
  home: string,
  file: string | undefined,
  of = 'the vault',
): Promise<string> {
  return file === undefined
    ? promptSecret(`Passphrase of ${of}: `)
    : readSecret(resolve(home, file))
}

/** Twice at a terminal, since nobody sees what is typed there; one that is too short is refused before anything else is asked. */
export async function newPassphrase(
  home: string,
  file: string | undefined,
  of: string,
): Promise<string> {
  const first = await readPassphrase(home, file, of)
  requireLong(first)
  if (file !== undefined || !process.stdin.isTTY) return first
  if ((await promptSecret('The same once more: ')) !== first)
    throw new KeysideError(
      'passphrases_differ',
      'the two passphrases differ: nothing was made, start again',
    )
  return first
}
