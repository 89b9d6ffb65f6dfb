// Open sockets of all listeners. Unauthenticated sockets share a small budget in which they displace only each other;
// an authenticated client cannot be displaced by them.
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { networkOf } from './address.ts'
import type { BrokerLimits } from './config.ts'
import type { Refusals } from './refusals.ts'

type Limits = Pick<
  BrokerLimits,
  'maxPendingConnections' | 'maxConnections' | 'maxConnectionsPerAddress' | 'connectTimeoutMs'
>

export class Connections {
  readonly #limits: Limits
  readonly #refusals: Refusals
  /** Sockets before CONNACK, oldest first, by network. */
  readonly #pending = new Map<string, Set<Socket>>()
  #pendingCount = 0
  /** Sockets of authenticated clients, and their network. */
  readonly #admitted = new Map<Socket, string>()
  readonly #admittedOf = new Map<string, number>()
  readonly #sockets = new WeakMap<Duplex, Socket>()

  constructor(limits: Limits, refusals: Refusals) {
    this.#limits = limits
    this.#refusals = refusals
  }

  /** Adds a new socket. Above the budget, the network with the most unauthenticated sockets loses its oldest. */
  add(socket: Socket): void {
    this.#sockets.set(socket, socket)
    // Without a listener a reset by the peer would be an uncaught exception.
    socket.on('error', () => undefined)
    const network = networkOf(socket.remoteAddress ?? '')
    const here = this.#pending.get(network) ?? new Set()
    this.#pending.set(network, here.add(socket))
    this.#pendingCount += 1
    const late = setTimeout(() => this.#dropLate(socket, network), this.#limits.connectTimeoutMs)
    socket.once('close', () => {
      clearTimeout(late)
      this.#forget(socket, network)
    })
    if (this.#pendingCount > this.#limits.maxPendingConnections) this.#displace()
  }

  /** Remembers that `stream` reads from `below`: a socket, or a stream that was bound before. */
  bind(stream: Duplex, below: Duplex): void {
    const socket = this.#sockets.get(below)
    if (socket !== undefined) this.#sockets.set(stream, socket)
  }

  /**
   * The client on `stream` is authenticated: its socket leaves the budget. `replaced` is the stream whose place it
   * takes. Returns the code of a limit that it would exceed.
   */
  accept(stream: Duplex, replaced: Duplex | null) {
    const socket = this.#sockets.get(stream)
    if (socket === undefined) return null
    const network = networkOf(socket.remoteAddress ?? '')
    const code = this.#full(network, replaced && this.#sockets.get(replaced))
    if (code !== null) return code
    if (!this.#leavePending(socket, network)) return null
    this.#admitted.set(socket, network)
    this.#admittedOf.set(network, this.#admittedFrom(network) + 1)
    return null
  }

  destroyAll(): void {
    for (const sockets of this.#pending.values()) for (const socket of sockets) socket.destroy()
    for (const socket of this.#admitted.keys()) socket.destroy()
  }

  #full(network: string, replaced: Socket | null | undefined) {
    const leaving = replaced ? this.#admitted.get(replaced) : undefined
    const all = this.#admitted.size - (leaving === undefined ? 0 : 1)
    if (all >= this.#limits.maxConnections) return 'connections_full' as const
    const here = this.#admittedFrom(network) - (leaving === network ? 1 : 0)
    return here >= this.#limits.maxConnectionsPerAddress
      ? ('connections_full_for_address' as const)
      : null
  }

  /** Closes the oldest of the network that has the most, so that a flood displaces its own sockets first. */
  #displace(): void {
    let crowd: { network: string; sockets: ReadonlySet<Socket> } | null = null
    for (const [network, sockets] of this.#pending)
      if (crowd === null || sockets.size > crowd.sockets.size) crowd = { network, sockets }
    const [oldest] = crowd?.sockets ?? []
    if (crowd === null || oldest === undefined) return
    const most = this.#limits.maxPendingConnections
    this.#refusals.add({
      code: 'connection_displaced',
      message: `over ${most} connections that show no token; closed the oldest from ${crowd.network}`,
    })
    this.#leavePending(oldest, crowd.network)
    oldest.destroy()
  }

  #dropLate(socket: Socket, network: string): void {
    if (!this.#leavePending(socket, network)) return
    this.#refusals.add({ code: 'connection_broken', message: 'no CONNECT in time' })
    socket.destroy()
  }

  #leavePending(socket: Socket, network: string): boolean {
    const here = this.#pending.get(network)
    if (here?.delete(socket) !== true) return false
    this.#pendingCount -= 1
    if (here.size === 0) this.#pending.delete(network)
    return true
  }

  #forget(socket: Socket, network: string): void {
    if (this.#leavePending(socket, network) || !this.#admitted.delete(socket)) return
    const left = this.#admittedFrom(network) - 1
    if (left === 0) this.#admittedOf.delete(network)
    else this.#admittedOf.set(network, left)
  }

  #admittedFrom(network: string): number {
    return this.#admittedOf.get(network) ?? 0
  }
}
