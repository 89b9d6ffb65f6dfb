// The way to Telegram and exchanges: directly, or through a proxy that the configuration names, and never beside it.
import type { AgentOptions, Agent as PlainAgent } from 'node:http'
import type { Agent as SecureAgent } from 'node:https'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { z } from 'zod'
import { KeysideError } from '../error.ts'
import { readSecret } from '../files.ts'
import { http, https } from '../http.ts'

const EXPECTED =
  'expected http://host:port, https://host:port or socks5://host:port; user and password belong into credentialsFile'

/** As config.yaml has it. */
export const proxySetting = z.strictObject({
  address: z.string(EXPECTED).refine(isProxyAddress, EXPECTED),
  /** A private file with one line, `user:password`. */
  credentialsFile: z.string().min(1).optional(),
})

type ProxySetting = z.infer<typeof proxySetting>

const PROTOCOLS = ['http:', 'https:', 'socks5:']

function isProxyAddress(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !PROTOCOLS.includes(url.protocol) || url.hostname === '') return false
  const isBare = ['', '/'].includes(url.pathname + url.search + url.hash)
  return isBare && url.username === '' && url.password === ''
}

/** Connections to servers of this protocol. */
export type MakeAgent = (
  protocol: 'http:' | 'https:',
  options: AgentOptions,
) => PlainAgent | SecureAgent

export const direct: MakeAgent = (protocol, options) =>
  protocol === 'http:' ? new http.Agent(options) : new (https().Agent)(options)

/**
 * What the proxy does not pass on fails: there is no second way. The proxy resolves the names of hosts, and TLS is with the
 * server behind it. Throws `file_not_private`, `file_unreadable` and `proxy_credentials_malformed`.
 */
export function agentMaker(setting: ProxySetting | undefined, home: string): MakeAgent {
  if (setting === undefined) return direct
  const url = withCredentials(setting, home)
  if (url.protocol !== 'socks5:') {
    const Tunnel = tunnelClass()
    return (_, options) => new Tunnel(url, options)
  }
  const { SocksProxyAgent } = load('socks-proxy-agent') as typeof import('socks-proxy-agent')
  // With socks5: this machine would ask its own resolver for the host.
  const address = url.href.replace('socks5:', 'socks5h:')
  return (_, options) => new SocksProxyAgent(address, options)
}

type TunnelAgent = InstanceType<typeof import('https-proxy-agent').HttpsProxyAgent<string>>

/** An HTTP proxy's own answers are not taken for answers of the server behind it, as the library would do. */
function tunnelClass() {
  const { HttpsProxyAgent } = load('https-proxy-agent') as typeof import('https-proxy-agent')
  return class Tunnel extends HttpsProxyAgent<string> {
    override async connect(...[request, options]: Parameters<TunnelAgent['connect']>) {
      let status = 200
      request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
        status = statusCode
      })
      const socket = await super.connect(request, options)
      if (status === 200) return socket
      socket.destroy()
      throw Object.assign(new Error(`the proxy refused the connection: ${status}`), {
        code: 'ECONNREFUSED',
      })
    }
  }
}

/** Only who has a proxy waits for them to load. */
const load = createRequire(import.meta.url)

function withCredentials({ address, credentialsFile }: ProxySetting, home: string): URL {
  const url = new URL(address)
  if (credentialsFile === undefined) return url
  const path = resolve(home, credentialsFile)
  const [, user = '', password = ''] = /^([^:]+):(.+)$/.exec(readSecret(path)) ?? []
  if (user === '')
    throw new KeysideError(
      'proxy_credentials_malformed',
      `${path} holds no user and password of a proxy: write one line, user:password`,
    )
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  return url
}
