// The root key of a provider, encrypted under a passphrase. Whoever has it is the provider.
import { decodeBase64url, encodeBase64url, type Root, type SigningKey } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { KeysideError } from '@keyside/runtime'
import { createVault, openVault, type VaultOptions } from '@keyside/runtime/vault'

const ROOT_KEY = 'root/signing-key'

/** Rejects with `vault_exists` or `vault_passphrase_short`. `cost` is scrypt's N. */
export async function createRoot(options: VaultOptions, cost?: number): Promise<SigningKey> {
  const vault = await createVault(options, cost)
  const seed = options.randomBytes(32)
  await vault.set(ROOT_KEY, encodeBase64url(seed))
  return signingKey(seed)
}

/** Rejects with `vault_missing`, `vault_damaged`, `vault_passphrase_wrong` or `root_missing`. */
export async function openRoot(options: VaultOptions): Promise<SigningKey> {
  const vault = await openVault(options)
  const seed = decodeBase64url((await vault.get(ROOT_KEY)) ?? '')
  if (seed?.length !== 32)
    throw new KeysideError('root_missing', `${options.file} is a vault without a root key`)
  return signingKey(seed)
}

/** One key signs alone. */
export function soleRoot(publicKey: string): Root {
  return { keys: [publicKey], threshold: 1 }
}
