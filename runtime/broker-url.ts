// A broker's address: what may be written, and where it leads.
import { BlockList, isIP } from 'node:net'
import { KeysideError } from './error.ts'

export interface BrokerAddress {
  readonly tls: boolean
  /** A name or an IP address, as sockets take it: IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

/** `text` is mqtt://host:port or mqtts://host:port, IPv6 in brackets. Throws `address_invalid`. */
export function brokerAddress(text: string): BrokerAddress {
  const url = URL.parse(text)
  if (url === null || !['mqtt:', 'mqtts:'].includes(url.protocol) || url.hostname === '')
    throw new KeysideError('address_invalid', expected(text))
  const tls = url.protocol === 'mqtts:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { tls, host, port: Number(url.port) || (tls ? 8883 : 1883) }
}

/** RFC 6874 zones are refused by every URL parser here, so the reason must be said. */
function expected(text: string): string {
  const zone = /\[[^\]]*%/.test(text)
    ? ': an IPv6 address with a zone (such as %eth0) cannot be used, write a host name or another address'
    : ''
  return `expected mqtt://host:port or mqtts://host:port, with an IPv6 address in brackets, got "${text}"${zone}`
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether what is sent there stays on this machine. */
export function isLoopback(host: string): boolean {
  const family = isIP(host)
  if (family === 0) return host === 'localhost' || host.endsWith('.localhost')
  return LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/** Null when an access token travels there safely; else what to do. */
export function plaintextWarning(url: string, plaintext: 'yes' | 'no'): string | null {
  const { tls, host } = brokerAddress(url)
  if (tls || plaintext === 'yes' || isLoopback(host)) return null
  return `the access token and all messages travel in clear to ${url}: use mqtts://, or write "plaintext: yes" beside the url if nobody can listen on that network`
}
