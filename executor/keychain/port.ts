// Where secrets live. Contract: keychain/contract.test.ts runs for every implementation.

export interface Keychain {
  /** `os` or `vault`: for messages to a person. */
  readonly kind: 'os' | 'vault'
  /** Null when there is no such secret. */
  get(name: string): Promise<string | null>
  set(name: string, secret: string): Promise<void>
  /** True when there was one. */
  remove(name: string): Promise<boolean>
  names(): Promise<readonly string[]>
}
