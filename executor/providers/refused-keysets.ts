// Keysets that were not taken, in one sentence for the trader: whoever wrote them, the one that is held stays in force.

interface Refused {
  readonly code: string
  readonly message: string
}

/** What its own root has signed, and cannot be taken all the same. */
const OF_ITS_ROOT: ReadonlySet<string> = new Set([
  'issued_in_future',
  'keyset_expired',
  'life_too_long',
  'topic_mismatch',
])

/** A false keyset that is published again and again is reported once. */
export class RefusedKeysets {
  readonly #told = new Set<string>()

  /** Null for what was told since the last that was taken. */
  tell(refused: Refused): Refused | null {
    const told = inWords(refused)
    if (this.#told.has(told.code)) return null
    this.#told.add(told.code)
    return told
  }

  onTaken(): void {
    this.#told.clear()
  }
}

function inWords({ code, message }: Refused): Refused {
  if (code === 'keyset_version_old')
    return {
      code,
      message:
        'an older keyset than the one in force came: it is not taken, and nothing is to be done; where new ones do not come, its broker holds them back',
    }
  if (OF_ITS_ROOT.has(code))
    return {
      code,
      message: `its new keyset cannot be taken (${message}): the one before stays in force, ask the provider`,
    }
  return {
    code: 'keyset_signatures_missing',
    message:
      'a keyset came that its root has not signed: it is not taken and changes nothing; tell the provider that somebody else writes at its broker; where its root changed while this device was away, ask it for a new link',
  }
}
