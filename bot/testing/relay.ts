// A way to a broker on which connections are counted.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** `open` says how many connections stand. */
export async function openRelay(broker: string): Promise<{ url: string; open: () => number }> {
  const { hostname, port } = new URL(broker)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    sockets.add(near)
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      socket.pipe(other).on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(near)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port: own } = server.address() as AddressInfo
  return { url: `mqtt://127.0.0.1:${own}`, open: () => sockets.size }
}
