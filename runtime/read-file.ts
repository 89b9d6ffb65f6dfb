// Files as they lie in a home, or as a person names them: read whole, and what is no file is refused. A pipe that nobody
// writes to would be waited for without an end.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { KeysideError } from './error.ts'
import { fileRefused } from './file-refused.ts'

/** Windows has no such flag, and no such pipe in a folder. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Its descriptor. Throws `file_refused` for a folder, a pipe, a device, and where the system does not let it be read. */
export function openPlainFile(path: string): number {
  const file = opened(path)
  const stat = fstatSync(file)
  if (stat.isFile()) return file
  closeSync(file)
  const what = stat.isDirectory() ? 'a folder' : stat.isFIFO() ? 'a pipe' : 'a device'
  throw new KeysideError('file_refused', `${path}: it is ${what}: name a file`)
}

function opened(path: string): number {
  try {
    return openSync(path, READ)
  } catch (error) {
    throw fileRefused(error, path) ?? error
  }
}

/** Throws as `openPlainFile`. */
export function readBytes(path: string): Buffer {
  const file = openPlainFile(path)
  try {
    return readFileSync(file)
  } catch (error) {
    throw fileRefused(error, path) ?? error
  } finally {
    closeSync(file)
  }
}

/** Throws as `openPlainFile`. */
export function readText(path: string): string {
  return readBytes(path).toString('utf8')
}

/** Null where there is none. Throws as `openPlainFile`. */
export function readTextIfThere(path: string): string | null {
  try {
    return readText(path)
  } catch (error) {
    if (error instanceof KeysideError && isMissing(error.cause)) return null
    throw error
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}
