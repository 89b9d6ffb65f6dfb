// What a release is, and who says so: a manifest with the digest of each file, signed by the key that makes releases.
import { hash } from 'node:crypto'
import { decodeBase64url, encodeBase64url, enrolKey, type SigningKey } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { KeysideError } from '@keyside/runtime'
import { z } from 'zod'

/** Prefix of what is signed, so that no signature for another purpose fits a release. */
const PREFIX = 'keyside release\n'
const VERSION = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/

const release = z.strictObject({
  name: z.literal('keyside'),
  version: z.string().regex(VERSION),
  /** Unix seconds, before the year 10000. */
  at: z.int().positive().max(253_402_300_799),
  files: z
    .array(
      z.strictObject({
        /** Beside the manifest: no folder, and no option of a command. */
        name: z.string().regex(/^\w[\w.-]{0,99}$/),
        /** Base64url. */
        sha512: z.string().length(86),
      }),
    )
    .min(1)
    .max(20),
})
export type Release = z.infer<typeof release>

/** The manifest is signed as the text that it is: nobody has to write the same JSON again. */
const signed = z.strictObject({ manifest: z.string().max(20_000), signature: z.string() })

export function signRelease(content: Release, key: SigningKey): string {
  const manifest = JSON.stringify(release.parse(content))
  const signature = encodeBase64url(key.sign(bytesOf(manifest)))
  return `${JSON.stringify({ manifest, signature }, null, 2)}\n`
}

/** Throws `release_unreadable`, `release_key_invalid`, and `release_forged` for a signature that is not this key's. */
export function readRelease(text: string, key: string): Release {
  const outer = signed.safeParse(parseJson(text)).data
  if (outer === undefined)
    throw new KeysideError(
      'release_unreadable',
      'this is no signed release manifest of Keyside: take the file that ends in .release.json',
    )
  if (!enrolKey(key).ok)
    throw new KeysideError(
      'release_key_invalid',
      'expected a public Ed25519 key, 43 characters in base64url, as the project publishes it',
    )
  const signature = decodeBase64url(outer.signature)
  if (signature === null || !publicKey(key).verify(bytesOf(outer.manifest), signature))
    throw new KeysideError(
      'release_forged',
      'the signature is not that of the key which makes releases: do not install this, and tell where you got it',
    )
  const content = release.safeParse(parseJson(outer.manifest)).data
  if (content === undefined)
    throw new KeysideError(
      'release_unreadable',
      'the manifest is signed, and this version cannot read it: it is made for another one',
    )
  return content
}

/** Of a file's bytes, base64url. */
export function digestOf(bytes: Uint8Array): string {
  return encodeBase64url(hash('sha512', bytes, 'buffer'))
}

/** Negative if the first version is older. Both as in a manifest. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => VERSION.exec(text)?.slice(1).map(Number) ?? [])
  for (const [at, part] of (left ?? []).entries()) {
    const difference = part - (right?.[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function bytesOf(manifest: string): Uint8Array {
  return new TextEncoder().encode(PREFIX + manifest)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
