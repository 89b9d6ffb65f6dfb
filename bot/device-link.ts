// The link to one device: broker connection, outgoing commands, incoming reports.
import type { SigningKey } from '@keyside/protocol'
import {
  type Clock,
  type Link,
  type Logger,
  openLink,
  type RandomBytes,
  tlsTrust,
} from '@keyside/runtime'
import { type AccessRenewal, startAccessRenewal } from './access-renewal.ts'
import { say } from './commands/run.ts'
import type { DeviceConfig } from './config.ts'
import { Device } from './device/device.ts'
import type { HaltsOptions } from './device/halts.ts'
import { Sessions } from './device/sessions.ts'
import { Receiver } from './reports/receive.ts'
import { readDevice } from './store/device.ts'
import type { Store } from './store/open.ts'
import { findOwner } from './store/owner.ts'
import { anotherHalted, anotherUnconfirmed, brokerTrouble } from './texts/chat.ts'
import type { Html } from './texts/html.ts'

export interface DeviceLinkDeps {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
  /** Something to send was written. */
  readonly wake: () => void
}

export interface DeviceLinkSecrets {
  /** Reads the broker's access token. */
  readonly access: () => string
  readonly keepAccess: (token: string) => void
  readonly key: SigningKey
}

export interface DeviceLink {
  /** The bot's own for the device. */
  readonly name: string
  readonly device: Device
  readonly receiver: Receiver
  readonly link: Link
  /** Null where `keyside up` renews the access of all programs. */
  readonly renewal: AccessRenewal | null
  /** False when the device is known to be offline. */
  readonly reachable: () => boolean
}

/** `key` signs commands and approvals. */
export function openDeviceLink(
  { bot, name, config }: { bot: string; name: string; config: DeviceConfig },
  { access, keepAccess, key }: DeviceLinkSecrets,
  deps: DeviceLinkDeps,
): DeviceLink {
  const ids = { bot, device: config.id }
  const sessions = new Sessions()
  const tellOwner = (text: Html) => {
    const owner = findOwner(deps.store)
    if (owner !== null) say(deps, owner, text, { device: name })
  }
  const onHalt: HaltsOptions['notify'] = (what) =>
    tellOwner(what === 'another_halted' ? anotherHalted : anotherUnconfirmed)
  const device = new Device({ ...deps, ...ids, key, sessions, onHalt, link: () => link })
  const receiver = new Receiver(
    { id: bot, device: { name, ...config } },
    { ...deps, device, sessions },
  )
  const { authority } = config.broker
  const renewal =
    authority === undefined
      ? null
      : startAccessRenewal({
          ...deps,
          bot,
          key,
          authority,
          access,
          keepAccess,
          link: () => link,
        })
  const link: Link = openLink({
    url: config.broker.url,
    plaintext: config.broker.plaintext,
    tls: tlsTrust(config.broker.tls),
    clientId: bot,
    token: access,
    issuer: renewal === null ? 'home' : 'device',
    subscribe: renewal === null ? receiver.topics : [...receiver.topics, renewal.topic],
    onMessage: (topic, message) =>
      topic === renewal?.topic ? renewal.receive(message) : receiver.receive(topic, message),
    onReady: () => receiver.catchUp(),
    onTrouble: ({ code, message }) => tellOwner(brokerTrouble(code, message)),
    log: deps.log,
  })
  const reachable = () => link.connected() && readDevice(deps.store, name).presence !== 'offline'
  return { name, device, receiver, link, renewal, reachable }
}
