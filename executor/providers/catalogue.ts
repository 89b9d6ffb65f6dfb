// Which streams a new provider has, asked once over a connection of its own before the executor uses the same name there.
import {
  type Keyset,
  keysetKeyring,
  type ProviderResponse,
  responseTopic,
  type SigningKey,
  verify,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  type Clock,
  type LinkOptions,
  type Logger,
  openLink,
  type RandomBytes,
  SignedRequests,
} from '@keyside/runtime'

export interface CatalogueOptions {
  readonly broker: Pick<LinkOptions, 'url' | 'tls'>
  readonly issuer: string
  readonly client: string
  readonly token: string
  readonly key: SigningKey
  readonly keyset: Keyset
  readonly plans: readonly string[]
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly randomBytes: RandomBytes
  readonly log: Logger
}

export type Listed = Extract<ProviderResponse['answer'], { do: 'catalogue' }>['streams'][number]

/** The engine may be away: a plan without an answer is null after so long, ms. */
const WAIT_MS = 10_000

/** By plan; null where none came. Never rejects. */
export async function askCatalogue(
  options: CatalogueOptions,
): Promise<ReadonlyMap<string, readonly Listed[] | null>> {
  const { broker, issuer, client, token, key, keyset, plans, clock, log } = options
  const keyring = keysetKeyring(keyset, publicKey)
  const topic = responseTopic(issuer, client)
  const link = openLink({
    ...broker,
    clientId: client,
    token,
    issuer: 'provider',
    subscribe: [topic],
    onMessage: (at, text) => {
      const now = clock.now() / 1_000
      const verified = verify(text, keyring, {
        kinds: ['response'],
        audience: client,
        now,
        topic: at,
      })
      if (verified.ok) requests.onResponse(verified.claims)
    },
    log,
  })
  const requests = new SignedRequests({
    ...options,
    key,
    publish: (to, text) => link.publish(to, text),
    time: () => clock.now(),
  })
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const cancel = clock.after(WAIT_MS, () => resolve(null))
  const ask = async (plan: string) => {
    await link.ready
    const answer = await requests.ask({ do: 'catalogue', plan })
    return answer?.do === 'catalogue' && answer.plan === plan ? answer.streams : null
  }
  try {
    return new Map(
      await Promise.all(
        plans.map(async (plan) => {
          const streams = await Promise.race([ask(plan).catch(() => null), late])
          return [plan, streams] as const
        }),
      ),
    )
  } finally {
    cancel()
    requests.stop()
    await link.close()
  }
}
