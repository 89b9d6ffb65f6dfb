// Makes the home of a provider: the keys of broker, authority and engine, a certificate, the first keyset, and config.

import { join } from 'node:path'
import { authorityConfig, makeProviderKeys } from '@keyside/authority'
import { ownCertificate } from '@keyside/broker'
import { isLoopback } from '@keyside/protocol'
import { type Clock, makeSigningKey, readSigningKey, restrictHome } from '@keyside/runtime'
import { copyStrategies, refuseSecond, writeConfig } from './home.ts'
import { FILES, TOKENS } from './home-files.ts'
import { issueTokens, type TokenParts } from './home-tokens.ts'
import { type LocalBroker, localBroker } from './local-broker.ts'

export interface ProviderHomeOptions extends TokenParts {
  readonly clock: Clock
  readonly provider: string
  /** Where subscribers reach the broker: a name or an IP address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  /** PEM files of one that was given; without it the broker gets its own. */
  readonly certificate?: { readonly certFile: string; readonly keyFile: string }
  /** Of the root key. */
  readonly passphrase: string
  /** Where candles come from, when not from the exchange's own address. */
  readonly exchange?: string
  /** Strategy files that it starts with. */
  readonly strategies: readonly string[]
}

/** The plan of the strategies whose files name none. */
const PLAN = 'main'

/** Throws `home_exists`. */
export async function makeProviderHome(
  options: ProviderHomeOptions,
): Promise<{ readonly root: string }> {
  const { home, clock, randomBytes, provider, passphrase } = options
  refuseSecond(home)
  const { files, tls } = certificateOf(options)
  const local = localBroker(home) ?? overTls(options, tls)
  const config = authorityConfig.parse({
    provider,
    broker: local.link,
    addresses: [{ url: urlOf(options), tls }],
    plans: { [PLAN]: { about: 'All strategies', markets: ['BTC/USDT', 'ETH/USDT'] } },
  })
  const engine = makeSigningKey(join(home, FILES.engineKey), randomBytes)
  const engineKey = engine.publicKey
  const keys = { home, config, passphrase, clock, randomBytes, engineKey }
  const { root, authority } = await makeProviderKeys(keys)
  issueTokens(options, {
    authority: readSigningKey(join(home, FILES.authorityKey)),
    clients: ['engine', 'authority'],
    provider,
    account: null,
    plans: [],
  })
  copyStrategies(home, options.strategies)
  writeConfig(home, {
    broker: {
      ...local.broker,
      host: listenOn(options.host),
      port: options.port,
      wsPort: null,
      tls: files,
      authority,
      accessList: FILES.accessList,
    },
    authority: {
      provider,
      broker: { ...local.link, tokenFile: TOKENS.authority },
      addresses: config.addresses,
      plans: config.plans,
    },
    engine: {
      id: 'engine',
      provider,
      plan: PLAN,
      broker: { ...local.link, tokenFile: TOKENS.engine },
      signingKeyFile: FILES.engineKey,
      subscribers: FILES.subscribers,
      exchange: { name: 'binance', ...(options.exchange && { address: options.exchange }) },
      strategies: 'strategies',
    },
  })
  restrictHome(home)
  return { root }
}

/** Its own one is pinned; one that was given is trusted by its authority, and may be replaced at any time. */
function certificateOf({ home, certificate }: ProviderHomeOptions) {
  if (certificate !== undefined) return { files: certificate, tls: 'ca' as const }
  const { pin } = ownCertificate(join(home, 'broker'))
  return {
    files: { certFile: 'broker/tls.crt', keyFile: 'broker/tls.key' },
    tls: `pin:${pin}` as const,
  }
}

function urlOf({ host, port }: ProviderHomeOptions): string {
  return `mqtts://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Where this system has no Unix sockets: the way that subscribers take. */
function overTls(options: ProviderHomeOptions, tls: string): LocalBroker {
  return { broker: {}, link: { url: urlOf(options), tls } }
}

/** Everywhere, unless subscribers are on this machine. */
function listenOn(host: string): string {
  if (isLoopback(host)) return host
  return host.includes(':') ? '::' : '0.0.0.0'
}
