// A keyset as a file: a draft is its claims as JSON, for a person to read; signed, it is a token a line, one for each signer.
import {
  decodeBase64url,
  headerSegment,
  type Keyset,
  KINDS,
  keysetTopic,
  type Root,
  rootFingerprint,
  type SigningKey,
  sign,
  thumbprint,
  verifyKeyset,
} from '@keyside/protocol'
import { KeysideError } from '@keyside/runtime'

export interface KeysetFile {
  readonly claims: Keyset
  /** In the order in which they were signed; none in a draft. */
  readonly tokens: readonly string[]
}

/** Reads a draft or a signed keyset, and believes no signature. Throws `keyset_malformed`. */
export function readKeyset(text: string): KeysetFile {
  const trimmed = text.trim()
  const tokens = trimmed.startsWith('{') ? [] : trimmed.split(/\s*\n/)
  const [, payload = ''] = tokens[0]?.split('.') ?? []
  const read = KINDS.keyset.schema.safeParse(json(tokens.length === 0 ? trimmed : utf8(payload)))
  if (read.success) return { claims: read.data, tokens }
  const issue = read.error.issues[0]
  throw new KeysideError(
    'keyset_malformed',
    `this is no keyset${issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.map(String).join('.')}: ${issue.message})`}: name a file that --draft or "keyside root sign" has written`,
  )
}

export function draftText(claims: Keyset): string {
  return `${JSON.stringify(claims, null, 2)}\n`
}

export function signedText({ tokens }: KeysetFile): string {
  return tokens.join('\n')
}

/** Adds the signature of one root key. Throws `root_key_foreign` for a key of none of its roots. */
export function addSignature(file: KeysetFile, key: SigningKey): KeysetFile {
  const { claims, tokens } = file
  if (!claims.roots.some(({ keys }) => keys.includes(key.publicKey)))
    throw new KeysideError(
      'root_key_foreign',
      `the root key ${key.publicKey} is in none of the keyset's roots: take the right key, or add it with keyside root rotate`,
    )
  if (signersOf(file).includes(key.publicKey)) return file
  const token = sign('keyset', claims, key)
  const [first = token] = tokens
  if (token.split('.')[1] !== first.split('.')[1])
    throw new KeysideError(
      'keyset_malformed',
      'it was not written by this version of Keyside: draft it anew',
    )
  return { claims, tokens: [...tokens, token] }
}

/** Root keys that have a token in it. Whether each fits is `checkKeyset`'s question. */
export function signersOf({ claims, tokens }: KeysetFile): string[] {
  const keys = [...new Set(claims.roots.flatMap((root) => root.keys))]
  return keys.filter((key) =>
    tokens.some((token) => token.startsWith(`${headerSegment(thumbprint(key), 'keyset')}.`)),
  )
}

/** The roots whose threshold is not reached yet, and how many signatures each still needs. */
export function missingSignatures(file: KeysetFile): { root: Root; missing: number }[] {
  const signers = signersOf(file)
  return file.claims.roots
    .map((root) => ({
      root,
      missing: root.threshold - root.keys.filter((key) => signers.includes(key)).length,
    }))
    .filter(({ missing }) => missing > 0)
}

/**
 * Checks it as an executor that holds `held`, or that was invited now. Older roots need not sign, but an executor that knows
 * nothing newer than one of those refuses it then. Throws with the code of the check.
 */
export function checkKeyset(file: KeysetFile, now: number, held: KeysetFile | null): string {
  const { claims } = file
  const verified = verifyKeyset(signedText(file), {
    pinned: rootFingerprint(rootInForce(file)),
    now,
    topic: keysetTopic(claims.iss),
    held: held && { ...heldOf(held), root: rootFingerprint(rootInForce(held)) },
  })
  if (verified.ok) return verified.hash
  throw new KeysideError(verified.code, `this keyset cannot be published: ${verified.message}`)
}

export function rootInForce({ claims: { roots } }: Pick<KeysetFile, 'claims'>): Root {
  const last = roots.at(-1)
  if (last === undefined) throw new RangeError('a keyset has a root')
  return last
}

function heldOf(held: KeysetFile): { version: number; hash: string } {
  return { version: held.claims.version, hash: checkKeyset(held, held.claims.iat, null) }
}

function utf8(segment: string): string {
  return new TextDecoder().decode(decodeBase64url(segment) ?? new Uint8Array())
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
