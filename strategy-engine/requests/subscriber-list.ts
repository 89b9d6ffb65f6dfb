// What the authority tells the engine: who may ask about which plans, and which of the engine's keys count. Watched.
import { statSync } from 'node:fs'
import { enrolKey, id, numericDate, type PublicKey } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { describeError, KeysideError, readSecret } from '@keyside/runtime'
import { z } from 'zod'

const subscriber = z.strictObject({
  /** The MQTT client id. */
  client: id,
  /** Raw Ed25519 public key, base64url. */
  key: z.string().length(43),
  plans: z.array(id).max(64),
  /** End of the subscription, Unix seconds. */
  until: numericDate,
})

const list = z.strictObject({
  /** The keyset that was published last, and the keys that may sign signals and heads. */
  keyset: z.strictObject({ version: z.int().min(0), kids: z.array(z.string()).max(16) }),
  subscribers: z.array(subscriber).max(100_000),
})

export type Subscriber = Readonly<z.infer<typeof subscriber>>
export type EngineKeyset = Readonly<z.infer<typeof list>['keyset']>

/** Verifiers that are kept ready. */
const MAX_KEYS = 20_000

export class SubscriberList {
  readonly #path: string
  readonly #keys = new Map<string, PublicKey>()
  #stamp = ''
  #keyset: EngineKeyset = { version: 0, kids: [] }
  #subscribers: ReadonlyMap<string, Subscriber> = new Map()

  /** Throws `subscribers_broken`: there is no earlier list to keep. */
  constructor(path: string) {
    this.#path = path
    const { problem } = this.look()
    if (problem !== undefined) throw new KeysideError('subscribers_broken', problem)
  }

  get keyset(): EngineKeyset {
    return this.#keyset
  }

  subscriber(client: string): Subscriber | null {
    return this.#subscribers.get(client) ?? null
  }

  /** Null for one that enrolment would refuse. */
  keyOf({ key }: Subscriber): PublicKey | null {
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    if (!enrolKey(key).ok) return null
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear()
    const made = publicKey(key)
    this.#keys.set(key, made)
    return made
  }

  /** Reads the file if it is another than at the last look. One that cannot be used is told once, and the list before it stays. */
  look(): { readonly changed: boolean; readonly problem?: string } {
    const stamp = stampOf(this.#path)
    if (stamp === this.#stamp) return { changed: false }
    this.#stamp = stamp
    try {
      const { keyset, subscribers } = list.parse(JSON.parse(readSecret(this.#path)))
      this.#keyset = keyset
      this.#subscribers = new Map(subscribers.map((each) => [each.client, each]))
      return { changed: true }
    } catch (error) {
      const why = error instanceof z.ZodError ? placeOf(error) : describeError(error).message
      const problem = `${this.#path} cannot be used (${why}): let the authority write it anew`
      return { changed: false, problem }
    }
  }
}

function placeOf({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.')}: ${issue?.message}`
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
}
