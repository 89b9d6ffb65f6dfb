// Points a ccxt exchange at another address, such as the sandbox's: every URL keeps its path and loses its origin.
import { z } from 'zod'
import { KeysideError } from './error.ts'

type Urls = { [name: string]: string | Urls }

const EXPECTED = 'expected an address like https://host or http://127.0.0.1:8090, without a path'

/** Of a server that speaks an exchange's dialect, as config.yaml may name it: its paths are the exchange's own. */
export const exchangeAddress = z
  .string(EXPECTED)
  .refine((text) => parseAddress(text) !== null, EXPECTED)

/** `address` is http://host:port or https://host:port; WebSocket URLs become ws: or wss: of the same host. */
export function rebaseUrls(urls: Urls, address: string): Urls {
  return rebase(urls, urlOf(address))
}

/** Where every request goes that `rebaseUrls` has pointed at `address`. Throws `address_invalid`. */
export function originOf(address: string): string {
  return urlOf(address).origin
}

function urlOf(address: string): URL {
  const url = parseAddress(address)
  if (url === null) throw new KeysideError('address_invalid', `${EXPECTED}, got "${address}"`)
  return url
}

function parseAddress(text: string): URL | null {
  const url = URL.parse(text)
  const isBare = url !== null && ['', '/'].includes(url.pathname + url.search + url.hash)
  const isWeb = url !== null && ['http:', 'https:'].includes(url.protocol) && url.host !== ''
  return isBare && isWeb && url.username === '' && url.password === '' ? url : null
}

function rebase(urls: Urls, base: URL): Urls {
  return Object.fromEntries(
    Object.entries(urls).map(([name, value]) => [
      name,
      typeof value === 'string' ? move(value, base) : rebase(value, base),
    ]),
  )
}

function move(text: string, base: URL): string {
  const url = URL.parse(text)
  if (url === null) return text
  const scheme = /^wss?:$/.test(url.protocol) ? base.protocol.replace('http', 'ws') : base.protocol
  return `${scheme}//${base.host}${url.pathname === '/' ? '' : url.pathname}${url.search}`
}
