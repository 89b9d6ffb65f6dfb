// What the steps of a graph remember from one block to the next, by what each is of.

/** Live: a copy of these arrays, set on those of another graph with the same series, goes on there. */
export type Memories = ReadonlyMap<string, Float64Array>

interface HasMemories {
  memories(): Memories | null
}

export class StepMemories {
  /** Null where nobody can tell. */
  readonly #own = new Map<string, Float64Array | null>()

  add<Memory extends Float64Array | null>(key: string, memory: Memory): Memory {
    this.#own.set(key, memory)
    return memory
  }

  /** Its own and those of others, by their names; null where one of them is not known. */
  with(others: ReadonlyMap<string, HasMemories>): Memories | null {
    const all = new Map<string, Float64Array>()
    for (const [name, memory] of this.#own) {
      if (memory === null) return null
      all.set(name, memory)
    }
    for (const [name, other] of others) {
      const inner = other.memories()
      if (inner === null) return null
      for (const [text, memory] of inner) all.set(`${name}: ${text}`, memory)
    }
    return all
  }
}
