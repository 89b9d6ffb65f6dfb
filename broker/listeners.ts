// Listeners for MQTT over TCP and over WebSocket: each makes guarded byte streams of its connections.
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { guardPackets, KeysideError } from '@keyside/runtime'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { StartCode } from './codes.ts'
import type { BrokerLimits } from './config.ts'
import type { Connections } from './connections.ts'
import { awaitConnect } from './first-packet.ts'
import { readWhole } from './read-whole.ts'

export interface ConnectionHandlers {
  readonly limits: BrokerLimits
  readonly connections: Connections
  /** A stream that begins with a whole CONNECT. */
  onConnect(stream: Duplex, request?: IncomingMessage): void
  /** A stream that failed before its CONNECT. */
  onBroken(error: Error): void
}

export interface Listener {
  /** Such as `mqtt://127.0.0.1:1883`. */
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

export async function listenTcp(
  host: string,
  port: number,
  handlers: ConnectionHandlers,
): Promise<Listener> {
  const server = createServer({ noDelay: true }, (socket) => {
    handlers.connections.add(socket)
    guardConnection({ stream: socket, socket }, handlers)
  })
  return listen(server, { scheme: 'mqtt', setting: 'broker.port', host, port })
}

export async function listenWs(
  host: string,
  port: number,
  handlers: ConnectionHandlers,
): Promise<Listener> {
  const { maxPacketBytes } = handlers.limits
  const http = createHttpServer()
  http.on('connection', (socket) => handlers.connections.add(socket))
  http.on('request', (_, response) => {
    response.writeHead(426, { connection: 'close' }).end('This is MQTT over WebSocket.\n')
  })
  const sockets = new WebSocketServer({
    server: http,
    maxPayload: Math.max(MAX_MESSAGE_BYTES, maxPacketBytes),
    perMessageDeflate: false,
    handleProtocols: (offered) => offered.has('mqtt') && 'mqtt',
  })
  sockets.on('connection', (socket, request) => {
    const stream = createWebSocketStream(socket)
    guardConnection({ stream, socket: request.socket }, handlers, request)
    // MQTT 3.1.1 section 6: the client must offer the subprotocol "mqtt".
    if (socket.protocol !== 'mqtt') stream.destroy(new Error('expected the subprotocol "mqtt"'))
  })
  // The WebSocket server repeats the errors of its HTTP server; `listen` answers them there.
  sockets.on('error', () => undefined)
  return listen(http, { scheme: 'ws', setting: 'broker.wsPort', host, port })
}

interface Connection {
  readonly stream: Duplex
  readonly socket: Socket
}

function guardConnection(
  { stream, socket }: Connection,
  handlers: ConnectionHandlers,
  request?: IncomingMessage,
): void {
  handlers.connections.bind(stream, socket)
  guardPackets(stream, handlers.limits.maxPacketBytes)
  readWhole(stream)
  stream.on('error', handlers.onBroken)
  awaitConnect(stream, () => {
    stream.off('error', handlers.onBroken)
    handlers.onConnect(stream, request)
  })
}

interface ListenAddress {
  readonly scheme: string
  readonly setting: string
  readonly host: string
  readonly port: number
}

async function listen(server: Server, address: ListenAddress): Promise<Listener> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error) => reject(explain(error, address)))
  server.listen({ port: address.port, host: address.host, backlog: BACKLOG }, resolve)
  await promise
  return { url: urlOf(address.scheme, server), close: () => closeServer(server) }
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
  { host, port, setting }: ListenAddress,
): KeysideError {
  const taken = error.code === 'EADDRINUSE'
  const code: StartCode = taken ? 'broker_port_taken' : 'broker_address_unusable'
  const message = taken
    ? `port ${port} on ${host} is in use: stop the program that uses it, or set ${setting} to a free port`
    : `cannot listen on ${host} port ${port} (${error.code}): check broker.host and ${setting}`
  return new KeysideError(code, message, error)
}
