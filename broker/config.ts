// The section "broker" of config.yaml.
import { enrolKey, id } from '@keyside/protocol'
import { MAX_PACKET_BYTES } from '@keyside/runtime'
import { z } from 'zod'

const port = z.int().min(0).max(65_535)
const count = z.int().min(1)
const file = z.string().min(1)

const limits = z.strictObject({
  /** Largest MQTT packet, fixed header included. */
  maxPacketBytes: z.int().min(1024).max(1_048_576).default(MAX_PACKET_BYTES),
  maxTopicLevels: z.int().min(1).max(32).default(8),
  /** Most unauthenticated sockets. Above this the network with the most of them loses its oldest; if each has one, the new socket is closed. */
  maxPendingConnections: count.default(1024),
  /** Most authenticated clients. Null: as many as the system's limit on open files allows. */
  maxConnections: count.nullable().default(null),
  /** Most of them from one address. Behind a proxy all clients share an address: raise it to `maxConnections` there. */
  maxConnectionsPerAddress: count.default(1000),
  /** How often a new connection may take over a client id that is connected. */
  maxTakeOversPerMinute: count.default(30),
  /** Requests, enrolments and presences that one client may publish. */
  maxRequestsPerMinute: count.default(1200),
  /** Different filters that one connection may ask for. */
  maxSubscriptions: count.default(256),
  /** Retained messages, one a topic: in all, of one client, and their bytes. */
  maxRetained: count.default(32_768),
  maxRetainedPerClient: count.default(512),
  maxRetainedBytes: count.default(67_108_864),
  /** From the opening of a connection to the answer to its CONNECT. */
  connectTimeoutMs: z.int().min(100).default(5000),
  /** How long a client that stops reading may delay the others. */
  drainTimeoutMs: z.int().min(100).default(5000),
  maxKeepaliveSeconds: z.int().min(1).max(65_535).default(120),
})

export const brokerConfig = z
  .strictObject({
    /** The audience that access tokens must name. */
    id: id.default('broker'),
    host: z.string().min(1).default('127.0.0.1'),
    /** MQTT over TCP; 0 takes any free port, null switches it off. */
    port: port.nullable().default(1883),
    /** MQTT over WebSocket; 0 takes any free port, null switches it off. */
    wsPort: port.nullable().default(8083),
    /** MQTT over a Unix socket that this user alone can reach. */
    socket: file.nullable().default(null),
    /** PEM files of the certificate, with its chain, and of its key. Null: in clear, on loopback alone. */
    tls: z.strictObject({ certFile: file, keyFile: file }).nullable().default(null),
    /** Whether everything may travel in clear to other machines. */
    plaintext: z.enum(['yes', 'no']).default('no'),
    /** Public key of the access authority, 32 bytes in base64url. */
    authority: z.string().refine((key) => enrolKey(key).ok, 'expected an Ed25519 public key'),
    /** The only `iss` that the authority may write. */
    issuer: id.default('authority'),
    /** Who is invited and who is shut out; null: nobody is. */
    accessList: file.nullable().default(null),
    limits: limits.prefault({}),
  })
  .refine(({ port, socket }) => port !== null || socket !== null, {
    path: ['port'],
    message: 'expected a port, or a socket',
  })

export type BrokerConfig = z.infer<typeof brokerConfig>
export type BrokerLimits = BrokerConfig['limits']
