// A keyset: which keys of a provider count, for what and until when, signed by its root.
import { z } from 'zod'
import { address } from './address.ts'
import { digest, id, market, numericDate, registered, singleLine } from './common.ts'

/** A raw Ed25519 public key, base64url. Whether it is a safe one is checked before it is used (keys.ts). */
const publicKey = digest

const unique = (values: readonly unknown[]) => new Set(values).size === values.length

const root = z
  .strictObject({
    keys: z
      .array(publicKey)
      .min(1)
      .max(5)
      .refine(
        (keys) => keys.every((key, at) => at === 0 || (keys[at - 1] ?? '') < key),
        'expected the keys sorted, each once',
      ),
    /** So many of the keys must sign. */
    threshold: z.int().min(1),
  })
  .refine(({ keys, threshold }) => threshold <= keys.length, 'expected no more than there are keys')

/** What a key of a keyset may sign. */
export const DELEGATED_KINDS = ['signal', 'head', 'alert', 'response', 'answer'] as const

const delegated = z.strictObject({
  key: publicKey,
  kinds: z.array(z.enum(DELEGATED_KINDS)).min(1).refine(unique, 'expected each kind once'),
  /** Only for these plans; left out, for all of the keyset. */
  plans: z.array(id).max(64).optional(),
  /** Only for these markets; left out, for all of the plan. */
  markets: z.array(market).max(64).optional(),
  until: numericDate.optional(),
})

const terms = z.strictObject({
  version: z.int().min(1),
  /** For the trader to read, with line breaks. */
  text: z
    .string()
    .max(2000)
    .regex(/^(?:[^\p{C}\p{Zl}\p{Zp}]|\n)*$/u, 'expected text'),
})

const plan = z.strictObject({
  plan: id,
  about: singleLine.max(200),
  /** The only markets of its streams. */
  markets: z.array(market).max(64),
  terms: terms.optional(),
})

export const keyset = z.strictObject({
  ...registered,
  aud: z.literal('executors'),
  /** Only a higher one is taken. */
  version: z.int().min(1),
  /** Oldest first; the last is in force. Each is signed by those before it. */
  roots: z.array(root).min(1).max(5),
  keys: z
    .array(delegated)
    .max(16)
    .refine((all) => unique(all.map(({ key }) => key)), 'expected each key once'),
  /** Thumbprints of keys that count no more, whatever else names them. */
  revoked: z.array(digest).max(64).refine(unique, 'expected each key once'),
  plans: z
    .array(plan)
    .max(64)
    .refine((all) => unique(all.map((each) => each.plan)), 'expected each plan once'),
  /** Where the provider's broker is, 1 to 4: a new place comes at the end. */
  addresses: z.array(address).min(1).max(4),
  /** Versions of the wire that the provider speaks, and when it stops. */
  wire: z
    .array(z.strictObject({ version: z.int().min(1).max(99), until: numericDate.optional() }))
    .min(1)
    .max(8)
    .refine((all) => unique(all.map(({ version }) => version)), 'expected each version once'),
})

export type Keyset = z.infer<typeof keyset>
export type Root = Keyset['roots'][number]
