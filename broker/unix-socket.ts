// A Unix socket that only its user can reach: mode 0600, in a folder of mode 0700.
import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { createConnection, type Server } from 'node:net'
import { dirname } from 'node:path'
import {
  isOpenToOthers,
  KeysideError,
  lockFile,
  privateFolder,
  socketPathProblem,
} from '@keyside/runtime'

/**
 * Makes `server` listen at `path`. A socket that a dead process has left there is replaced. Returns what gives the path
 * free when the server is closed. Throws `broker_port_taken`, `broker_address_unusable` and `file_not_private`.
 */
export async function listenUnix(server: Server, path: string): Promise<() => void> {
  const problem = socketPathProblem(path)
  if (problem !== null)
    throw new KeysideError('broker_address_unusable', `broker.socket: ${problem}`)
  const folder = dirname(path)
  privateFolder(folder)
  if (isOpenToOthers(folder))
    throw new KeysideError(
      'file_not_private',
      `others may enter ${folder}, where the broker's socket would be: run chmod 700 ${folder}`,
    )
  // Two brokers that start at once would each take the other's new socket for one that is left over.
  const unlock = lockFile(path)
  if (unlock === null) throw taken(path)
  try {
    await clear(path)
    await bind(server, path)
    return unlock
  } catch (error) {
    unlock()
    throw error
  }
}

async function clear(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined) return
  if (!there.isSocket())
    throw new KeysideError(
      'broker_address_unusable',
      `${path} is there, and is no socket: remove it, or set broker.socket to another path`,
    )
  if (await answers(path)) throw taken(path)
  unlinkSync(path)
}

/** Whether a process listens there. */
function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = createConnection({ path })
  socket.once('connect', () => resolve(true))
  socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'))
  return promise.finally(() => socket.destroy())
}

async function bind(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', ({ code }: NodeJS.ErrnoException) =>
    reject(
      new KeysideError(
        'broker_address_unusable',
        `cannot listen on ${path} (${code}): check broker.socket`,
      ),
    ),
  )
  server.listen({ path }, resolve)
  await promise
  chmodSync(path, 0o600)
}

function taken(path: string): KeysideError {
  return new KeysideError(
    'broker_port_taken',
    `another broker listens on ${path}, most likely that of a keyside up which runs already: stop it, or set broker.socket to another path`,
  )
}
