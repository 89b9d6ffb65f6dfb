// A request: what a subscriber asks of its provider, or a bot of the engine of its own home, and the answer to it.
import { z } from 'zod'
import { ext, id, jti, market, registered, singleLine, timeframe } from './common.ts'
import { MAX_STREAMS } from './head.ts'
import { strategyAnswers, strategyAsks } from './strategies.ts'

const ask = z.discriminatedUnion('do', [
  /** Which streams the plan has. */
  z.strictObject({ do: z.literal('catalogue'), plan: id }),
  /** The signals of the stream after number `after`. */
  z.strictObject({ do: z.literal('replay'), plan: id, stream: id, after: z.int().min(0) }),
  /** A fresh access token. */
  z.strictObject({ do: z.literal('access') }),
  ...strategyAsks,
])

export const request = z.strictObject({
  ...registered,
  /** The subscriber. */
  iss: id,
  /** The provider. */
  aud: id,
  ask,
})

export type ProviderRequest = z.infer<typeof request>

/** A token in compact form, to be verified by whoever reads it. */
const token = z
  .string()
  .max(4096)
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/, 'expected a token')

const listed = z.strictObject({ stream: id, market, timeframe, about: singleLine.max(60) })

const answer = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('catalogue'),
    plan: id,
    streams: z.array(listed).max(MAX_STREAMS),
  }),
  z.strictObject({
    do: z.literal('replay'),
    plan: id,
    stream: id,
    /** The signals as they were signed, oldest first. */
    tokens: z.array(token).max(64),
    /** Whether there are later ones: ask again after the last. */
    more: z.boolean(),
  }),
  z.strictObject({ do: z.literal('access'), token }),
  z.strictObject({
    do: z.literal('refused'),
    code: z.string().regex(/^[a-z][a-z0-9_.]{2,48}$/, 'expected an error code'),
    message: singleLine,
  }),
  ...strategyAnswers,
])

export const response = z.strictObject({
  ...registered,
  /** The provider. */
  iss: id,
  /** The subscriber. */
  aud: id,
  /** `jti` of the request. */
  to: jti,
  answer,
  ext: ext.optional(),
})

export type ProviderResponse = z.infer<typeof response>
