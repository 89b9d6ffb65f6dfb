// Makes each read return all that is buffered, as Node did before version 26 and as aedes expects.
import type { Duplex } from 'node:stream'

/**
 * Since Node 26 `read()` returns one chunk. aedes 1.2 reads once each time a stream turns readable, so a packet
 * split over two chunks would wait for ever: each CONNECT of mqtt.js over WebSocket does.
 */
export function readWhole(stream: Duplex): void {
  const read = stream.read.bind(stream)
  stream.read = (size?: number | null) => {
    if (typeof size === 'number') return read(size)
    const chunks: Buffer[] = []
    for (let chunk = read(); chunk !== null; chunk = read()) chunks.push(chunk)
    return chunks.length < 2 ? (chunks[0] ?? null) : Buffer.concat(chunks)
  }
}
