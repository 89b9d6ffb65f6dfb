// Sockets by the place that they come from, so that the largest crowd can be found.
import type { Socket } from 'node:net'

export class Crowds {
  /** Oldest first. */
  readonly #crowds = new Map<string, Set<Socket>>()
  #size = 0

  add(place: string, socket: Socket): void {
    const crowd = this.#crowds.get(place) ?? new Set()
    this.#crowds.set(place, crowd.add(socket))
    this.#size += 1
  }

  delete(place: string, socket: Socket): void {
    const crowd = this.#crowds.get(place)
    if (crowd?.delete(socket) !== true) return
    this.#size -= 1
    if (crowd.size === 0) this.#crowds.delete(place)
  }

  /** The oldest of the place with the most; null where none has two. */
  oldestOfLargest(): Socket | null {
    // When thousands come back at once, this spares a look at all of them for each.
    if (this.#size === this.#crowds.size) return null
    let largest: ReadonlySet<Socket> = new Set()
    for (const crowd of this.#crowds.values()) if (crowd.size > largest.size) largest = crowd
    const [oldest = null] = largest
    return oldest
  }
}
