// A server of WebSockets for tests: what it is sent, over how many connections, and what it says to all of them. Over HTTP it
// gives a few fixed answers.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

interface Heard {
  readonly connection: number
  readonly message: unknown
}

export interface StreamVenue {
  readonly address: string
  readonly heard: readonly Heard[]
  connections(): number
  say(message: object): void
  cut(): void
}

/** Appended to the client's key: RFC 6455, section 4.2.2. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const TEXT = 0x81
const CLOSE = 8

export async function streamVenue(
  answers: Readonly<Record<string, () => object>> = {},
): Promise<StreamVenue> {
  const heard: Heard[] = []
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer(({ url = '' }, response) => {
    const answer = answers[url.replace(/\?.*/, '')]
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer?.()))
  })
  server.on('upgrade', (request, socket: Socket) => {
    const connection = connections++
    const key = `${request.headers['sec-websocket-key']}${GUID}`
    const accept = createHash('sha1').update(key).digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
    let rest: Buffer = Buffer.alloc(0)
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data])
      for (let frame = readFrame(rest); frame !== null; frame = readFrame(rest)) {
        rest = rest.subarray(frame.length)
        if (frame.opcode === CLOSE) socket.end(Buffer.from([0x80 | CLOSE, 0]))
        if (frame.opcode === 1) heard.push({ connection, message: parsed(frame.text) })
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  onTestFinished(() => {
    server.close()
    cut()
  })
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    connections: () => connections,
    say: (message) => {
      const body = Buffer.from(JSON.stringify(message))
      const head = Buffer.from([TEXT, 126, body.length >> 8, body.length & 0xff])
      for (const socket of open) socket.write(Buffer.concat([head, body]))
    },
    cut,
  }
}

/** One that a client sent, masked, of at most 65535 bytes. */
function readFrame(data: Buffer): { opcode: number; text: string; length: number } | null {
  if (data.length < 6) return null
  const short = data.readUInt8(1) & 0x7f
  const [size, head] = short === 126 ? [data.readUInt16BE(2), 4] : [short, 2]
  const length = head + 4 + size
  if (data.length < length) return null
  const mask = data.subarray(head, head + 4)
  const text = Buffer.from(data.subarray(head + 4, length)).map(
    (byte, at) => byte ^ (mask[at % 4] ?? 0),
  )
  return { opcode: data.readUInt8(0) & 0xf, text: text.toString(), length }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
