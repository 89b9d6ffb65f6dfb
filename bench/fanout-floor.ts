// The fanout bench's floor: bare sockets, which say to each client what a broker would say, and keep nothing.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { FanoutBroker } from './fanout-broker.ts'

/** MQTT 3.1.1 sections 3.2 and 3.9: accepted; granted with QoS 1. */
const CONNACK = Buffer.from([0x20, 2, 0, 0])
const SUBACK = Buffer.from([0x90, 3, 0, 1, 1])

process.send?.('started')
process.once('message', ({ port, tls }: FanoutBroker) => {
  const secureContext =
    tls && createSecureContext({ cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) })
  const server = createServer({ noDelay: true }, (socket) => {
    const stream =
      secureContext === null ? socket : new TLSSocket(socket, { isServer: true, secureContext })
    for (const each of new Set([socket, stream])) each.on('error', ignore)
    stream.on('data', answer)
  })
  server.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => process.send?.(process.pid))
})
process.once('disconnect', () => process.exit())

function ignore(): void {}

/** A client of the bench sends one packet, and waits for what is said to it. */
function answer(this: NodeJS.WritableStream, chunk: Buffer): void {
  const type = (chunk[0] ?? 0) >> 4
  if (type === 1) this.write(CONNACK)
  if (type === 8) this.write(SUBACK)
}
