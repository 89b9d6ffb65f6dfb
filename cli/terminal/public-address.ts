// Where other machines reach this one: host and port, as a person writes them.
import { address } from '@keyside/protocol'
import { brokerAddress, KeysideError } from '@keyside/runtime'

/** IPv6 without brackets in the answer. Throws `address_invalid`. */
export function publicAddress(text: string): { host: string; port: number } {
  const url = `mqtts://${text.trim()}`
  const read = address.safeParse({ url, tls: 'ca' })
  const found = read.success ? brokerAddress(url) : null
  if (found !== null && 'port' in found) return found
  throw new KeysideError(
    'address_invalid',
    `expected host:port, such as signals.example.org:8883 or [2001:db8::1]:8883, got "${text.trim()}"`,
  )
}
