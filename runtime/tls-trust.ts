// Why a broker's TLS is not trusted: each reason with its code and what to do.
import { createHash } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { z } from 'zod'
import { KeysideError, TLS_CODES, type TlsCode } from './error.ts'

/**
 * How the broker's certificate is known: by a certificate authority, or by the digest of its public key, which makes
 * names and dates meaningless.
 */
export type TlsTrust =
  /** PEM texts; the authorities that Node knows when left out. */
  { readonly ca?: readonly string[] } | { readonly pin: string }

const PIN = 'pin:'

/** The setting beside a broker's url. */
export const tlsSetting = z
  .string()
  .regex(/^(?:ca|pin:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/, 'expected "ca" or "pin:" and a digest')

/** Of a text such as `tlsSetting` takes. */
export function tlsTrust(text: string): TlsTrust {
  return text.startsWith(PIN) ? { pin: text.slice(PIN.length) } : {}
}

/** SHA-256 of a public key as X.509 writes it (SPKI, DER), base64url: what a pin is. */
export function spkiDigest(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64url')
}

/** The pin of the key that the other side has proved to hold. */
export function pinOf(socket: TLSSocket): string | null {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return null
  return spkiDigest(certificate.publicKey.export({ type: 'spki', format: 'der' }))
}

export function otherKey(host: string, port: number): KeysideError {
  return new KeysideError('broker_tls_other_key', sentence('broker_tls_other_key', host, port))
}

/** By the codes of OpenSSL and Node. */
const BY_CODE: ReadonlyMap<string, TlsCode> = new Map([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'broker_tls_wrong_host'],
  ['CERT_HAS_EXPIRED', 'broker_tls_expired'],
  ['CERT_NOT_YET_VALID', 'broker_tls_expired'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'broker_tls_unknown_ca'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'broker_tls_unknown_ca'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'broker_tls_unknown_ca'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'broker_tls_unknown_ca'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'broker_tls_self_signed'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'broker_tls_old'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'broker_tls_old'],
])

/** Null when the error is not one of TLS. */
export function tlsRefusal(
  error: Error & { readonly code?: unknown },
  address: { readonly host: string; readonly port: number },
): { readonly code: TlsCode; readonly message: string } | null {
  const reason = String(error.code ?? '')
  const known = TLS_CODES.find((code) => code === reason) ?? BY_CODE.get(reason)
  const code = known ?? (isTlsReason(reason) ? 'broker_tls_failed' : null)
  return code && { code, message: sentence(code, address.host, address.port, reason) }
}

/** Of the codes of OpenSSL and Node: what X.509 checks and TLS have. */
export function isTlsReason(code: string): boolean {
  return (
    BY_CODE.has(code) ||
    /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|CRL_|UNABLE_TO_|ERROR_IN_CERT_|INVALID_|HOSTNAME_)/.test(
      code,
    )
  )
}

function sentence(code: TlsCode, host: string, port: number, reason = ''): string {
  const broker = `the broker at ${host} port ${port}`
  switch (code) {
    case 'broker_tls_wrong_host':
      return `${broker} shows a certificate for another host: write the name that the certificate has into the address, or tell who runs the broker`
    case 'broker_tls_expired':
      return `the certificate of ${broker} has expired, or is not valid yet: look at the clock of this device; if it is right, who runs the broker must renew the certificate`
    case 'broker_tls_unknown_ca':
      return `the certificate of ${broker} was issued by an authority that this device does not know: if it is one of your own, name its file in NODE_EXTRA_CA_CERTS; if not, do not trust this broker`
    case 'broker_tls_self_signed':
      return `${broker} signed its certificate itself, and no key is pinned: write "tls: pin:<digest>" beside the address, as the invitation or "keyside doctor" on that machine has it`
    case 'broker_tls_other_key':
      return `${broker} has another key than the one pinned: somebody may stand in between; ask who runs it, by another way than this one, and follow a new invitation if the key was replaced`
    case 'broker_tls_old':
      return `${broker} offers no TLS 1.2 or newer: who runs it must update it`
    case 'broker_tls_failed':
      return `there is no TLS with ${broker} (${reason}): look whether it listens with TLS at that port`
  }
}
