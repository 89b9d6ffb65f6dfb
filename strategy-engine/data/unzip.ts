// The one file inside a ZIP archive (PKWARE's APPNOTE.TXT), as public archives of candles have it.
import { crc32, inflateRawSync } from 'node:zlib'

const END = 0x06054b50
const END_BYTES = 22
const MAX_COMMENT = 65_535
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const STORED = 0
const DEFLATED = 8
const ENCRYPTED = 1
/** Above a month of seconds, and JavaScript has no longer texts. */
const MAX_BYTES = 500_000_000

export type Unzipped =
  | { readonly ok: true; readonly bytes: Buffer }
  /** A clause that says what is wrong. */
  | { readonly ok: false; readonly what: string }

export function unzip(archive: Buffer): Unzipped {
  try {
    return entryOf(archive)
  } catch (error) {
    // A number that leads out of the archive, or data that do not inflate.
    if (error instanceof RangeError || (error instanceof Error && 'code' in error))
      return { ok: false, what: 'the archive is cut off or damaged' }
    throw error
  }
}

function entryOf(archive: Buffer): Unzipped {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  if (
    end < 0 ||
    end < archive.length - END_BYTES - MAX_COMMENT ||
    archive.readUInt32LE(end) !== END
  )
    return { ok: false, what: 'the archive is cut off or damaged' }
  const entries = archive.readUInt16LE(end + 10)
  if (entries !== 1)
    return { ok: false, what: `there are ${entries} files in the archive, not one` }
  const entry = archive.readUInt32LE(end + 16)
  if (archive.readUInt32LE(entry) !== ENTRY) return { ok: false, what: 'the archive is damaged' }
  const method = archive.readUInt16LE(entry + 10)
  const isEncrypted = (archive.readUInt16LE(entry + 8) & ENCRYPTED) !== 0
  const sum = archive.readUInt32LE(entry + 16)
  const packed = archive.readUInt32LE(entry + 20)
  const size = archive.readUInt32LE(entry + 24)
  if (isEncrypted || (method !== STORED && method !== DEFLATED) || size > MAX_BYTES)
    return { ok: false, what: 'the archive is encrypted, or of a kind that is not read here' }
  const local = archive.readUInt32LE(entry + 42)
  if (archive.readUInt32LE(local) !== LOCAL) return { ok: false, what: 'the archive is damaged' }
  const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const data = archive.subarray(begin, begin + packed)
  const bytes = method === STORED ? data : inflateRawSync(data, { maxOutputLength: size || 1 })
  if (bytes.length !== size || crc32(bytes) !== sum)
    return { ok: false, what: 'the archive is damaged: its checksum differs' }
  return { ok: true, bytes }
}
