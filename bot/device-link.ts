// The link to each device: broker connection, outgoing commands, incoming reports. The links follow config.yaml: a device
// that was paired is served, and one that was taken out is let go, while the bot runs.
import { join, resolve } from 'node:path'
import type { SigningKey } from '@keyside/protocol'
import {
  type Clock,
  FollowedFiles,
  type Link,
  type Logger,
  openLink,
  type RandomBytes,
  readSecret,
  readSigningKey,
  tlsTrust,
  writePrivate,
} from '@keyside/runtime'
import { type AccessRenewal, startAccessRenewal } from './access-renewal.ts'
import type { BotConfig, DeviceConfig } from './config.ts'
import { Device } from './device/device.ts'
import type { HaltsOptions } from './device/halts.ts'
import { Sessions } from './device/sessions.ts'
import { Receiver } from './reports/receive.ts'
import { styled } from './settings/styled.ts'
import { readDevice } from './store/device.ts'
import type { Store } from './store/open.ts'
import { findOwner } from './store/owner.ts'
import { say } from './store/say.ts'
import { EngineClient } from './strategies/engine-client.ts'
import { TrialAlerts } from './strategies/trial-alerts.ts'
import { anotherHalted, anotherUnconfirmed, brokerTrouble } from './texts/chat.ts'
import type { Html } from './texts/html.ts'

interface DeviceLinkDeps {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
  /** Something to send was written. */
  readonly wake: () => void
  /** False once config.yaml names the device no more, or names it with another key. */
  readonly isServed: () => boolean
  readonly reach?: (url: string) => void
}

interface DeviceLinkSecrets {
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
  /** Null where no engine shares the home with the bot. */
  readonly engine: EngineClient | null
  /** False when the device is known to be offline. */
  readonly reachable: () => boolean
}

