// Buffers a new stream until a whole CONNECT has arrived, so that an unauthenticated client costs a socket and some bytes.
import type { Duplex } from 'node:stream'

/** MQTT 3.1.1 section 3.1: the first byte of a CONNECT. */
const CONNECT = 0x10

/** Calls `enter` once, when all of a CONNECT can be read from `stream`; destroys it for anything else. */
export function awaitConnect(stream: Duplex, enter: () => void): void {
  let came: Buffer = Buffer.alloc(0)
  const look = () => {
    const chunk: Buffer | null = stream.read()
    if (chunk === null) return
    came = came.length === 0 ? chunk : Buffer.concat([came, chunk])
    if (came[0] !== CONNECT) {
      stream.destroy(new Error('expected CONNECT as the first packet'))
      return
    }
    if (!isWhole(came)) return
    stream.off('readable', look)
    stream.unshift(came)
    enter()
  }
  stream.on('readable', look)
}

/** MQTT 3.1.1 section 2.2.3. The guard on the stream has refused lengths that are too large or malformed. */
function isWhole(bytes: Buffer): boolean {
  let length = 0
  for (let at = 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    length += (byte & 0x7f) * 128 ** (at - 1)
    if ((byte & 0x80) === 0) return bytes.length >= at + 1 + length
  }
  return false
}
