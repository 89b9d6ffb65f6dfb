// A file that a command is to write: what is there under that name may be a vault, a policy, or signatures of others.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { KeysideError } from '@keyside/runtime'

/** Its path. Throws `file_exists`. */
export function freeFile(name: string): string {
  const path = resolve(name)
  if (!existsSync(path)) return path
  throw new KeysideError('file_exists', `${path} is there already: choose another name`)
}
