// An intent: a program of the provider's own says "enter" or "exit", and what its engine answers.
import { z } from 'zod'
import { digest, id, jti, market, registered, sequence, singleLine } from './common.ts'
import { positiveDecimal } from './decimal.ts'
import { exits, share, size } from './signal.ts'

/** The longest `validFor`: a day, seconds. */
const DAY = 86_400

const parties = {
  ...registered,
  /** The program. */
  iss: id,
  /** The provider. */
  aud: id,
  /** The stream. */
  sub: id,
}

const what = {
  /** That of the stream: a program that means another one is told so. */
  market,
  /** The price that the program saw, quote per base. */
  referencePrice: positiveDecimal,
  reason: singleLine.max(200),
}

export const intent = z.discriminatedUnion('kind', [
  z.strictObject({
    ...parties,
    kind: z.literal('entry'),
    ...what,
    size,
    /** Quote per base. An engine takes no entry without one. */
    stopPrice: positiveDecimal.optional(),
    ...exits,
    /** How long the entry may still be sent, approval included, seconds. */
    validFor: z.int().min(1).max(DAY).optional(),
  }),
  z.strictObject({
    ...parties,
    kind: z.literal('exit'),
    ...what,
    /** Of the position. */
    size: z.strictObject({ unit: z.literal('percent'), value: share }),
  }),
])

export type Intent = z.infer<typeof intent>

const answer = z.discriminatedUnion('do', [
  /** The signal's number in the stream, and its `jti`. */
  z.strictObject({ do: z.literal('accepted'), seq: sequence, signal: jti }),
  z.strictObject({
    do: z.literal('refused'),
    code: z.string().regex(/^[a-z][a-z0-9_.]{2,48}$/, 'expected an error code'),
    message: singleLine,
  }),
])

export const result = z.strictObject({
  ...registered,
  /** The provider. */
  iss: id,
  /** The program. */
  aud: id,
  /** The stream. */
  sub: id,
  /** Hash of the intent's token. */
  to: digest,
  answer,
})

export type IntentResult = z.infer<typeof result>
