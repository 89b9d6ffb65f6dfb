// The section "bot" of config.yaml.
import { enrolKey, id } from '@keyside/protocol'
import { tlsSetting } from '@keyside/runtime'
import { proxySetting } from '@keyside/runtime/web'
import { z } from 'zod'

const file = z.string().min(1)
const key = z.string().refine((text) => enrolKey(text).ok, 'expected an Ed25519 public key')

/** One device: how it is reached, what it signs with, and what the bot signs with for it. */
const device = z.strictObject({
  /** The home broker of that device, never the provider's. */
  broker: z.strictObject({
    url: z.string().min(1),
    /** The bot's own id where left out. Where several devices share a broker, another for each. */
    clientId: id.optional(),
    tokenFile: file,
    /** Whether the token may travel in clear to another machine. */
    plaintext: z.enum(['yes', 'no']).default('no'),
    /** How the certificate of an mqtts:// broker is verified. */
    tls: tlsSetting.default('ca'),
    /** Who renews the token of a bot on another host than the device, pinned at pairing; at home `keyside up` does. */
    authority: key.optional(),
  }),
  /** A different key for each device, so that what is signed for one does not verify at another. */
  signingKeyFile: file,
  /** The device whose reports count: its id and public key, pinned at pairing. */
  id,
  key,
  /** The engine of the same home, pinned, which is asked about strategies. None where it is a provider's, or elsewhere. */
  engine: z.strictObject({ key }).optional(),
})

const MAX_DEVICES = 8

export const botConfig = z.strictObject({
  /** Issuer of its commands, audience of the reports, and its MQTT client id. */
  id: id.default('bot'),
  /** By the bot's own name for each. All are of one owner. */
  devices: z
    .record(id, device)
    .refine((all) => Object.keys(all).length > 0, 'expected at least one device')
    .refine(
      (all) => Object.keys(all).length <= MAX_DEVICES,
      `expected at most ${MAX_DEVICES} devices`,
    )
    .refine((all) => areDistinct(all, 'key'), 'expected another key for each device')
    .refine(
      (all) => areDistinct(all, 'signingKeyFile'),
      'expected another signingKeyFile for each device',
    ),
  telegram: z.strictObject({
    tokenFile: file,
    /** Another Bot API server, such as the sandbox's; Telegram's own by default. */
    address: z.url({ protocol: /^https?$/ }).optional(),
    /** Everything to Telegram goes through it. */
    proxy: proxySetting.optional(),
  }),
  database: file.default('bot/bot.db'),
})

function areDistinct<Name extends string>(
  all: Readonly<Record<string, Readonly<Record<Name, string>>>>,
  name: Name,
): boolean {
  const values = Object.values(all).map((each) => each[name])
  return new Set(values).size === values.length
}

/** Files are relative to KEYSIDE_HOME. */
export type BotConfig = z.infer<typeof botConfig>
export type DeviceConfig = z.infer<typeof device>
