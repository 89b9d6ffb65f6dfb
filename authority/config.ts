// The section `authority` of config.yaml.
import { address, id, singleLine, tradedMarket } from '@keyside/protocol'
import { tlsSetting } from '@keyside/runtime'
import { z } from 'zod'

const path = z.string().min(1)

const plan = z.strictObject({
  /** One line for a trader who is about to follow it. */
  about: singleLine.max(200).default(''),
  /** The only markets of its streams. */
  markets: z.array(tradedMarket).min(1).max(64),
  /** What a trader accepts; a change of the text needs a higher version. */
  terms: z.strictObject({ version: z.int().min(1), text: z.string().max(2000) }).optional(),
})

export const authorityConfig = z.strictObject({
  /** Its MQTT client id. */
  id: id.default('authority'),
  /** The provider: `iss` of everything. */
  provider: id,
  broker: z.strictObject({
    /** mqtts://host:port, mqtt://host:port or unix:/path */
    url: z.string().min(1),
    /** File with the access token, mode 0600. Paths are relative to KEYSIDE_HOME. */
    tokenFile: path.default('authority/authority.token'),
    /** Whether the token may travel in clear to another machine. */
    plaintext: z.enum(['yes', 'no']).default('no'),
    /** How the certificate of an mqtts:// broker is verified. */
    tls: tlsSetting.default('ca'),
  }),
  /** Where subscribers reach the broker, the first one first: in invitations and in the keyset. */
  addresses: z.array(address).min(1).max(4),
  /** What can be subscribed, by the plan's name. */
  plans: z.record(id, plan),
  /** The access list of the broker: its `id`, its `issuer`, and the file that it watches. */
  access: z
    .strictObject({
      audience: id.default('broker'),
      issuer: id.default('authority'),
      /** The key that signs access tokens. */
      keyFile: path.default('authority/authority.key'),
      listFile: path.default('broker/access.json'),
    })
    .prefault({}),
  /** The key that signs the answers to enrolments and requests. */
  answerKeyFile: path.default('authority/answer.key'),
  /** The signed keyset that is published. */
  keysetFile: path.default('authority/keyset.txt'),
  /** The root key, encrypted. It may be on another machine. */
  rootFile: path.default('authority/root.vault'),
  /** What the engine is told of subscribers. */
  subscribersFile: path.default('engine/subscribers.json'),
  /** The engine's key, for its successor. */
  engineKeyFile: path.default('engine/engine.key'),
  database: path.default('authority/authority.db'),
})

export type AuthorityConfig = z.infer<typeof authorityConfig>
