// What the environment says: where the home is, and how much is logged. Its sections are read by `load-config.ts`.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { KeysideError } from './error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export const environment: Environment = process.env

/** KEYSIDE_HOME, by default ~/.keyside. Throws `config_invalid`, or as `userFolder`. */
export function keysideHome(env: Environment = environment): string {
  const named = env['KEYSIDE_HOME']
  if (!named) return join(userFolder(), '.keyside')
  if (!UNREAD.test(named)) return resolve(named)
  throw new KeysideError(
    'config_invalid',
    `KEYSIDE_HOME: ${JSON.stringify(named)} would be a folder of that very name: write the whole path, with neither quotation marks nor ~, which only a shell takes away`,
  )
}

/** What a shell would have taken for itself; a file of variables, Docker and systemd pass it on, and Windows ends a line with more. */
const UNREAD = /^~|^["']|["']$|\p{Cc}|\s$/u

/**
 * Where this user is at home. Throws `home_unknown`: in a container, or where HOME is not passed on, a user may be a number
 * that the system knows nothing of, and an empty HOME would be whatever folder this process is in.
 */
export function userFolder(): string {
  const folder = folderOrEmpty()
  if (folder !== '') return folder
  throw new KeysideError(
    'home_unknown',
    "the system knows no home folder of this user: set HOME to a folder that is this user's alone",
  )
}

function folderOrEmpty(): string {
  try {
    return homedir()
  } catch {
    return ''
  }
}

/** Of no setting but the user's own home folder, so that a service, a terminal and another window agree. */
export function executorsFolder(user = userFolder()): string {
  return join(user, '.local', 'state', 'keyside', 'executors')
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** KEYSIDE_LOG: a pino level, by default `info`. Throws `config_invalid`. */
export function logLevel(env: Environment = environment): string {
  const level = env['KEYSIDE_LOG'] || 'info'
  if (LEVELS.includes(level)) return level
  throw new KeysideError('config_invalid', `KEYSIDE_LOG: expected one of ${LEVELS.join(', ')}`)
}
