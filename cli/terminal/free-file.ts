// A file that a command is to write. Asked for before anything else is done, so that a refusal changes nothing.
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { KeysideError } from '@keyside/runtime'

/** Its path: what is there under that name may be a vault, a policy, or signatures of others. Throws `file_exists` and `file_refused`. */
export function freeFile(name: string): string {
  const path = writableFile(name)
  if (!existsSync(path)) return path
  throw new KeysideError('file_exists', `${path} is there already: choose another name`)
}

/** Its path; what is there is replaced. Throws `file_refused`, or what the system says of it. */
export function writableFile(name: string): string {
  const path = resolve(name)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new KeysideError('file_refused', `${path}: it is a folder: name a file`)
  const folder = dirname(path)
  // The folder must exist: for a USB stick that is not plugged in, a folder would be made on this disk.
  if (!existsSync(folder))
    throw new KeysideError(
      'file_refused',
      `${folder}: there is no such folder: put the stick in, or correct the path`,
    )
  accessSync(existsSync(path) ? path : folder, constants.W_OK)
  return path
}
