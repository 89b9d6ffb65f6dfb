// A proxy on this machine: HTTP (CONNECT) and SOCKS5 (RFC 1928, 1929) on one port, with what went through it.

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface SandboxProxy {
  readonly port: number
  /** `host:port` of every connection that was asked for, in order. */
  readonly asked: string[]
  /** What clients gave as user and password, `user:password`; '' for none. */
  readonly credentials: string[]
  /** Ends all connections, and takes no more. */
  stop(): Promise<void>
}

export interface ProxyOptions {
  /** `user:password` that a client must give. */
  readonly credentials?: string
  /** Names that this proxy alone knows: it connects to this address instead. */
  readonly hosts?: ReadonlyMap<string, string>
}

interface Parts {
  readonly options: ProxyOptions
  readonly asked: string[]
  readonly credentials: string[]
}

export async function startProxy(options: ProxyOptions = {}): Promise<SandboxProxy> {
  const parts: Parts = { options, asked: [], credentials: [] }
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    keep(open, socket)
    const reader = new Reader(socket)
    void serve(parts, socket, reader, open).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const { asked, credentials } = parts
  return { port, asked, credentials, stop: () => stop(server, open) }
}

function keep(open: Set<Socket>, socket: Socket): void {
  open.add(socket)
  socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy())
}

function stop(server: Server, open: Set<Socket>): Promise<void> {
  for (const socket of open) socket.destroy()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

/** Its first byte tells SOCKS5 from HTTP. */
async function serve(
  parts: Parts,
  socket: Socket,
  reader: Reader,
  open: Set<Socket>,
): Promise<void> {
  const [first] = await reader.peek(1)
  const target =
    first === 5
      ? await askedBySocks(parts, socket, reader)
      : await askedByHttp(parts, socket, reader)
  if (target === null) return
  parts.asked.push(`${target.host}:${target.port}`)
  const host = parts.options.hosts?.get(target.host) ?? target.host
  const behind = connect(target.port, host)
  keep(open, behind)
  await new Promise((resolve, reject) => behind.once('connect', resolve).once('error', reject))
  socket.write(target.granted)
  const early = reader.rest()
  if (early.length > 0) behind.write(early)
  socket.pipe(behind).pipe(socket)
}

interface Target {
  readonly host: string
  readonly port: number
  readonly granted: Uint8Array | string
}

async function askedByHttp(
  { options, credentials }: Parts,
  socket: Socket,
  reader: Reader,
): Promise<Target | null> {
  const head = await reader.until('\r\n\r\n')
  const [, host = '', port = ''] = /^CONNECT ([^\s:]+):(\d+) /.exec(head) ?? []
  const [, basic = ''] = /^proxy-authorization: basic (\S+)/im.exec(head) ?? []
  const given = Buffer.from(basic, 'base64').toString()
  credentials.push(given)
  if (host === '' || given !== (options.credentials ?? given)) {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
    return null
  }
  return { host, port: Number(port), granted: 'HTTP/1.1 200 Connection established\r\n\r\n' }
}

const [NONE, PASSWORD, NO_WAY] = [0, 2, 0xff]

async function askedBySocks(parts: Parts, socket: Socket, reader: Reader): Promise<Target | null> {
  if (!(await isLetIn(parts, socket, reader))) return null
  const [, , , kind] = await reader.take(4)
  // A name, or an IPv4 address: then this machine has resolved it.
  const length = kind === 3 ? Number((await reader.take(1))[0]) : 4
  const address = await reader.take(length)
  const host = kind === 3 ? Buffer.from(address).toString() : address.join('.')
  const port = Buffer.from(await reader.take(2)).readUInt16BE()
  return { host, port, granted: Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0) }
}

async function isLetIn(
  { options, credentials }: Parts,
  socket: Socket,
  reader: Reader,
): Promise<boolean> {
  const [, count = 0] = await reader.take(2)
  const offered = await reader.take(count)
  const wanted = offered.includes(PASSWORD) ? PASSWORD : NONE
  if (options.credentials !== undefined && wanted === NONE) {
    socket.end(Uint8Array.of(5, NO_WAY))
    return false
  }
  socket.write(Uint8Array.of(5, wanted))
  if (wanted === NONE) return true
  const [, userLength = 0] = await reader.take(2)
  const user = await reader.take(userLength)
  const [passwordLength = 0] = await reader.take(1)
  const password = await reader.take(passwordLength)
  const given = `${Buffer.from(user)}:${Buffer.from(password)}`
  credentials.push(given)
  const isRight = given === (options.credentials ?? given)
  socket.write(Uint8Array.of(1, isRight ? 0 : 1))
  if (!isRight) socket.end()
  return isRight
}

/** Bytes of a socket in portions that a protocol asks for. */
class Reader {
  #bytes = Buffer.alloc(0)
  #wake: () => void = () => {}
  readonly #socket: Socket
  readonly #onData = (chunk: Buffer) => {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    this.#wake()
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#onData)
  }

  async peek(count: number): Promise<Uint8Array> {
    while (this.#bytes.length < count) await this.#more()
    return this.#bytes.subarray(0, count)
  }

  async take(count: number): Promise<Uint8Array> {
    const taken = await this.peek(count)
    this.#bytes = this.#bytes.subarray(count)
    return taken
  }

  async until(mark: string): Promise<string> {
    while (!this.#bytes.includes(mark)) await this.#more()
    return Buffer.from(await this.take(this.#bytes.indexOf(mark) + mark.length)).toString('latin1')
  }

  /** What came after the last portion; nothing is read from then on. */
  rest(): Uint8Array {
    this.#socket.off('data', this.#onData)
    return this.#bytes
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
