// A broker's address: what may be written, and where it leads.
import { isAbsolute } from 'node:path'
import { isLoopback } from '@keyside/protocol'
import { KeysideError } from './error.ts'

export type BrokerAddress =
  | { readonly type: 'unix'; readonly path: string }
  | {
      readonly type: 'tcp'
      readonly tls: boolean
      /** A name or an IP address, as sockets take it: IPv6 without brackets. */
      readonly host: string
      readonly port: number
    }

const UNIX = 'unix:'

/** `text` is mqtts://host:port, mqtt://host:port (IPv6 in brackets) or unix:/path. Throws `address_invalid`. */
export function brokerAddress(text: string): BrokerAddress {
  if (text.startsWith(UNIX)) return unixAddress(text)
  const url = URL.parse(text)
  const host = url === null ? '' : hostOf(url)
  if (url === null || !['mqtt:', 'mqtts:'].includes(url.protocol) || host === '' || hasMore(url))
    throw new KeysideError('address_invalid', expected(text))
  const tls = url.protocol === 'mqtts:'
  return { type: 'tcp', tls, host, port: Number(url.port || (tls ? 8883 : 1883)) }
}

/** As a resolver is asked for it: of a scheme that it does not know `URL` leaves a host as it was written. */
function hostOf({ hostname }: URL): string {
  const known = URL.parse(`http://${hostname}`)
  return known?.hostname.replace(/^\[|\]$/g, '') ?? ''
}

/** A name and a password, say, which would go nowhere. */
function hasMore({ username, password, pathname, search, hash, port }: URL): boolean {
  return (
    `${username}${password}${search}${hash}` !== '' || !['', '/'].includes(pathname) || port === '0'
  )
}

function unixAddress(text: string): BrokerAddress {
  const path = text.slice(UNIX.length)
  const problem = isAbsolute(path) ? socketPathProblem(path) : `${text}: expected unix:/path`
  if (problem !== null) throw new KeysideError('address_invalid', problem)
  return { type: 'unix', path }
}

/** RFC 6874 zones are refused by every URL parser here, so the reason must be said. */
function expected(text: string): string {
  const zone = /\[[^\]]*%/.test(text)
    ? ': an IPv6 address with a zone (such as %eth0) cannot be used, write a host name or another address'
    : ''
  return `expected mqtts://host:port, mqtt://host:port (an IPv6 address in brackets) or unix:/path, got "${text}"${zone}`
}

/** Bytes of a path in `sockaddr_un`, without the final zero: Linux has room for 108, the BSDs and macOS for 104. */
const MAX_SOCKET_PATH = { linux: 107, other: 103 } as const

/** Null for a path that this system can take; else what is wrong with it. Systems cut longer ones off in silence. */
export function socketPathProblem(
  path: string,
  platform: NodeJS.Platform = process.platform,
): string | null {
  if (platform === 'win32') return `${path}: this system has no Unix sockets, use a port`
  const most = platform === 'linux' ? MAX_SOCKET_PATH.linux : MAX_SOCKET_PATH.other
  const length = Buffer.byteLength(path)
  if (length <= most) return null
  return `${path} is too long for a socket: ${length} bytes, and this system takes ${most}; choose a shorter path`
}

/** Null when an access token travels there safely, or may travel in clear; else what to do. */
export function plaintextRefusal(url: string, plaintext: 'yes' | 'no'): string | null {
  const address = brokerAddress(url)
  if (address.type === 'unix' || address.tls || plaintext === 'yes' || isLoopback(address.host))
    return null
  return `the access token and all messages would travel in clear to ${url}: use mqtts://, or write "plaintext: yes" beside the url if nobody can listen on that network`
}
