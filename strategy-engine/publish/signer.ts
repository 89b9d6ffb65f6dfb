// The engine's signing key, and which keyset lists it. The key changes while the engine runs.
import type { SigningKey } from '@keyside/protocol'
import { type RandomBytes, readSigningKey, takeNextSigningKey } from '@keyside/runtime'

export interface Signer {
  /** The provider: `iss` of everything. */
  readonly issuer: string
  /** The engine's MQTT client id. */
  readonly client: string
  readonly key: SigningKey
  /** Version of the keyset in force, 0 while the key is pinned by hand. */
  readonly keyset: number
  readonly randomBytes: RandomBytes
}

export class EngineSigner implements Signer {
  readonly issuer: string
  readonly client: string
  readonly randomBytes: RandomBytes
  readonly #file: string
  #key: SigningKey
  #keyset = 0

  /** `file` holds the key, and its successor lies beside it. */
  constructor(
    { issuer, client, randomBytes }: Pick<Signer, 'issuer' | 'client' | 'randomBytes'>,
    file: string,
  ) {
    this.issuer = issuer
    this.client = client
    this.randomBytes = randomBytes
    this.#file = file
    this.#key = readSigningKey(file)
  }

  get key(): SigningKey {
    return this.#key
  }

  get keyset(): number {
    return this.#keyset
  }

  /** Goes by a published keyset: takes the successor when it lists it. False where it does not list the key at all. */
  follow({ version, kids }: { readonly version: number; readonly kids: readonly string[] }) {
    this.#keyset = version
    this.#key = takeNextSigningKey(this.#file, kids) ?? this.#key
    return version === 0 || kids.includes(this.#key.kid)
  }
}
