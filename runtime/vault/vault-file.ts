// The vault's file: one JSON object whose contents are one sealed box.
import { createHash } from 'node:crypto'
import { decodeBase64url, encodeBase64url } from '@keyside/protocol'
import { z } from 'zod'
import { KeysideError } from '../error.ts'
import { SCRYPT_COST } from './vault-key.ts'

const bytes = z.string().transform((text, context) => {
  const decoded = decodeBase64url(text)
  if (decoded !== null) return decoded
  context.addIssue('expected base64url')
  return z.NEVER
})

const header = z.strictObject({
  version: z.literal(1),
  name: z.literal('keyside-vault'),
  /** Bounded, so that a changed file cannot take all memory. */
  cost: z.int().min(2).max(SCRYPT_COST),
  salt: bytes,
})

const file = z.strictObject({ header, nonce: bytes, box: bytes, sum: z.string() })

export type VaultHeader = z.infer<typeof header>
export type VaultFile = Omit<z.infer<typeof file>, 'sum'>

/** Throws a KeysideError `vault_damaged`. */
export function readVaultFile(path: string, text: string): VaultFile {
  const read = file.safeParse(json(text))
  if (read.success) {
    const { sum, ...rest } = read.data
    if (sum === sumOf(rest) && rest.nonce.length === 24) return rest
  }
  throw new KeysideError('vault_damaged', `${path} is damaged: restore it from your backup`)
}

export function writeVaultFile(vault: VaultFile): string {
  return `${JSON.stringify({ ...plain(vault), sum: sumOf(vault) }, null, 2)}\n`
}

/** What the box is bound to besides the key. */
export function associatedData(head: VaultHeader): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(plainHeader(head)))
}

/** Tells damage from a wrong passphrase. The box itself is what protects against a forger. */
function sumOf(vault: VaultFile): string {
  return createHash('sha256')
    .update(JSON.stringify(plain(vault)))
    .digest('base64url')
}

function plain({ header: head, nonce, box }: VaultFile) {
  return { header: plainHeader(head), nonce: encodeBase64url(nonce), box: encodeBase64url(box) }
}

function plainHeader({ version, name, cost, salt }: VaultHeader) {
  return { version, name, cost, salt: encodeBase64url(salt) }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
