// A certificate of the broker's own (RFC 5280): self-signed, so what clients trust is the pin of its key.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readSecret, spkiDigest, writePrivate } from '@keyside/runtime'
import { bitString, der, integer, objectId, sequence } from './der.ts'

export interface OwnCertificate {
  readonly certFile: string
  readonly keyFile: string
  /** SHA-256 of its public key (SPKI), base64url: what `tls: pin:<digest>` names. */
  readonly pin: string
}

/**
 * The files `tls.key` and `tls.crt` in `folder`, made where they are missing. The key, and with it the pin, stays; a
 * certificate that was lost is made anew. Throws `file_not_private` and `file_unreadable`.
 */
export function ownCertificate(folder: string): OwnCertificate {
  const keyFile = join(folder, 'tls.key')
  const certFile = join(folder, 'tls.crt')
  if (!existsSync(keyFile)) writePrivate(keyFile, newKey())
  const key = readSecret(keyFile)
  if (!existsSync(certFile)) writePrivate(certFile, selfSigned(key))
  return { certFile, keyFile, pin: spkiDigest(spkiOf(key)) }
}

/** ECDSA on P-256, which every TLS library takes: Ed25519 certificates are not taken everywhere. */
function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))
const COMMON_NAME = objectId('2.5.4.3')
const BASIC_CONSTRAINTS = objectId('2.5.29.19')
const UTF8_STRING = 0x0c
const GENERALIZED_TIME = 0x18
const UTC_TIME = 0x17
const VERSION_3 = der(0xa0, integer(Buffer.from([2])))

/** RFC 5280 section 4.1.2.5: the end date that means "no end". With a pin both dates are ignored. */
const VALIDITY = sequence(
  der(UTC_TIME, Buffer.from('200101000000Z')),
  der(GENERALIZED_TIME, Buffer.from('99991231235959Z')),
)

function selfSigned(key: string): string {
  const spki = spkiOf(key)
  const name = sequence(
    der(0x31, sequence(COMMON_NAME, der(UTF8_STRING, Buffer.from('Keyside broker')))),
  )
  // Not a certificate authority: an empty BasicConstraints means `cA FALSE`.
  const constraints = sequence(
    BASIC_CONSTRAINTS,
    der(0x01, Buffer.from([0xff])),
    der(0x04, sequence()),
  )
  const certificate = sequence(
    VERSION_3,
    integer(serialOf(spki)),
    ECDSA_WITH_SHA256,
    name,
    VALIDITY,
    name,
    spki,
    der(0xa3, sequence(constraints)),
  )
  const signed = sequence(
    certificate,
    ECDSA_WITH_SHA256,
    bitString(sign('sha256', certificate, key)),
  )
  const lines = signed.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** RFC 5280 section 4.1.2.2: at most 20 bytes, unique for one issuer; this issuer is this key. */
function serialOf(spki: Uint8Array): Buffer {
  const serial = createHash('sha256').update(spki).digest().subarray(0, 16)
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f)
  return serial
}

function spkiOf(key: string): Buffer {
  return createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' })
}
