// Holds sockets to the broker that send one byte of a CONNECT and no more, and opens each again when it is closed.
import { connect } from 'node:net'

export interface Strangers {
  readonly port: number
  readonly sockets: number
  /** Loopback addresses that they come from. */
  readonly addresses: number
}

let opened = 0
process.send?.('started')
process.once('message', ({ port, sockets, addresses }: Strangers) => {
  for (let nth = 0; nth < sockets; nth += 1) hold(port, `127.0.0.${2 + (nth % addresses)}`)
  process.on('message', () => process.send?.(opened))
  process.send?.('holding')
})
process.once('disconnect', () => process.exit())

function hold(port: number, localAddress: string): void {
  opened += 1
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  socket.on('error', () => undefined)
  socket.once('close', () => setImmediate(hold, port, localAddress))
  socket.write('\x10')
}
