// The byte stream to a broker: TCP, TLS or a Unix socket. Over TLS nothing is written before the broker has proved who it is.
import { createConnection, isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type BrokerAddress, brokerAddress } from './broker-url.ts'
import { KeysideError } from './error.ts'
import { tls } from './http.ts'
import { guardPackets } from './packet-guard.ts'
import { otherKey, pinOf, type TlsTrust, tlsRefusal } from './tls-trust.ts'

/** Resolves when a connection stands and the broker has proved who it is. Rejects with `broker_unreachable` or a code of TLS. */
export function reachBroker(url: string, trust: TlsTrust, timeoutMs: number): Promise<void> {
  const address = brokerAddress(url)
  const socket = openStream(address, trust)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer')))
  socket.once(isSecure(address) ? 'secureConnect' : 'connect', () => {
    // One with another key has been given up by then, and its error is on the way.
    if (!socket.destroyed) resolve()
  })
  // After a connection that was refused its token, which is no concern here.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const untrusted = isSecure(address) ? tlsRefusal(error, address) : null
    const { code, message } = untrusted ?? {
      code: 'broker_unreachable',
      message: `${url}: ${NOBODY.includes(error.code ?? '') ? 'nothing listens there' : error.message}`,
    }
    reject(new KeysideError(code, message, error))
  })
  return promise.finally(() => socket.destroy())
}

/** No socket of that path, or none that is open. */
const NOBODY = ['ENOENT', 'ECONNREFUSED']

/** Streams that the other side ended, or cut. */
const endedByPeer = new WeakSet<object>()

export function wasEndedByPeer(stream: object): boolean {
  return endedByPeer.has(stream)
}

/** Errors of TLS are told by `tlsRefusal`. */
export function openStream(address: BrokerAddress, trust: TlsTrust): Socket {
  const socket = dial(address, trust)
  socket.setNoDelay(true)
  socket.once('end', () => endedByPeer.add(socket))
  socket.once('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'ECONNRESET' || code === 'EPIPE') endedByPeer.add(socket)
  })
  guardPackets(socket)
  return socket
}

type TcpAddress = Extract<BrokerAddress, { readonly type: 'tcp' }>

function isSecure(address: BrokerAddress): address is TcpAddress {
  return address.type === 'tcp' && address.tls
}

function dial(address: BrokerAddress, trust: TlsTrust): Socket {
  if (address.type === 'unix') return createConnection({ path: address.path })
  const { host, port } = address
  if (!isSecure(address)) return createConnection({ host, port })
  // RFC 6066 section 3 allows no IP address as server name.
  const name = isIP(host) === 0 ? { servername: host } : {}
  const place = { host, port, ...name, minVersion: 'TLSv1.2' as const }
  if ('pin' in trust) {
    const { pin } = trust
    const socket = tls().connect({ ...place, rejectUnauthorized: false })
    return writeWhenProved(socket, () => (pinOf(socket) === pin ? null : otherKey(host, port)))
  }
  const ca = trust.ca === undefined ? {} : { ca: [...trust.ca] }
  return writeWhenProved(tls().connect({ ...place, ...ca }), () => null)
}

/**
 * Keeps what is written, the access token above all, until the handshake is over and `check` finds nothing wrong: it is
 * not left to the order in which TLS sends what waits and tells us who answered.
 */
function writeWhenProved(socket: TLSSocket, check: () => Error | null): TLSSocket {
  socket.cork()
  socket.once('secureConnect', () => {
    const problem = check()
    if (problem !== null) return void socket.destroy(problem)
    socket.uncork()
  })
  return socket
}
