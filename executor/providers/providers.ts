// All providers that this device follows: one of one's own from config.yaml, and the folders, which are looked at while it runs.
import { HOME, rootFingerprint, type SigningKey } from '@keyside/protocol'
import { type Cancel, KeysideError, readSecret } from '@keyside/runtime'
import type { Input } from '../core/execution/inputs.ts'
import { sentenceOf } from '../core/model/codes.ts'
import type { ProviderStatus } from '../core/model/provider.ts'
import type { Portfolio } from '../core/model/state.ts'
import { accessFiles } from './access-renewal.ts'
import { heldKeys, type KeysetMark, pinnedKeys } from './keys.ts'
import { keysetInput, Provider, type ProviderDeps } from './provider.ts'
import {
  type ProviderRecord,
  providerFiles,
  providerMark,
  providerNames,
  readProvider,
} from './provider-folder.ts'
import type { AskReplay } from './replay.ts'

/** An engine of one's own. */
export interface OwnEngine {
  readonly url: string
  readonly clientId: string
  readonly plaintext: 'yes' | 'no'
  readonly tls: string
  readonly key: string
  readonly plans: readonly string[]
  readonly token: () => string
}

/** What the journal remembers of a provider by this name. */
export interface Journaled {
  readonly root: string
  readonly keyset: KeysetMark | null
  readonly status: ProviderStatus
}

/** Null where the journal has never met one by this name. */
export function journaledProvider(
  { providers }: Pick<Portfolio, 'providers'>,
  name: string,
): Journaled | null {
  const known = providers[name]
  if (known === undefined) return null
  const { root, keyset, status } = known
  return { root, keyset, status }
}

export interface ProvidersOptions extends ProviderDeps {
  /** KEYSIDE_HOME. */
  readonly home: string
  readonly own: OwnEngine | null
  readonly journaled: (name: string) => Journaled | null
  /** All names that the journal has met. */
  readonly journaledNames: () => readonly string[]
  /** What signs requests to a provider; null where the keychain has none. */
  readonly signingKey: (name: string) => Promise<SigningKey | null>
}

const LOOK_MS = 1_000

interface Followed {
  readonly provider: Provider
  readonly root: string
  readonly mark: string
}

export class Providers {
  readonly #options: ProvidersOptions
  readonly #followed = new Map<string, Followed>()
  /** Marks of folders that are not followed as they are: each is told of once. */
  readonly #passed = new Map<string, string>()
  #cancel: Cancel = () => undefined
  #looking: Promise<void> | null = null
  #life: 'open' | 'closed' = 'open'

  constructor(options: ProvidersOptions) {
    this.#options = options
  }

  /** Rejects with `provider_root_changed` or `address_invalid`. */
  async start(): Promise<void> {
    const { home, own, clock } = this.#options
    if (own !== null) this.#followOwn(own)
    for (const name of providerNames(home)) {
      const root = this.#rootOf(name)
      if (root !== null) this.#requireRoot(name, root)
    }
    await this.look()
    this.#tellRemoved()
    this.#cancel = clock.every(LOOK_MS, () => void this.look())
  }

