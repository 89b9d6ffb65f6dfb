// The section "bot" of config.yaml.
import { enrolKey, id } from '@keyside/protocol'
import { tlsSetting } from '@keyside/runtime'
import { z } from 'zod'

const file = z.string().min(1)
const key = z.string().refine((text) => enrolKey(text).ok, 'expected an Ed25519 public key')

export const botConfig = z.strictObject({
  /** Issuer of its commands, audience of the reports, and its MQTT client id. */
  id: id.default('bot'),
  /** The home broker, never the provider's. */
  broker: z.strictObject({
    url: z.string().min(1),
    tokenFile: file,
    /** Whether the token may travel in clear to another machine. */
    plaintext: z.enum(['yes', 'no']).default('no'),
    /** By what an mqtts:// broker is known. */
    tls: tlsSetting.default('ca'),
    /** Who renews the token of a bot on another host than the device, pinned at pairing; at home `keyside up` does. */
    authority: key.optional(),
  }),
  signingKeyFile: file,
  /** The one device whose reports count: its id and public key, pinned at pairing. */
  device: z.strictObject({ id, key }),
  telegram: z.strictObject({
    tokenFile: file,
    /** Another Bot API server, such as the sandbox's; Telegram's own by default. */
    address: z.url({ protocol: /^https?$/ }).optional(),
  }),
  database: file.default('bot/bot.db'),
})

/** Files are relative to KEYSIDE_HOME. */
export type BotConfig = z.infer<typeof botConfig>
