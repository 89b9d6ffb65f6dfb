// What the record holds, as it is read back.
import { z } from 'zod'

function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema)
}

const ids = json(z.array(z.string()))

export const invitationRow = z.object({
  id: z.string(),
  /** The MQTT client id that the subscriber will have: the name in `keyside invite`. */
  client: z.string(),
  plans: ids,
  /** End of the subscription, Unix seconds. */
  until: z.number(),
  connectHash: z.string(),
  /** The `enroll` key derived from the link's secret, base64url. */
  enrollKey: z.string(),
  made: z.number(),
  /** End of the invitation itself. */
  expires: z.number(),
  state: z.enum(['open', 'used', 'withdrawn']),
  /** Thumbprint of the key that used it, null before. */
  kid: z.string().nullable(),
  used: z.number().nullable(),
  /** How often a key other than the first came with it. */
  others: z.int(),
})

export type Invitation = Readonly<z.infer<typeof invitationRow>>

export const subscriberRow = z.object({
  client: z.string(),
  invitation: z.string(),
  /** Raw Ed25519 public key, base64url. */
  key: z.string(),
  plans: ids,
  until: z.number(),
  invited: z.number(),
  enrolled: z.number(),
  /** The terms that were accepted. */
  terms: json(z.array(z.object({ plan: z.string(), version: z.int() }))),
  /** The versions of the wire that it said it speaks. */
  versions: json(z.array(z.int())),
  /** The access token that its enrolment was answered with. */
  access: z.string(),
  /** `iat` of its newest access token. */
  issued: z.number(),
  presence: z.enum(['online', 'offline']),
  /** When a message of it last came, null before the first. */
  seen: z.number().nullable(),
  removed: z.number().nullable(),
})

export type Subscriber = Readonly<z.infer<typeof subscriberRow>>

export const refusedRow = z.object({ client: z.string(), before: z.number() })

export const publishedRow = z.object({
  version: z.int(),
  /** The keys that may sign signals and heads, by thumbprint. */
  kids: ids,
  /** The plans with the only markets of their streams. */
  plans: json(z.array(z.object({ plan: z.string(), markets: z.array(z.string()) }))),
})

/** The part of the last keyset given to the broker that the engine needs. */
export type PublishedKeyset = Readonly<z.infer<typeof publishedRow>>
