// What the broker may be told: the section "broker" of config.yaml.
import { enrolKey, id } from '@keyside/protocol'
import { MAX_PACKET_BYTES } from '@keyside/runtime'
import { z } from 'zod'

const port = z.int().min(0).max(65_535)
const count = z.int().min(1)

const limits = z.strictObject({
  /** Largest MQTT packet, fixed header included. */
  maxPacketBytes: z.int().min(1024).max(1_048_576).default(MAX_PACKET_BYTES),
  maxTopicLevels: z.int().min(1).max(32).default(8),
  maxConnections: count.default(1000),
  /** Behind a proxy every client comes from one address: raise it to `maxConnections` there. */
  maxConnectionsPerAddress: count.default(200),
  /** Different filters that one connection may ask for. */
  maxSubscriptions: count.default(64),
  /** From the first byte of a connection to its CONNECT. */
  connectTimeoutMs: z.int().min(100).default(5000),
  /** How long a client that stops reading may hold up the others. */
  drainTimeoutMs: z.int().min(100).default(5000),
  maxKeepaliveSeconds: z.int().min(1).max(65_535).default(120),
})

export const brokerConfig = z.strictObject({
  /** The audience that access tokens must name. */
  id: id.default('broker'),
  host: z.string().min(1).default('127.0.0.1'),
  /** MQTT over TCP; 0 takes any free port. */
  port: port.default(1883),
  /** MQTT over WebSocket; 0 takes any free port, null switches it off. */
  wsPort: port.nullable().default(8083),
  /** Public key of the access authority, 32 bytes in base64url. */
  authority: z.string().refine((key) => enrolKey(key).ok, 'expected an Ed25519 public key'),
  /** The only `iss` that the authority may write. */
  issuer: id.default('authority'),
  limits: limits.prefault({}),
})

export type BrokerConfig = z.infer<typeof brokerConfig>
export type BrokerLimits = BrokerConfig['limits']
