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
  const guarded: Guarded = stream
  guarded[HEADERS] = new Headers(maxBytes)
  stream.push = guardedPush
}

const HEADERS = Symbol('headers')

interface Guarded extends Duplex {
  [HEADERS]?: Headers
}

/** One function for all streams: closures for each would stay as long as its connection. */
function guardedPush(this: Guarded, chunk: unknown, encoding?: BufferEncoding): boolean {
  const headers = this[HEADERS]
  if (headers && chunk instanceof Uint8Array && !headers.pass(chunk)) {
    this.destroy(new Error(`MQTT packet over ${headers.maxBytes} bytes, or malformed`))
    return false
  }
  const { push } = Object.getPrototypeOf(this) as Duplex
  return push.call(this, chunk, encoding)
}

/** Where a stream stands between the fixed headers of its packets. */
class Headers {
  readonly maxBytes: number
  #body = 0
  #type = 0
  /** Bytes of the packet identifier that are still to come, and those that came. */
  #idLeft = 0
  #id = 0
  #length = 0
  #lengthBytes = -1

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** Call with the stream's chunks in order: whether this one may pass. */
  pass(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (this.#idLeft > 0) {
        this.#id = this.#id * 256 + (chunk[at++] ?? 0)
        this.#idLeft -= 1
        this.#body -= 1
        if (this.#idLeft === 0 && this.#id === 0) return false
        continue
      }
      if (this.#body > 0) {
        const skipped = Math.min(this.#body, chunk.length - at)
        this.#body -= skipped
        at += skipped
        continue
      }
      if (!this.#passHeader(chunk[at++] ?? 0)) return false
    }
    return true
  }

  /** One byte of a fixed header. */
  #passHeader(byte: number): boolean {
    if (this.#lengthBytes === -1) {
      this.#type = byte >> 4
      this.#lengthBytes = 0
      this.#length = 0
      return true
    }
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes
    this.#lengthBytes += 1
    if (this.#length + this.#lengthBytes + 1 > this.maxBytes) return false
    if (byte & 0x80) return this.#lengthBytes < MAX_LENGTH_BYTES
    this.#body = this.#length
    this.#lengthBytes = -1
    if (!FILTER_PACKETS.has(this.#type)) return true
    this.#idLeft = 2
    this.#id = 0
    return this.#length >= MIN_FILTER_PACKET_BYTES
  }
}
