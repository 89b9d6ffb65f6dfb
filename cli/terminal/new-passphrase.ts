// A passphrase that somebody chooses.
import { KeysideError } from '@keyside/runtime'
import { MIN_PASSPHRASE, requireLong } from '@keyside/runtime/vault'
import { readPassphrase } from './passphrase.ts'
import { promptSecret } from './prompt.ts'

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
