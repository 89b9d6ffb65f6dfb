// Sockets by the network that they come from, and which network has the most.
import type { Socket } from 'node:net'

export class SocketsByOrigin {
  /** Oldest first. */
  readonly #groups = new Map<string, Set<Socket>>()
  #size = 0

  add(origin: string, socket: Socket): void {
    const group = this.#groups.get(origin) ?? new Set()
    this.#groups.set(origin, group.add(socket))
    this.#size += 1
  }

  delete(origin: string, socket: Socket): void {
    const group = this.#groups.get(origin)
    if (group?.delete(socket) !== true) return
    this.#size -= 1
    if (group.size === 0) this.#groups.delete(origin)
  }

  /** The oldest of the origin with the most; null where none has two. */
  oldestOfLargest(): Socket | null {
    // No origin has two sockets. Without this check, each of thousands that reconnect after an outage would search all origins.
    if (this.#size === this.#groups.size) return null
    let largest: ReadonlySet<Socket> = new Set()
    for (const group of this.#groups.values()) if (group.size > largest.size) largest = group
    const [oldest = null] = largest
    return oldest
  }
}
