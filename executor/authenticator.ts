// Codes as every authenticator app makes them (RFC 6238): SHA-1, six digits, a new one every 30 seconds.
import { Secret, TOTP } from 'otpauth'

const STEP_MS = 30_000
/** Steps before and after this one that count too: the clocks of a phone and a device differ. */
const WINDOW = 1

/** The time step near `now` (Unix ms) that `code` belongs to; null if it belongs to none. */
export function stepOfCode(secret: Uint8Array, code: string, now: number): number | null {
  const delta = TOTP.validate({
    secret: secretOf(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: STEP_MS / 1000,
    token: code,
    timestamp: now,
    window: WINDOW,
  })
  return delta === null ? null : Math.floor(now / STEP_MS) + delta
}

/** What an authenticator app reads. `device` tells two devices apart in its list. */
export function codeUri(secret: Uint8Array, device: string): string {
  return new TOTP({
    issuer: 'Keyside',
    label: device,
    secret: secretOf(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: STEP_MS / 1000,
  }).toString()
}

/** To type by hand: base32 in groups of four. */
export function spellSecret(secret: Uint8Array): string {
  return secretOf(secret).base32.replace(/.{4}(?=.)/g, '$& ')
}

function secretOf(bytes: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(bytes).buffer })
}
