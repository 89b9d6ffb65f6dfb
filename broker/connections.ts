// Counts open sockets of all listeners and turns away those over the limit.
import type { Socket } from 'node:net'
import type { BrokerLimits } from './config.ts'
import type { Refusals } from './refusals.ts'

export class Connections {
  readonly #limits: Pick<BrokerLimits, 'maxConnections' | 'maxConnectionsPerAddress'>
  readonly #refusals: Refusals
  readonly #open = new Set<Socket>()
  readonly #byAddress = new Map<string, number>()

  constructor(limits: BrokerLimits, refusals: Refusals) {
    this.#limits = limits
    this.#refusals = refusals
  }

  /** False for a socket over a limit, which is then destroyed. */
  take(socket: Socket): boolean {
    // Without a listener a reset by the peer would be an uncaught exception.
    socket.on('error', () => undefined)
    const address = socket.remoteAddress ?? ''
    const code = this.#full(address)
    if (code !== null) {
      this.#refusals.add({ code, message: `too many connections; refused one from ${address}` })
      socket.destroy()
      return false
    }
    this.#count(address, 1)
    this.#open.add(socket)
    socket.once('close', () => {
      this.#count(address, -1)
      this.#open.delete(socket)
    })
    return true
  }

  destroyAll(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #full(address: string) {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits
    if (this.#open.size >= maxConnections) return 'connections_full'
    const here = this.#byAddress.get(address) ?? 0
    return here >= maxConnectionsPerAddress ? 'connections_full_for_address' : null
  }

  #count(address: string, change: 1 | -1): void {
    const count = (this.#byAddress.get(address) ?? 0) + change
    if (count === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, count)
  }
}
