// Listeners for MQTT over TCP, over WebSocket and over a Unix socket: each makes guarded byte streams of its connections.
import type { IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { guardPackets, http, KeysideError } from '@keyside/runtime'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { Certificate } from './certificate.ts'
import type { StartCode } from './codes.ts'
import type { BrokerLimits } from './config.ts'
import type { Connections } from './connections.ts'
import { awaitConnect } from './first-packet.ts'
import { readWhole } from './read-whole.ts'
import { listenUnix } from './unix-socket.ts'

export interface ConnectionHandlers {
  readonly limits: BrokerLimits
  readonly connections: Connections
  /** Null: in clear. */
  readonly certificate: Certificate | null
  /** A stream that begins with a whole CONNECT. */
  onConnect(stream: Duplex, request?: IncomingMessage): void
  /** A stream that failed before its CONNECT. */
  onBroken(error: Error): void
}

export interface Listener {
  /** Such as `mqtts://127.0.0.1:8883`, `wss://…` or `unix:/path`. */
  readonly url: string
  /** Takes no new connection; resolves when the last open one is gone. */
  close(): Promise<void>
}

/** Largest WebSocket message, which may carry several packets, bytes. */
const MAX_MESSAGE_BYTES = 65_536

/**
 * Size of the accept queue: larger than a flood of connections can fill at once, since a client that finds it full
 * retries only a second later.
 */
const BACKLOG = 4096

interface ListenAddress {
  readonly host: string
  readonly port: number
}

export async function listenTcp(
  address: ListenAddress,
  handlers: ConnectionHandlers,
): Promise<Listener> {
  const server = accept(handlers, (stream) => guardConnection(stream, handlers))
  await bind(server, address, 'broker.port')
  const scheme = handlers.certificate === null ? 'mqtt' : 'mqtts'
  return { url: urlOf(scheme, server), close: () => closeServer(server) }
}

/** Without TLS: what is sent there stays on this machine, and no other user of it can reach the socket. */
export async function listenSocket(path: string, handlers: ConnectionHandlers): Promise<Listener> {
  const own = { ...handlers, certificate: null }
  const server = accept(own, (stream) => guardConnection(stream, own), true)
  const free = await listenUnix(server, path)
  return { url: `unix:${path}`, close: () => closeServer(server).then(free) }
}

export async function listenWs(
  address: ListenAddress,
  handlers: ConnectionHandlers,
): Promise<Listener> {
  const { maxPacketBytes } = handlers.limits
  const upgrades = http.createServer()
  upgrades.on('request', (_, response) => {
    response.writeHead(426, { connection: 'close' }).end('This is MQTT over WebSocket.\n')
  })
  const sockets = new WebSocketServer({
    server: upgrades,
    maxPayload: Math.max(MAX_MESSAGE_BYTES, maxPacketBytes),
    perMessageDeflate: false,
    handleProtocols: (offered) => offered.has('mqtt') && 'mqtt',
  })
  sockets.on('connection', (socket, request) => {
    const stream = createWebSocketStream(socket)
    handlers.connections.bind(stream, request.socket)
    guardConnection(stream, handlers, request)
    // MQTT 3.1.1 section 6: the client must offer the subprotocol "mqtt".
    if (socket.protocol !== 'mqtt') stream.destroy(new Error('expected the subprotocol "mqtt"'))
  })
  const server = accept(handlers, (stream) => upgrades.emit('connection', stream))
  await bind(server, address, 'broker.wsPort')
  const scheme = handlers.certificate === null ? 'ws' : 'wss'
  return { url: urlOf(scheme, server), close: () => closeServer(server) }
}

/** A server whose connections are counted from their first byte on, a TLS handshake included. `isOwn`: of this user alone. */
function accept(
  { certificate, connections }: ConnectionHandlers,
  onStream: (stream: Socket) => void,
  isOwn = false,
): Server {
  return createServer({ noDelay: true }, (socket) => {
    if (!connections.add(socket, isOwn)) return
    if (certificate === null) return onStream(socket)
    const { context } = certificate
    const stream = new TLSSocket(socket, { isServer: true, secureContext: context })
    connections.bind(stream, socket)
    onStream(stream)
  })
}

function guardConnection(
  stream: Duplex,
  handlers: ConnectionHandlers,
  request?: IncomingMessage,
): void {
  guardPackets(stream, handlers.limits.maxPacketBytes)
  readWhole(stream)
  stream.on('error', handlers.onBroken)
  awaitConnect(stream, () => {
    stream.off('error', handlers.onBroken)
    handlers.onConnect(stream, request)
  })
}

async function bind(server: Server, address: ListenAddress, setting: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error) => reject(explain(error, address, setting)))
  server.listen({ ...address, backlog: BACKLOG }, resolve)
  await promise
}

function urlOf(scheme: string, server: Server): string {
  const { address, family, port } = server.address() as AddressInfo
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  return promise
}

function explain(
  error: NodeJS.ErrnoException,
  { host, port }: ListenAddress,
  setting: string,
): KeysideError {
  const taken = error.code === 'EADDRINUSE'
  const code: StartCode = taken ? 'broker_port_taken' : 'broker_address_unusable'
  const message = taken
    ? `port ${port} on ${host} is in use: stop the program that uses it, or set ${setting} to a free port`
    : `cannot listen on ${host} port ${port} (${error.code}): check broker.host and ${setting}`
  return new KeysideError(code, message, error)
}
