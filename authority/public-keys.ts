// Verifiers of subscribers' keys, kept ready: to check a key is ten times the work of a signature.
import type { PublicKey } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'

const MAX_KEYS = 20_000

export class PublicKeys {
  readonly #keys = new Map<string, PublicKey>()

  get(text: string): PublicKey {
    const key = this.#keys.get(text) ?? publicKey(text)
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear()
    this.#keys.set(text, key)
    return key
  }
}
