// Bounds an MQTT byte stream before anything buffers it: neither aedes nor mqtt.js has a limit of its own.
import type { Duplex } from 'node:stream'

/** Largest MQTT packet that Keyside sends or takes, bytes. */
export const MAX_PACKET_BYTES = 16_384

/** MQTT 3.1.1 section 2.2.3: the remaining length has at most four bytes. */
const MAX_LENGTH_BYTES = 4

/** MQTT 3.1.1 sections 3.8 and 3.10: what begins with a packet identifier and then must name a filter. */
const FILTER_PACKETS: ReadonlySet<number> = new Set([8, 10])
/** Packet identifier, length of a filter, one character of it. */
const MIN_FILTER_PACKET_BYTES = 5

/**
 * Follows the fixed headers (MQTT 3.1.1 section 2.2) of what arrives on `stream` and destroys it at the first
 * packet that announces more than `maxBytes`, before a byte of its body is kept, and at a SUBSCRIBE or UNSUBSCRIBE
 * without filters or with the packet identifier 0, which the parser behind it would let pass.
 */
export function guardPackets(stream: Duplex, maxBytes = MAX_PACKET_BYTES): void {
  const follow = follower(maxBytes)
  const push = stream.push.bind(stream)
  stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (!(chunk instanceof Uint8Array) || follow(chunk)) return push(chunk, encoding)
    stream.destroy(new Error(`MQTT packet over ${maxBytes} bytes, or malformed`))
    return false
  }
}

/** A function that is given the stream's chunks in order and says whether they may pass. */
function follower(maxBytes: number): (chunk: Uint8Array) => boolean {
  let body = 0
  let type = 0
  /** Bytes of the packet identifier that are still to come, and those that came. */
  let idLeft = 0
  let id = 0
  let length = 0
  let lengthBytes = -1
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (idLeft > 0) {
        id = id * 256 + (chunk[at++] ?? 0)
        idLeft -= 1
        body -= 1
        if (idLeft === 0 && id === 0) return false
        continue
      }
      if (body > 0) {
        const skipped = Math.min(body, chunk.length - at)
        body -= skipped
        at += skipped
        continue
      }
      const byte = chunk[at++] ?? 0
      if (lengthBytes === -1) {
        type = byte >> 4
        lengthBytes = 0
        length = 0
        continue
      }
      length += (byte & 0x7f) * 128 ** lengthBytes
      lengthBytes += 1
      if (length + lengthBytes + 1 > maxBytes) return false
      if (byte & 0x80) {
        if (lengthBytes === MAX_LENGTH_BYTES) return false
        continue
      }
      body = length
      lengthBytes = -1
      if (!FILTER_PACKETS.has(type)) continue
      if (length < MIN_FILTER_PACKET_BYTES) return false
      idLeft = 2
      id = 0
    }
    return true
  }
}
