// Makes each read return all that is buffered, as Node did before version 26 and as aedes expects.
import type { Duplex } from 'node:stream'

/**
 * Since Node 26 `read()` returns one chunk. aedes 1.2 reads once each time a stream turns readable, so a packet
 * split over two chunks would wait for ever: each CONNECT of mqtt.js over WebSocket does.
 */
export function readWhole(stream: Duplex): void {
  stream.read = wholeRead
}

/** One function for all streams: a closure for each would stay as long as its connection. */
function wholeRead(this: Duplex, size?: number | null) {
  const { read } = Object.getPrototypeOf(this) as Duplex
  if (typeof size === 'number') return read.call(this, size)
  const chunks: Buffer[] = []
  for (let chunk = read.call(this); chunk !== null; chunk = read.call(this)) chunks.push(chunk)
  return chunks.length < 2 ? (chunks[0] ?? null) : Buffer.concat(chunks)
}
