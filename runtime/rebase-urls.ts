// Points a ccxt exchange at another address, such as the sandbox's: every URL keeps its path and loses its origin.
import { KeysideError } from './error.ts'

type Urls = { [name: string]: string | Urls }

/** `address` is http://host:port or https://host:port; WebSocket URLs become ws: or wss: of the same host. */
export function rebaseUrls(urls: Urls, address: string): Urls {
  const base = URL.parse(address)
  if (base === null || !['http:', 'https:'].includes(base.protocol))
    throw new KeysideError('address_invalid', `expected http://host:port, got "${address}"`)
  return rebase(urls, base)
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