  /** Follows what is new in the folders, and leaves what was removed. One look at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  /** Resolves when each has been connected. */
  async ready(): Promise<void> {
    await Promise.all([...this.#followed.values()].map(({ provider }) => provider.ready))
  }

  replay(effect: AskReplay): Promise<Input | null> {
    return this.#followed.get(effect.provider)?.provider.replay(effect) ?? Promise.resolve(null)
  }

  async close(): Promise<void> {
    this.#life = 'closed'
    this.#cancel()
    await this.#looking
    await Promise.all([...this.#followed.values()].map(({ provider }) => provider.close()))
    this.#followed.clear()
  }

  async #look(): Promise<void> {
    const { home, log } = this.#options
    for (const name of new Set([...providerNames(home), ...this.#followed.keys()])) {
      if (this.#life === 'closed') return
      if (name === HOME) continue
      const mark = providerMark(home, name)
      if (mark === this.#followed.get(name)?.mark || mark === this.#passed.get(name)) continue
      // An error with one provider does not affect the others.
      await this.#renew(name, mark).catch((error: unknown) => {
        const code = error instanceof KeysideError ? error.code : 'provider_damaged'
        const message = error instanceof Error ? error.message : String(error)
        this.#passed.set(name, mark)
        log.error({ err: error, provider: name, code }, message)
        this.#notice(code, `${name} is not followed: ${message}`)
      })
    }
  }

  async #renew(name: string, mark: string): Promise<void> {
    const found = readProvider(this.#options.home, name)
    if (found.state === 'damaged') throw new KeysideError('provider_damaged', found.message)
    const before = this.#followed.get(name)
    if (found.state === 'followed') this.#requireRoot(name, found.record.root)
    this.#followed.delete(name)
    await before?.provider.close()
    if (found.state === 'followed') return this.#follow(name, found.record, mark)
    this.#passed.set(name, mark)
    if (before !== undefined) this.#removed(name, before.root)
  }

  async #follow(name: string, record: ProviderRecord, mark: string): Promise<void> {
    const { home, journaled, time, tryTake } = this.#options
    const { issuer, root, client, plans, address } = record
    const terms = new Map(record.terms.map(({ plan, version }) => [plan, version]))
    const files = providerFiles(home, name)
    const known = journaled(name)
    const keys = heldKeys({
      file: files.keyset,
      conflictFile: files.conflict,
      issuer,
      root,
      journaled: known?.keyset ?? null,
      now: time() / 1_000,
    })
    const key = await this.#keyOf(name)
    const provider = new Provider({
      ...this.#options,
      name,
      issuer,
      root,
      client,
      terms,
      plans,
      address,
      plaintext: 'no',
      token: () => readSecret(files.token),
      access: accessFiles(files),
      keys,
      keyset: 'published',
      key,
      before: known?.status ?? 'followed',
    })
    this.#followed.set(name, { provider, root, mark })
    const held = keys.held()
    if (held !== null) tryTake(keysetInput(name, held))
  }

  /** Without its key a provider is heard all the same: only requests need it. */
  async #keyOf(name: string): Promise<SigningKey | null> {
    const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))
    const found = await this.#options.signingKey(name).catch(reason)
    if (found !== null && typeof found !== 'string') return found
    const detail = found === null ? '' : ` (${found})`
    const message = `${name}: ${sentenceOf('provider_key_missing')}${detail}`
    this.#notice('provider_key_missing', message)
    return null
  }

  #followOwn({ url, clientId, plaintext, tls, key, plans, token }: OwnEngine): void {
    const root = ownRoot(key)
    this.#requireRoot(HOME, root)
    const provider = new Provider({
      ...this.#options,
      name: HOME,
      issuer: HOME,
      root,
      client: clientId,
      terms: new Map(),
      plans,
      address: { url, tls },
      plaintext,
      token,
      access: null,
      keys: pinnedKeys(HOME, key),
      keyset: 'pinned',
      key: null,
      before: this.#options.journaled(HOME)?.status ?? 'followed',
    })
    this.#followed.set(HOME, { provider, root, mark: HOME })
  }

  /** Removed, or taken out of config.yaml, while the executor was away. */
  #tellRemoved(): void {
    const { journaled, journaledNames } = this.#options
    for (const name of journaledNames()) {
      const known = journaled(name)
      if (known === null || known.status === 'removed' || this.#followed.has(name)) continue
      // Folders that are damaged, or have another root, have been reported.
      if (this.#passed.get(name) === undefined || this.#isRemoved(name))
        this.#removed(name, known.root)
    }
  }

  #isRemoved(name: string): boolean {
    return readProvider(this.#options.home, name).state === 'removed'
  }

  #removed(name: string, root: string): void {
    const message = `${name}: it is not followed any more; what you hold of it is looked after as before`
    this.#options.tryTake({ type: 'provider', provider: name, root, status: 'removed', message })
  }

  #rootOf(name: string): string | null {
    const found = readProvider(this.#options.home, name)
    return found.state === 'followed' ? found.record.root : null
  }

  /** Positions and counters are kept under the name, so it cannot become another provider's. */
  #requireRoot(name: string, root: string): void {
    const known = this.#options.journaled(name)
    if (known === null || known.root === root) return
    throw new KeysideError(
      'provider_root_changed',
      `"${name}" is another provider in the journal (root ${known.root.slice(0, 8)}…, now ${root.slice(0, 8)}…): follow this one under another name with "keyside follow <link> --as NAME"`,
    )
  }

  #notice(code: string, message: string): void {
    this.#options.tryTake({ type: 'notice', notice: { level: 'error', code, message } })
  }
}

/** An engine whose key is pinned by hand is its own root of one key. */
function ownRoot(key: string): string {
  return rootFingerprint({ keys: [key], threshold: 1 })
}
