// What the authority tells the engine: who may ask about which plans, and which of the engine's keys count. Watched.
import { statSync } from 'node:fs'
import { enrolKey, id, market, numericDate, type PublicKey } from '@keyside/protocol'
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
  keyset: z.strictObject({
    /** 0 before the first. */
    version: z.int().min(0),
    kids: z.array(z.string()).max(16),
    /** The plans that it lists, with the only markets of their streams. */
    plans: z.array(z.strictObject({ plan: id, markets: z.array(market).max(64) })).max(64),
  }),
  subscribers: z.array(subscriber).max(100_000),
})

export type Subscriber = Readonly<z.infer<typeof subscriber>>
export type EngineKeyset = Readonly<z.infer<typeof list>['keyset']>

/** Verifiers that are kept ready. */
const MAX_KEYS = 20_000

export class SubscriberList {
  readonly #path: string
  readonly #keys = new Map<string, PublicKey>()
  #onProblem: (sentence: string) => void
  #stamp = ''
  #keyset: EngineKeyset = { version: 0, kids: [], plans: [] }
  #subscribers: ReadonlyMap<string, Subscriber> = new Map()

  /** `onProblem` is told once of each file that cannot be used. Throws `subscribers_broken`: there is no earlier list to keep. */
  constructor(path: string, onProblem: (sentence: string) => void) {
    this.#path = path
    this.#onProblem = (problem) => {
      throw new KeysideError('subscribers_broken', problem)
    }
    this.look()
    this.#onProblem = onProblem
  }

  get keyset(): EngineKeyset {
    return this.#keyset
  }

  /** Before the first keyset nothing is known to be missing in it. */
  lists(plan: string, market: string): boolean {
    const { version, plans } = this.#keyset
    return (
      version === 0 || plans.some((each) => each.plan === plan && each.markets.includes(market))
    )
  }

  /** Looks at the file for one that is not known yet: a new device asks at once. */
  subscriber(client: string): Subscriber | null {
    if (!this.#subscribers.has(client)) this.look()
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

  /** Reads the file if it has changed since the last look. Where it cannot be used, the list before it stays. */
  look(): void {
    const stamp = stampOf(this.#path)
    if (stamp === this.#stamp) return
    this.#stamp = stamp
    try {
      const { keyset, subscribers } = list.parse(JSON.parse(readSecret(this.#path)))
      this.#keyset = keyset
      this.#subscribers = new Map(subscribers.map((each) => [each.client, each]))
    } catch (error) {
      const why = error instanceof z.ZodError ? placeOf(error) : describeError(error).message
      this.#onProblem(`${this.#path} cannot be used (${why}): let the authority write it anew`)
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
