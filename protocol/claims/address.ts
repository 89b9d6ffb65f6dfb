// Where a provider's broker is, and how its TLS is known.
import { z } from 'zod'

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const HOST = `${LABEL}(?:\\.${LABEL})*|\\[[0-9a-f:]+\\]`
const PORT = '[1-9][0-9]{0,4}'
const TLS = 'ca|none|pin:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]'

/** Sources of regular expressions, for texts that contain an address. */
export const ADDRESS = { HOST, PORT, TLS } as const

const NAMED = new RegExp(`^(mqtts?)://(${HOST}):(${PORT})$`)
const KNOWN_BY = new RegExp(`^(?:${TLS})$`)

/** One text for one host: lower case, an IPv4 address in four numbers, an IPv6 address in brackets as RFC 5952 has it. */
export function isHost(host: string): boolean {
  if (host.length > 253) return false
  try {
    return new URL(`http://${host}`).hostname === host
  } catch {
    return false
  }
}

export function isPort(port: string): boolean {
  return Number(port) <= 65_535
}

export const address = z
  .strictObject({
    /** `mqtts://host:port`; `mqtt://` where there is no TLS. */
    url: z.string().refine((text) => {
      const [, , host = '', port = ''] = NAMED.exec(text) ?? []
      return isHost(host) && isPort(port)
    }, 'expected an address such as "mqtts://broker.example:8883"'),
    /** A certificate of a known authority, one whose public key has this SHA-256 (SPKI, DER), or no TLS. */
    tls: z.string().regex(KNOWN_BY, 'expected "ca", "pin:" and a digest, or "none"'),
  })
  .refine(
    ({ url, tls }) => url.startsWith('mqtt://') === (tls === 'none'),
    'expected "mqtt://" with "none", and only then',
  )

export type Address = z.infer<typeof address>
