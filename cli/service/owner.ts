// Who owns a home, and so runs the service on it.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { KeysideError } from '@keyside/runtime'
import type { Started } from './parts.ts'

export type Owner = Started['user'] & { readonly uid: number; readonly gid: number }

/** Throws `service_as_root`, and `service_failed` for an owner that the system has no name for. */
export function ownerOf(home: string, platform: NodeJS.Platform): Owner {
  if (platform === 'win32') return { name: userInfo().username, home: homedir(), uid: -1, gid: -1 }
  const { uid, gid } = statSync(home)
  if (uid === 0)
    throw new KeysideError(
      'service_as_root',
      `${home} belongs to root, and no program of Keyside should be root: make the home as another user, as docs/service.md shows`,
    )
  const owner = platform === 'darwin' ? ofName(uid) : ofEntry(uid)
  if (owner === null)
    throw new KeysideError('service_failed', `the system knows no user ${uid}, who owns ${home}`)
  return { ...owner, uid, gid }
}

/** `name:x:uid:gid:comment:home:shell` */
function ofEntry(uid: number): Started['user'] | null {
  const [name, , , , , home] = said('getent', 'passwd', String(uid)).split(':')
  return name && home ? { name, home } : null
}

/** launchd finds the home by itself. */
function ofName(uid: number): Started['user'] | null {
  const name = said('id', '-un', String(uid))
  return name === '' ? null : { name, home: `/Users/${name}` }
}

function said(...[program = '', ...words]: string[]): string {
  const { status, stdout } = spawnSync(program, words, { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}
