// Watches the keyset file of this home: gives its newest content that can be published.
import { statSync } from 'node:fs'
import { describeError, KeysideError, readTextIfThere } from '@keyside/runtime'
import { checkKeyset, type KeysetFile, readKeyset } from './file.ts'

/** Throws `keyset_missing`, `keyset_malformed`, `file_refused`. Whether it is signed is not looked at. */
export function loadKeyset(path: string): KeysetFile {
  const text = readTextIfThere(path)
  if (text !== null) return readKeyset(text)
  throw new KeysideError(
    'keyset_missing',
    `there is no keyset at ${path}: run "keyside init --role provider", or publish one with "keyside keyset publish"`,
  )
}

export class KeysetWatch {
  readonly #path: string
  #stamp: string
  #current: KeysetFile

  /** Throws for a file that cannot be published now; one that has ended may, so that its successor can be. */
  constructor(path: string) {
    this.#path = path
    this.#stamp = stampOf(path)
    this.#current = loadKeyset(path)
    checkKeyset(this.#current, this.#current.claims.iat, null)
  }

  get current(): KeysetFile {
    return this.#current
  }

  /** Whether another keyset is in the file now. `refused` says why one is not taken, once; the former one stays. */
  look(now: number): { changed: boolean; refused?: { code: string; message: string } } {
    const stamp = stampOf(this.#path)
    if (stamp === this.#stamp) return { changed: false }
    this.#stamp = stamp
    try {
      const next = loadKeyset(this.#path)
      const hash = checkKeyset(next, now, this.#current)
      const isSame = hash === checkKeyset(this.#current, this.#current.claims.iat, null)
      this.#current = next
      return { changed: !isSame }
    } catch (error) {
      const code = error instanceof KeysideError ? error.code : 'unexpected'
      return { changed: false, refused: { code, message: describeError(error).message } }
    }
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? 'gone' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`
}
