// Which streams each plan has, among those that run.
export class Plans {
  readonly #planOf = new Map<string, string>()
  readonly #streams = new Map<string, Set<string>>()

  /** A stream is in one plan: in another one than before, from now on. */
  add(stream: string, plan: string): void {
    this.remove(stream)
    this.#planOf.set(stream, plan)
    this.#streams.set(plan, (this.#streams.get(plan) ?? new Set()).add(stream))
  }

  remove(stream: string): void {
    const plan = this.#planOf.get(stream)
    if (plan === undefined) return
    this.#planOf.delete(stream)
    const streams = this.#streams.get(plan)
    streams?.delete(stream)
    if (streams?.size === 0) this.#streams.delete(plan)
  }

  /** Undefined for a stream that does not run. */
  of(stream: string): string | undefined {
    return this.#planOf.get(stream)
  }

  /** In the order in which they were added. */
  streams(plan: string): readonly string[] {
    return [...(this.#streams.get(plan) ?? [])]
  }

  names(): Iterable<string> {
    return this.#streams.keys()
  }
}
