// Providers that are followed, with engines that number and chain by themselves, for the tests of the core.
import { GENESIS, hashText, type Signal } from '@keyside/protocol'
import { followed, jtiOf, signalClaims, TestExecutor } from './rig.ts'

export const STOLEN = hashText('stolen')
export const NEXT = hashText('next')
export const NAME = 'north'

/** A provider's engine as the device hears it: it numbers and chains by itself, under a key. */
export class Engine {
  seq = 0
  hash = GENESIS
  kid = STOLEN
  readonly #executor: TestExecutor
  readonly #provider: string

  constructor(executor: TestExecutor, provider = NAME) {
    this.#executor = executor
    this.#provider = provider
  }

  signal(change: Partial<Signal> = {}) {
    const iss = this.#provider
    const seq = this.seq + 1
    const claims = signalClaims(this.#executor.clock.now(), {
      iss,
      seq,
      prev: this.hash,
      jti: jtiOf(`${iss} ${seq}`),
      size: { unit: 'quote', value: '100' },
      ...change,
    })
    this.seq = claims.seq
    this.hash = hashText(JSON.stringify(claims))
    return { type: 'signal', provider: iss, kid: this.kid, claims, hash: this.hash } as const
  }

  exit(change: Partial<Signal> = {}) {
    const all = { unit: 'percent', value: '100' } as const
    return this.signal({ kind: 'exit', side: 'sell', size: all, ...change })
  }

  head(change: { position?: 'long' | 'flat'; since?: number; seq?: number; keyset?: number } = {}) {
    const { position = 'long', since = 0, seq = this.seq, keyset = 1 } = change
    const { claims } = this.#executor.head({ seq, hash: this.hash, position, since })
    const head = { ...claims, iss: this.#provider, keyset }
    return { type: 'head', provider: this.#provider, kid: this.kid, claims: head } as const
  }
}

/** Under keyset 1. Their streams are called `demo`. */
export async function following(...names: string[]): Promise<TestExecutor> {
  const executor = new TestExecutor({ streams: names.map((name) => `${name}/demo`) })
  for (const name of names) {
    executor.take(followed(name))
    executor.take(keyset(executor, 1, [], name))
  }
  await executor.clock.advance(0)
  return executor
}

export function keyset(
  executor: TestExecutor,
  version: number,
  revoked: string[],
  provider = NAME,
) {
  const iat = executor.clock.now() / 1000
  const hash = hashText(`${provider} ${version}`)
  return {
    type: 'keyset',
    provider,
    version,
    hash,
    root: hashText(provider),
    iat,
    exp: iat + 86_400,
    revoked,
    news: '',
  } as const
}
