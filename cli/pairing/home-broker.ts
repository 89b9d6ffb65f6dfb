// The home broker of a device, as the host of its bot reaches it: with TLS, under a certificate of its own.

import { join } from 'node:path'
import { brokerConfig, ownCertificate } from '@keyside/broker'
import { isLoopback } from '@keyside/protocol'
import { loadConfig, reachBroker } from '@keyside/runtime'
import { type Document, isMap } from 'yaml'
import { editConfig } from '../home/edit-config.ts'
import { environment } from '../terminal/config.ts'

export interface PublicAddress {
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

const CERTIFICATE = { certFile: 'broker/tls.crt', keyFile: 'broker/tls.key' }
/** Where init has put them when this system has no Unix sockets. */
const LINKS = [
  ['executor', 'home'],
  ['executor', 'engine'],
  ['engine', 'broker'],
]
const REACH_MS = 3_000

/** How clients verify the broker of this home. */
export function pinOf(home: string): string {
  return `pin:${ownCertificate(join(home, 'broker')).pin}`
}

/** Whether its configuration was changed: the broker has to start anew. */
export function listenForBot(home: string, { host, port }: PublicAddress): 'changed' | 'as it was' {
  const now = loadConfig('broker', brokerConfig, home, environment)
  const listen = isLoopback(host) ? host : host.includes(':') ? '::' : '0.0.0.0'
  if (now.port === port && now.host === listen && now.tls !== null) return 'as it was'
  const tls = pinOf(home)
  editConfig(home, (config) => {
    config.setIn(['broker', 'host'], listen)
    config.setIn(['broker', 'port'], port)
    config.setIn(['broker', 'tls'], config.createNode(CERTIFICATE))
    for (const path of [...LINKS, ...botLinks(config)]) {
      if (!String(config.getIn([...path, 'url'])).startsWith('mqtt://')) continue
      config.setIn([...path, 'url'], `mqtts://127.0.0.1:${port}`)
      config.setIn([...path, 'tls'], tls)
    }
  })
  return 'changed'
}

function botLinks(config: Document): string[][] {
  const devices = config.getIn(['bot', 'devices'])
  const names = isMap(devices) ? devices.items.map(({ key }) => String(key)) : []
  return names.map((name) => ['bot', 'devices', name, 'broker'])
}

/** Rejects with `broker_unreachable` or a code of TLS while the broker does not listen there. */
export function reachHomeBroker(home: string, { host, port }: PublicAddress): Promise<void> {
  const here = isLoopback(host) ? bracketed(host) : '127.0.0.1'
  return reachBroker(`mqtts://${here}:${port}`, { pin: pinOf(home).slice('pin:'.length) }, REACH_MS)
}

export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
