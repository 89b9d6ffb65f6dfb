// The section `engine` of config.yaml.
import { enrolKey, HOME, id } from '@keyside/protocol'
import { exchangeAddress, tlsSetting } from '@keyside/runtime'
import { proxySetting } from '@keyside/runtime/web'
import { z } from 'zod'
import { isKnown } from './market/load-ccxt.ts'

const shape = z.strictObject({
  /** Its MQTT client id. */
  id: id.default('engine'),
  /** The provider it signs for: `iss` of everything. */
  provider: id.default(HOME),
  /** The plan of the streams whose strategy names none; without it such a stream is a plan of its own name. */
  plan: id.optional(),
  broker: z.strictObject({
    /** mqtts://host:port, mqtt://host:port or unix:/path */
    url: z.string().min(1),
    /** File with the access token, mode 0600. Paths are relative to KEYSIDE_HOME. */
    tokenFile: z.string().min(1),
    /** Whether the token may travel in clear to another machine. */
    plaintext: z.enum(['yes', 'no']).default('no'),
    /** How the certificate of an mqtts:// broker is verified. */
    tls: tlsSetting.default('ca'),
  }),
  /** The key that signs; its successor lies beside it. */
  signingKeyFile: z.string().min(1),
  /** What the authority tells of subscribers. An engine of one's own has none: it answers no requests. */
  subscribers: z.string().min(1).optional(),
  /** The file in which `keyside program` says which programs may speak for which streams. */
  programs: z.string().min(1).default('engine/programs.json'),
  /** The bot of this home, which may try strategies from the chat. Only an engine of one's own has one. */
  bot: z
    .strictObject({
      id,
      key: z.string().refine((text) => enrolKey(text).ok, 'expected an Ed25519 public key'),
    })
    .optional(),
  /** The folder of what the bot tries: rules, and candles to try them on. */
  trials: z.string().min(1).default('engine/trials'),
  exchange: z.strictObject({
    /** As ccxt calls it; a regional one has a name of its own. */
    name: z
      .string()
      .refine(isKnown, 'expected the name of an exchange as ccxt has it, such as binance')
      .default('binance'),
    /** Another server that speaks the exchange's dialect. */
    address: exchangeAddress.optional(),
    /** Everything to the exchange goes through it. */
    proxy: proxySetting.optional(),
  }),
  /** Folder of strategy files. */
  strategies: z.string().min(1).default('strategies'),
  database: z.string().min(1).default('engine/engine.db'),
})

export const engineConfig = shape.refine(
  ({ bot, provider, subscribers }) =>
    bot === undefined || (provider === HOME && subscribers === undefined),
  {
    path: ['bot'],
    message:
      'an engine that signs for others takes strategies at its own terminal only: leave "bot" out',
  },
)

export type EngineConfig = z.infer<typeof engineConfig>
