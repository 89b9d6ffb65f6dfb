// When a program's own access token ends. Whether it is good is the broker's business; here it is only read.
import { decodeBase64url, id } from '@keyside/protocol'
import { z } from 'zod'

const claims = z.object({ sub: id, iat: z.number().positive(), exp: z.number().positive() })

/** Seconds since 1970. */
export type TokenTimes = z.infer<typeof claims>

/** Null for what is no access token. */
export function tokenTimes(token: string): TokenTimes | null {
  const payload = decodeBase64url(token.split('.')[1] ?? '')
  if (payload === null) return null
  try {
    return claims.parse(JSON.parse(new TextDecoder().decode(payload)))
  } catch {
    return null
  }
}

/** With a third of its life left there is time for many tries. `now` in seconds. */
export function isDue({ iat, exp }: TokenTimes, now: number): boolean {
  return exp - now < (exp - iat) / 3
}
