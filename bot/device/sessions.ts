// Which runs of the device's program were heard. Two that come by turns are two programs with one name: a copied home.

/** A run that was silent for so long is over, ms. */
const RECENT_MS = 600_000

export class Sessions {
  /** When each was last heard, Unix ms. */
  readonly #heard = new Map<string, number>()
  #last = ''
  #rivalsAt = Number.NEGATIVE_INFINITY

  /** `now` in Unix ms. False when the one heard last was this one too. */
  markHeard(session: string, now: number): boolean {
    const isOther = session !== this.#last
    // A restart is heard of once; only who is still alive comes back after another.
    if (isOther && this.#heard.has(session)) this.#rivalsAt = now
    this.#last = session
    this.#heard.set(session, now)
    return isOther
  }

  last(): string {
    return this.#last
  }

  recent(now: number): readonly string[] {
    return [...this.#heard].flatMap(([session, at]) => (at > now - RECENT_MS ? [session] : []))
  }

  /** Two programs with one name were heard by turns lately. */
  hasRivals(now: number): boolean {
    return this.#rivalsAt > now - RECENT_MS
  }
}
