// Open sockets of all listeners. Unauthenticated sockets share a small budget in which they displace only each other, the
// network with the most of them first; an authenticated client cannot be displaced by them.
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { networkOf, siteOf } from './address.ts'
import type { FittedLimits } from './open-files.ts'
import type { Refusals } from './refusals.ts'
import { SocketsByOrigin } from './sockets-by-origin.ts'

type Limits = Pick<
  FittedLimits,
  'maxPendingConnections' | 'maxConnections' | 'maxConnectionsPerAddress' | 'connectTimeoutMs'
>

interface Pending {
  /** Null outside the budget. */
  readonly address: string | null
  readonly late: NodeJS.Timeout
}

const ignore = () => undefined

/** Connections beyond `maxConnections` for the provider's own programs alone, so that clients cannot keep them off. */
const RESERVED = 16

export class Connections {
  readonly #limits: Limits
  readonly #refusals: Refusals
  /** Sockets before CONNACK. */
  readonly #pending = new Map<Socket, Pending>()
  /** Those in the budget. */
  readonly #networks = new SocketsByOrigin()
  readonly #sites = new SocketsByOrigin()
  #budgeted = 0
  /** Sockets of authenticated clients, and their network. */
  readonly #authenticated = new Map<Socket, string>()
  readonly #authenticatedOf = new Map<string, number>()
  readonly #sockets = new WeakMap<Duplex, Socket>()
  /** One for all: a closure for each would stay as long as its socket. */
  readonly #onClose: (this: Socket) => void

  constructor(limits: Limits, refusals: Refusals) {
    this.#limits = limits
    this.#refusals = refusals
    const forget = (socket: Socket) => this.#forget(socket)
    this.#onClose = function onClose() {
      forget(this)
    }
  }

  /**
   * Adds a new socket; one that only this user can have opened is outside the budget. Above it, the network with the
   * most unauthenticated sockets loses its oldest. Where each network has one, nobody's handshake is given up for
   * another's: then the new socket is closed, and the return value is false.
   */
  add(socket: Socket, isOwn: boolean): boolean {
    this.#sockets.set(socket, socket)
    // Without a listener a reset by the peer would be an uncaught exception.
    socket.on('error', ignore)
    socket.on('close', this.#onClose)
    const late = setTimeout(() => this.#dropLate(socket), this.#limits.connectTimeoutMs)
    if (isOwn) {
      this.#pending.set(socket, { address: null, late })
      return true
    }
    const address = socket.remoteAddress ?? ''
    this.#pending.set(socket, { address, late })
    this.#networks.add(networkOf(address), socket)
    this.#sites.add(siteOf(address), socket)
    this.#budgeted += 1
    return this.#budgeted <= this.#limits.maxPendingConnections || this.#displace(socket)
  }

  /** Remembers that `stream` reads from `below`: a socket, or a stream that was bound before. */
  bind(stream: Duplex, below: Duplex): void {
    const socket = this.#sockets.get(below)
    if (socket !== undefined) this.#sockets.set(stream, socket)
  }

  /**
   * The client on `stream` is authenticated: its socket leaves the budget. `replaced` is the stream whose place it
   * takes; `isOwn`: it is one of the provider's own programs. Returns the code of a limit that it would exceed.
   */
  accept(stream: Duplex, replaced: Duplex | null, isOwn: boolean) {
    const socket = this.#sockets.get(stream)
    if (socket === undefined) return null
    const network = networkOf(socket.remoteAddress ?? '')
    const code = this.#full(network, replaced && this.#sockets.get(replaced), isOwn)
    if (code !== null) return code
    if (!this.#leavePending(socket)) return null
    this.#authenticated.set(socket, network)
    this.#authenticatedOf.set(network, this.#authenticatedFrom(network) + 1)
    return null
  }

  destroyAll(): void {
    for (const socket of this.#pending.keys()) socket.destroy()
    for (const socket of this.#authenticated.keys()) socket.destroy()
  }

  #full(network: string, replaced: Socket | null | undefined, isOwn: boolean) {
    const leaving = replaced ? this.#authenticated.get(replaced) : undefined
    const all = this.#authenticated.size - (leaving === undefined ? 0 : 1)
    const most = this.#limits.maxConnections + (isOwn ? RESERVED : 0)
    if (all >= most) return 'connections_full' as const
    if (isOwn) return null
    const here = this.#authenticatedFrom(network) - (leaving === network ? 1 : 0)
    return here >= this.#limits.maxConnectionsPerAddress
      ? ('connections_full_for_address' as const)
      : null
  }

  /** Makes room for `newcomer`, or refuses it. */
  #displace(newcomer: Socket): boolean {
    const oldest = this.#networks.oldestOfLargest() ?? this.#sites.oldestOfLargest()
    const leaving = oldest ?? newcomer
    const from = networkOf(leaving.remoteAddress ?? '')
    const over = `over ${this.#limits.maxPendingConnections} connections that show no token`
    this.#refusals.add(
      oldest === null
        ? { code: 'connections_pending_full', message: `${over}; refused one from ${from}` }
        : { code: 'connection_displaced', message: `${over}; closed the oldest from ${from}` },
    )
    this.#leavePending(leaving)
    leaving.destroy()
    return oldest !== null
  }

  #dropLate(socket: Socket): void {
    if (!this.#leavePending(socket)) return
    this.#refusals.add({ code: 'connection_broken', message: 'no CONNECT in time' })
    socket.destroy()
  }

  #leavePending(socket: Socket): boolean {
    const pending = this.#pending.get(socket)
    if (pending === undefined) return false
    clearTimeout(pending.late)
    this.#pending.delete(socket)
    if (pending.address === null) return true
    this.#networks.delete(networkOf(pending.address), socket)
    this.#sites.delete(siteOf(pending.address), socket)
    this.#budgeted -= 1
    return true
  }

  #forget(socket: Socket): void {
    if (this.#leavePending(socket)) return
    const network = this.#authenticated.get(socket)
    if (network === undefined) return
    this.#authenticated.delete(socket)
    const left = this.#authenticatedFrom(network) - 1
    if (left === 0) this.#authenticatedOf.delete(network)
    else this.#authenticatedOf.set(network, left)
  }

  #authenticatedFrom(network: string): number {
    return this.#authenticatedOf.get(network) ?? 0
  }
}
