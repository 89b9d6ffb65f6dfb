// Certificates for tests, made with node:crypto and the DER of broker/der.ts: authorities, hosts, and what is wrong with them.
import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { bitString, der, integer, objectId, sequence } from '../der.ts'

export interface Issued {
  readonly cert: string
  readonly key: string
  readonly name: string
  readonly privateKey: KeyObject
}

export interface CertificateOptions {
  readonly name: string
  /** Itself when left out. */
  readonly issuer?: Issued
  readonly isAuthority?: boolean
  /** Host names and IP addresses. */
  readonly hosts?: readonly string[]
  readonly from?: Date
  readonly to?: Date
}

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))
const DAY_MS = 86_400_000

export function issue(options: CertificateOptions): Issued {
  const { name, issuer, isAuthority = false, hosts = [] } = options
  const { from = new Date(Date.now() - DAY_MS), to = new Date(Date.now() + DAY_MS) } = options
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const extensions = sequence(
    extension('2.5.29.19', isAuthority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence()),
    ...(hosts.length === 0 ? [] : [extension('2.5.29.17', sequence(...hosts.map(hostName)))]),
  )
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    distinguished(issuer?.name ?? name),
    sequence(time(from), time(to)),
    distinguished(name),
    spki,
    der(0xa3, extensions),
  )
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey)
  const bytes = sequence(body, ECDSA_WITH_SHA256, bitString(signature))
  const cert = `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { cert, key, name, privateKey }
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), der(0x04, value))
}

function distinguished(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId('2.5.4.3'), der(0x0c, Buffer.from(name)))))
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(`${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`))
}

/** RFC 5280 section 4.2.1.6: dNSName is [2], iPAddress [7]. */
function hostName(host: string): Buffer {
  if (isIPv4(host)) return der(0x87, Buffer.from(host.split('.').map(Number)))
  // Only ::1 is needed.
  if (isIPv6(host)) return der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])]))
  return der(0x82, Buffer.from(host))
}
