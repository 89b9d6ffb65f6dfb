// An enrolment: a new device shows its key and that it holds an invitation, and the provider's authority answers.
import { z } from 'zod'
import { digest, id, numericDate, registered, singleLine, versions } from './common.ts'

/** Most plans of an access token. */
export const MAX_PLANS = 12

export const enroll = z.strictObject({
  ...registered,
  /** The invitation. */
  iss: id,
  /** The provider. */
  aud: id,
  /** The device's new key, which signs this (RFC 7800 section 3.2). */
  cnf: z.strictObject({
    jwk: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: digest }),
  }),
  /** The versions of the wire that the device speaks. */
  versions,
  /** The terms that the trader accepted. */
  terms: z.array(z.strictObject({ plan: id, version: z.int().min(1) })).max(MAX_PLANS),
  /** HMAC-SHA-256 with the invitation's `enroll` key over `invitation|kid|jti`, base64url. */
  mac: digest,
})

export type Enroll = z.infer<typeof enroll>

/** Why an authority turns an enrolment down. */
export const ENROLL_REFUSALS = [
  'invitation_used',
  'invitation_expired',
  'invitation_unknown',
  'enrolment_declined',
] as const

const parties = {
  ...registered,
  /** Thumbprint of the key that enrolled. */
  aud: digest,
  invitation: id,
  /** Hash of the enrolment's token. */
  to: digest,
}

const accepted = z.strictObject({
  ...parties,
  /** The access token for the provider's broker. */
  access: z.string().min(1).max(4096),
  /** The device's MQTT client id there. */
  client: id,
  plans: z.array(id).max(MAX_PLANS),
  /** When the subscription ends. */
  until: numericDate,
})

const declined = z.strictObject({
  ...parties,
  refused: z.strictObject({ code: z.enum(ENROLL_REFUSALS), message: singleLine }),
})

export const enrollAnswer = z.union([accepted, declined])

export type EnrollAnswer = z.infer<typeof enrollAnswer>
