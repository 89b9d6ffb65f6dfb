// Access tokens of subscribers: 30 days, and never past the end of the subscription.
import { type SigningKey, sign } from '@keyside/protocol'
import { newJti, type RandomBytes } from '@keyside/runtime'
import { subscriberRights } from './rights.ts'

/** Longest life of a subscriber's access token, seconds. */
export const ACCESS_LIFE = 30 * 86_400

/** Who signs access tokens, for whom. */
export interface AccessSigner {
  readonly key: SigningKey
  readonly provider: string
  /** The broker's id, and the issuer that it accepts from this authority. */
  readonly audience: string
  readonly issuer: string
  readonly randomBytes: RandomBytes
}

export interface AccessInput {
  readonly client: string
  readonly plans: readonly string[]
  /** End of the subscription, Unix seconds. */
  readonly until: number
  readonly iat: number
}

export function accessToken(signer: AccessSigner, { client, plans, until, iat }: AccessInput) {
  return sign(
    'access',
    {
      iss: signer.issuer,
      aud: signer.audience,
      sub: client,
      iat,
      exp: Math.min(iat + ACCESS_LIFE, until),
      jti: newJti(signer.randomBytes),
      acl: subscriberRights(signer.provider, client, plans),
    },
    signer.key,
  )
}
