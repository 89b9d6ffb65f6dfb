// Reads Ed25519 vectors as others publish them, and asks both of our verifiers.
import { z } from 'zod'
import { type Verdict, verdictOn } from './verdict.ts'

interface Vector {
  readonly key: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /** What the file says of it, where it says so. */
  readonly expected?: 'accepted' | 'refused'
}

const hex = z.string().transform((text) => Uint8Array.fromHex(text))
const text = z.string().transform((each) => new TextEncoder().encode(each))

/** Wycheproof's `eddsa_verify_schema`. */
const wycheproof = z
  .object({
    testGroups: z.array(
      z.object({
        publicKey: z.object({ pk: hex }),
        tests: z.array(z.object({ msg: hex, sig: hex, result: z.enum(['valid', 'invalid']) })),
      }),
    ),
  })
  .transform(({ testGroups }) =>
    testGroups.flatMap(({ publicKey, tests }) =>
      tests.map(({ msg, sig, result }): Vector => {
        const expected = result === 'valid' ? 'accepted' : 'refused'
        return { key: publicKey.pk, message: msg, signature: sig, expected }
      }),
    ),
  )

/** ed25519-speccheck's `cases.json`, and our own, which have a verdict too. */
const speccheck = z
  .array(z.object({ message: hex, pub_key: hex, signature: hex }))
  .transform((cases) => cases.map((each): Vector => ({ ...each, key: each.pub_key })))

/** CCTV's `ed25519vectors.json`: the message is text. */
const cctv = z
  .array(z.object({ key: hex, sig: hex, msg: text }))
  .transform((cases) =>
    cases.map(({ key, sig, msg }): Vector => ({ key, message: msg, signature: sig })),
  )

export type Tally = Readonly<Record<Verdict | 'against the file', number>>

/** How often each verdict came, in the vectors of one file. Throws for a file of another form. */
export function tallyOf(json: string): Tally {
  const vectors = z.union([wycheproof, speccheck, cctv]).parse(JSON.parse(json))
  const tally = {
    accepted: 0,
    refused: 0,
    'key refused': 0,
    'they differ': 0,
    'against the file': 0,
  }
  for (const { key, signature, message, expected } of vectors) {
    const verdict = verdictOn(key, signature, message)
    tally[verdict] += 1
    if (expected !== undefined && (verdict === 'accepted') !== (expected === 'accepted'))
      tally['against the file'] += 1
  }
  return tally
}