/** `key` signs commands and approvals. */
function openDeviceLink(
  { bot, name, config }: { bot: string; name: string; config: DeviceConfig },
  { access, keepAccess, key }: DeviceLinkSecrets,
  deps: DeviceLinkDeps,
): DeviceLink {
  const ids = { bot, device: config.id }
  const sessions = new Sessions()
  const tellOwner = (text: Html) => {
    const owner = findOwner(deps.store)
    if (owner !== null) styled(deps.store, () => say(deps, owner, text, { device: name }))
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
  const engine =
    config.engine === undefined || renewal !== null
      ? null
      : new EngineClient({ ...deps, bot, key, engine: config.engine.key, link: () => link })
  const alerts =
    config.engine === undefined || engine === null
      ? null
      : new TrialAlerts({
          ...deps,
          device: name,
          engine: config.engine.key,
          ask: (what) => engine.ask(what),
        })
  /** What this bot hears beside its device. */
  const beside = [renewal ?? engine, alerts].filter((one) => one !== null)
  deps.reach?.(config.broker.url)
  const link: Link = openLink({
    url: config.broker.url,
    plaintext: config.broker.plaintext,
    tls: tlsTrust(config.broker.tls),
    clientId: config.broker.clientId ?? bot,
    token: access,
    issuer: renewal === null ? 'home' : 'device',
    subscribe: [...receiver.topics, ...beside.map((one) => one.topic)],
    onMessage: (topic, message) =>
      styled(deps.store, () => {
        const heard = beside.find((one) => one.topic === topic)
        if (heard === undefined) receiver.receive(topic, message)
        else heard.receive(message)
      }),
    onReady: () => receiver.catchUp(),
    onTrouble: ({ code, message }) => {
      // No warning for a device that was removed on purpose.
      if (deps.isServed()) tellOwner(brokerTrouble(code, message))
    },
    log: deps.log,
  })
  const reachable = () => link.connected() && readDevice(deps.store, name).presence !== 'offline'
  return { name, device, receiver, link, renewal, engine, reachable }
}

/** A device as config.yaml has it, with its secrets. */
interface Named {
  readonly name: string
  readonly config: DeviceConfig
  readonly secrets: DeviceLinkSecrets
}

export type NamedDevices = FollowedFiles<readonly Named[]>

/** `devices` reads them, and throws where they cannot be used: at the start this throws too, later the last ones stay. */
export function followDevices(home: string, devices: () => BotConfig['devices']): NamedDevices {
  return new FollowedFiles([join(home, 'config.yaml')], () =>
    Object.entries(devices()).map(([name, config]) => {
      return { name, config, secrets: secretsFor(config, home) }
    }),
  )
}

/** Without an access token there is nothing to begin with; a new one later needs no restart. */
function secretsFor({ broker, signingKeyFile }: DeviceConfig, home: string): DeviceLinkSecrets {
  const tokenFile = resolve(home, broker.tokenFile)
  const access = () => readSecret(tokenFile)
  access()
  const keepAccess = (token: string) => writePrivate(tokenFile, `${token}\n`)
  return { key: readSigningKey(resolve(home, signingKeyFile)), access, keepAccess }
}

interface DeviceLinksDeps extends Omit<DeviceLinkDeps, 'isServed'> {
  /** The bot's own id. */
  readonly bot: string
  /** One that is served no more: what is kept of it can go. */
  readonly onGone: (name: string) => void
}

export class DeviceLinks {
  readonly #followed: NamedDevices
  readonly #deps: DeviceLinksDeps
  readonly #all: DeviceLink[] = []
  readonly #opened = new Map<string, string>()

  constructor(followed: NamedDevices, deps: DeviceLinksDeps) {
    this.#followed = followed
    this.#deps = deps
    for (const device of followed.value) this.#open(device)
  }

  /** Those that are served now: the same array throughout. */
  get all(): readonly DeviceLink[] {
    return this.#all
  }

  find(name: string): DeviceLink | null {
    return this.#all.find((each) => each.name === name) ?? null
  }

  /** Its account's name, where its home, which is the bot's own, has several. */
  accountOf(name: string): string | null {
    const own = this.#all.filter(({ renewal }) => renewal === null)
    return own.length > 1 && own.some((each) => each.name === name) ? name : null
  }

  /** Call a few times a second. */
  look(): void {
    const { log, onGone } = this.#deps
    const look = this.#followed.look()
    if (look === 'broken')
      log.error(
        { code: 'config_invalid' },
        `the devices stay as they are: ${this.#followed.problem}`,
      )
    if (look !== 'changed') return
    const named = this.#followed.value
    for (const name of this.#all.map((each) => each.name)) {
      const device = named.find((each) => each.name === name)
      if (device !== undefined && stampOf(device) === this.#opened.get(name)) continue
      this.#drop(name)
      if (device !== undefined) continue
      log.info({ device: name }, 'a device is served no more')
      onGone(name)
    }
    for (const device of named) if (this.find(device.name) === null) this.#open(device)
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(closeLink))
  }

  #open(device: Named): void {
    const { name, config, secrets } = device
    const { bot, ...deps } = this.#deps
    const isServed = () => {
      this.look()
      return this.find(name)?.link === opened.link
    }
    const opened = openDeviceLink({ bot, name, config }, secrets, { ...deps, isServed })
    this.#opened.set(name, stampOf(device))
    this.#all.push(opened)
  }

  #drop(name: string): void {
    const at = this.#all.findIndex((each) => each.name === name)
    for (const gone of this.#all.splice(at, 1)) void closeLink(gone)
    this.#opened.delete(name)
  }
}

/** A device that was paired again may have the same configuration with another key. */
function stampOf({ config, secrets }: Named): string {
  return `${secrets.key.kid} ${JSON.stringify(config)}`
}

function closeLink({ device, renewal, engine, link }: DeviceLink): Promise<void> {
  device.close()
  renewal?.stop()
  engine?.stop()
  return link.close()
}
