// A provider in miniature for the tests: root, engine and keysets, signed for real.
import {
  type Access,
  type Address,
  type Keyset,
  rootFingerprint,
  type SigningKey,
  seconds,
  sign,
} from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { systemClock } from '@keyside/runtime'
import { jtiOf } from './rig.ts'

const DAY = 86_400

const keyOf = (byte: number) => signingKey(new Uint8Array(32).fill(byte))

export interface KeysetChange extends Partial<Keyset> {
  /** Who signs: the root when left out. */
  readonly signers?: readonly SigningKey[]
}

export class TestProvider {
  readonly name: string
  readonly root: SigningKey
  readonly engine: SigningKey
  readonly nextEngine: SigningKey
  readonly authority: SigningKey
  /** Of its keysets, seconds. */
  readonly begun = seconds(systemClock.now())
  address: Address = { url: 'mqtt://127.0.0.1:1', tls: 'none' }

  /** Two with different bytes have no key in common. */
  constructor(name = 'acme', byte = 10) {
    this.name = name
    this.root = keyOf(byte)
    this.engine = keyOf(byte + 1)
    this.nextEngine = keyOf(byte + 2)
    this.authority = keyOf(byte + 3)
  }

  get fingerprint(): string {
    return rootFingerprint({ keys: [this.root.publicKey], threshold: 1 })
  }

  /** Signed by the root; `now` in seconds. */
  keyset(
    version: number,
    { signers = [this.root], ...change }: KeysetChange = {},
    now = this.begun,
  ): string {
    const claims: Keyset = {
      iss: this.name,
      aud: 'executors',
      iat: now - 1,
      exp: now + 30 * DAY,
      jti: jtiOf(`keyset ${this.name} ${version}`),
      version,
      roots: [{ keys: [this.root.publicKey], threshold: 1 }],
      keys: [this.engineEntry(), this.authorityEntry()],
      revoked: [],
      plans: [{ plan: 'trend', about: 'follows trends', markets: ['BTC/USDT'] }],
      addresses: [this.address],
      wire: [{ version: 1 }],
      ...change,
    }
    return signers.map((key) => sign('keyset', claims, key)).join('\n')
  }

  engineEntry(key = this.engine): Keyset['keys'][number] {
    return { key: key.publicKey, kinds: ['signal', 'head', 'alert', 'response'] }
  }

  authorityEntry(): Keyset['keys'][number] {
    return { key: this.authority.publicKey, kinds: ['answer', 'response'] }
  }

  /** An access token of the authority, for `lives` seconds. */
  access(client: string, acl: Access['acl'], lives = 30 * DAY, age = 1): string {
    const iat = seconds(systemClock.now()) - age
    const parties = { iss: 'authority', sub: client, aud: 'broker' }
    const claims = { ...parties, iat, exp: iat + lives, jti: jtiOf(`${client} ${iat}`), acl }
    return sign('access', claims, this.authority)
  }
}
