// The devices that the bot of this home serves: which there are, and how one is removed.
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { type BotConfig, botConfig, forgetKept } from '@keyside/bot'
import { publicKey } from '@keyside/protocol/node'
import { KeysideError, loadConfig, readSecret, tokenTimes } from '@keyside/runtime'
import { editConfig } from '../home/edit-config.ts'
import { environment } from '../terminal/config.ts'

export interface BotDevice {
  /** The bot's own for the device. */
  readonly name: string
  readonly broker: string
  /** Of the device's key. */
  readonly fingerprint: string
  /** When the bot's access there ends, seconds since 1970; null without an access token. */
  readonly access: number | null
}

export function botDevices(home: string): BotDevice[] {
  return Object.entries(loadConfig('bot', botConfig, home, environment).devices).map(
    ([name, { broker, key }]) => ({
      name,
      broker: broker.url,
      fingerprint: publicKey(key).kid,
      access: accessEnd(resolve(home, broker.tokenFile)),
    }),
  )
}

interface Removable {
  readonly config: BotConfig
  readonly device: BotConfig['devices'][string]
}

/** Throws `bot_device_unknown`, and `bot_device_last` for the only device, which a bot must keep. */
export function removableDevice(home: string, name: string): Removable {
  const config = loadConfig('bot', botConfig, home, environment)
  const { devices } = config
  const device = Object.hasOwn(devices, name) ? devices[name] : undefined
  if (device === undefined)
    throw new KeysideError(
      'bot_device_unknown',
      `this bot serves no device "${name}": there are ${Object.keys(devices).join(', ')}`,
    )
  if (Object.keys(devices).length === 1)
    throw new KeysideError(
      'bot_device_last',
      `${name} is the only device of this bot: pair it with another first, or stop the bot and do without it`,
    )
  return { config, device }
}

/**
 * The bot's key for it and its access go too, and what the bot keeps of it. A bot that runs notices by itself. Throws as
 * `removableDevice`.
 */
export function removeBotDevice(home: string, name: string): void {
  const { config, device } = removableDevice(home, name)
  editConfig(home, (document) => document.deleteIn(['bot', 'devices', name]))
  for (const file of [device.signingKeyFile, device.broker.tokenFile])
    rmSync(resolve(home, file), { force: true })
  forgetKept(config, home, name)
}

function accessEnd(file: string): number | null {
  try {
    return tokenTimes(readSecret(file))?.exp ?? null
  } catch {
    return null
  }
}
