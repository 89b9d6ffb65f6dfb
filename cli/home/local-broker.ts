// How the programs of a home reach its broker: over a Unix socket that no other user can open, where there is one.
import { join } from 'node:path'
import { socketPathProblem } from '@keyside/runtime'

export interface LocalBroker {
  /** Of the section `broker`. */
  readonly broker: {
    readonly host?: string
    readonly port?: number | null
    readonly socket?: string
  }
  /** Of the sections of the programs. */
  readonly link: { readonly url: string; readonly tls?: string }
}

const SOCKET = 'run/broker.sock'

/** Null where the system has no Unix sockets, or the home's path is too long for one. */
export function localBroker(home: string, platform = process.platform): LocalBroker | null {
  const path = join(home, SOCKET)
  if (socketPathProblem(path, platform) !== null) return null
  return { broker: { port: null, socket: SOCKET }, link: { url: `unix:${path}` } }
}
