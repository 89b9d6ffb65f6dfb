// The link to the device: broker connection, outgoing commands, incoming reports.
import type { SigningKey } from '@keyside/protocol'
import {
  type Clock,
  type Link,
  type Logger,
  openLink,
  type RandomBytes,
  tlsTrust,
} from '@keyside/runtime'
import { say } from './commands/run.ts'
import type { BotConfig } from './config.ts'
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

export interface DeviceLink {
  readonly device: Device
  readonly receiver: Receiver
  readonly link: Link
  /** False when the device is known to be offline. */
  readonly reachable: () => boolean
}

/** `access` reads the broker's access token, `key` signs commands and approvals. */
export function openDeviceLink(
  config: BotConfig,
  { access, key }: { access: () => string; key: SigningKey },
  deps: DeviceLinkDeps,
): DeviceLink {
  const ids = { bot: config.id, device: config.device.id }
  const sessions = new Sessions()
  const tellOwner = (text: Html) => {
    const owner = findOwner(deps.store)
    if (owner !== null) say(deps, owner, text)
  }
  const onHalt: HaltsOptions['notify'] = (what) =>
    tellOwner(what === 'another_halted' ? anotherHalted : anotherUnconfirmed)
  const device = new Device({ ...deps, ...ids, key, sessions, onHalt, link: () => link })
  const receiver = new Receiver(config, { ...deps, device, sessions })
  const link: Link = openLink({
    url: config.broker.url,
    plaintext: config.broker.plaintext,
    tls: tlsTrust(config.broker.tls),
    clientId: config.id,
    token: access,
    subscribe: receiver.topics,
    onMessage: (topic, message) => receiver.receive(topic, message),
    onReady: () => receiver.catchUp(),
    onTrouble: ({ code, message }) => tellOwner(brokerTrouble(code, message)),
    log: deps.log,
  })
  const reachable = () => link.connected() && readDevice(deps.store).presence !== 'offline'
  return { device, receiver, link, reachable }
}
