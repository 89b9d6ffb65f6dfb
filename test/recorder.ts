// Stands between two programs and writes down all that passes, and can answer in place of the one behind it.
import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface TcpRecorder {
  readonly port: number
  /** Both directions. */
  readonly bytes: () => Buffer
  stop(): Promise<void>
}

export async function recordTcp(target: number): Promise<TcpRecorder> {
  const seen: Buffer[] = []
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk: Buffer) => seen.push(chunk))
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  const { port, stop } = await listen(server)
  return { port, stop, bytes: () => Buffer.concat(seen) }
}

export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly headers: string
  readonly body: Buffer
}

export interface WrongAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface HttpRecorder {
  readonly address: string
  readonly requests: readonly HttpRequest[]
  /** From now on, until `honest()`, answers requests for such a path in place of the server. */
  lie(answer: WrongAnswer, path?: RegExp): void
  honest(): void
  stop(): Promise<void>
}

export async function recordHttp(address: string): Promise<HttpRecorder> {
  const target = new URL(address)
  const requests: HttpRequest[] = []
  let wrong: (WrongAnswer & { path: RegExp }) | null = null
  const server = createHttp((incoming, outgoing) => {
    const answer = async () => {
      const asked = await read(incoming)
      requests.push(asked)
      if (wrong?.path.test(asked.path)) {
        outgoing.writeHead(wrong.status, { 'content-type': wrong.type }).end(wrong.body)
        return
      }
      const { method, url: path, headers } = incoming
      const onward = request(target, { method, path, headers: { ...headers, host: target.host } })
      outgoing.once('close', () => onward.destroy())
      onward.end(asked.body)
      const [reply] = (await once(onward, 'response')) as [IncomingMessage]
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(outgoing)
    }
    answer().catch(() => outgoing.destroy())
  })
  const { port, stop } = await listen(server)
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    lie: (answer, path = /./) => {
      wrong = { ...answer, path }
    },
    honest: () => {
      wrong = null
    },
    stop: async () => {
      server.closeAllConnections()
      await stop()
    },
  }
}

async function read(incoming: IncomingMessage): Promise<HttpRequest> {
  const { method = '', url = '', rawHeaders } = incoming
  return { method, path: url, headers: rawHeaders.join('\n'), body: await buffer(incoming) }
}

async function listen(server: Server): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return { port, stop }
}
