// LZ4 frames (lz4_Frame_format.md and lz4_Block_format.md of the LZ4 project), read. Node has every other
// compression that tables of candles come in.

const MAGIC = 0x184d2204
const MIN_MATCH = 4
/** One more byte makes a match 255 bytes longer. */
const MAX_RATIO = 255
/** A length of 15 goes on in the next bytes. */
const MORE = 15
const FLAG = { dictionary: 1, contentChecksum: 4, contentSize: 8, blockChecksum: 16 } as const

/**
 * Exactly `length` bytes; one frame, whose blocks may refer to those before. Checksums are passed over: the caller knows
 * what the bytes must be. Throws RangeError for everything else.
 */
export function decodeLz4(frame: Uint8Array, length: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const flags = frame[4] ?? 0
  if (view.getUint32(0, true) !== MAGIC || flags >> 6 !== 1) throw new RangeError('no LZ4 frame')
  if (flags & FLAG.dictionary) throw new RangeError('an LZ4 frame with a dictionary')
  if (length > MAX_RATIO * frame.length) throw new RangeError('more than an LZ4 frame can hold')
  let at = 7 + (flags & FLAG.contentSize ? 8 : 0)
  const made = new Uint8Array(length)
  let filled = 0
  for (;;) {
    const size = view.getUint32(at, true)
    at += 4
    if (size === 0) break
    const bytes = size & 0x7fffffff
    const block = frame.subarray(at, at + bytes)
    if (block.length !== bytes) throw new RangeError('an LZ4 block is cut off')
    if (size >>> 31 === 1) {
      made.set(block, filled)
      filled += bytes
    } else filled = decodeBlock(block, made, filled)
    at += bytes + (flags & FLAG.blockChecksum ? 4 : 0)
  }
  if (filled !== length)
    throw new RangeError(`an LZ4 frame of ${filled} bytes instead of ${length}`)
  return made
}

/** Writes behind `filled`, and returns how much is filled then. */
function decodeBlock(block: Uint8Array, made: Uint8Array, filled: number): number {
  let at = 0
  let to = filled
  const next = (): number => {
    const byte = block[at++]
    if (byte === undefined) throw new RangeError('an LZ4 block is cut off')
    return byte
  }
  const lengthOf = (first: number): number => {
    let length = first
    if (first === MORE)
      for (let byte = 255; byte === 255; ) {
        byte = next()
        length += byte
      }
    return length
  }
  while (at < block.length) {
    const token = next()
    const literals = lengthOf(token >> 4)
    if (at + literals > block.length) throw new RangeError('an LZ4 block is cut off')
    made.set(block.subarray(at, at + literals), to)
    at += literals
    to += literals
    // The last sequence has no match.
    if (at === block.length) break
    const offset = next() | (next() << 8)
    const match = lengthOf(token & MORE) + MIN_MATCH
    if (offset === 0 || offset > to || to + match > made.length)
      throw new RangeError('an LZ4 match that leads out of the data')
    // Byte by byte: what is copied may be what was copied just before.
    for (const end = to + match; to < end; to++) made[to] = made[to - offset] ?? 0
  }
  return to
}
