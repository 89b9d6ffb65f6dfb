// Which runs (sessions) of the device sent messages. Two that alternate are two programs with one name: a copied home.

/** A run that was silent for so long is over, ms. */
const RECENT_MS = 600_000

export class Sessions {
  /** When each last sent a message, Unix ms. */
  readonly #heard = new Map<string, number>()
  #last = ''
  #rivalsAt = Number.NEGATIVE_INFINITY

  /** `now` in Unix ms. False when the previous message came from the same session. */
  markHeard(session: string, now: number): boolean {
    const isOther = session !== this.#last
    // A restart changes the session once; an earlier session that returns is still running.
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

  /** Two sessions with one name alternated recently. */
  hasRivals(now: number): boolean {
    return this.#rivalsAt > now - RECENT_MS
  }
}
