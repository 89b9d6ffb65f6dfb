// Keeps uploaded photos and reads their size, so that a message can describe them.
import { createHash } from 'node:crypto'
import { TelegramRefusal } from './refusals.ts'
import type { PhotoSize } from './wire.ts'

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Telegram's limit for a photo. */
const MAX_BYTES = 10 * 1024 * 1024

export type StoredPhoto = { size: PhotoSize; path: string; bytes: Buffer }

export class PhotoStore {
  readonly #photos = new Map<string, StoredPhoto>()

  /** The sandbox reads PNG alone, which is what the bot draws. */
  add(bytes: Buffer): PhotoSize {
    const { width, height } = measure(bytes)
    const digest = createHash('sha256').update(bytes).digest('base64url')
    const file_id = `photo-${digest}`
    const file_unique_id = digest.slice(0, 16)
    const size = { file_id, file_unique_id, file_size: bytes.length, width, height }
    this.#photos.set(file_id, { size, path: `photos/${file_unique_id}.png`, bytes })
    return size
  }

  find(fileId: string): StoredPhoto | undefined {
    return this.#photos.get(fileId)
  }

  findByPath(path: string): StoredPhoto | undefined {
    return [...this.#photos.values()].find((photo) => photo.path === path)
  }
}

function measure(bytes: Buffer): { width: number; height: number } {
  const readable = bytes.length >= 24 && bytes.subarray(0, 8).equals(PNG)
  if (!readable || bytes.length > MAX_BYTES) throw new TelegramRefusal('photoUnreadable')
  const width = bytes.readUInt32BE(16)
  const height = bytes.readUInt32BE(20)
  const ratio = Math.max(width, height) / Math.min(width, height)
  if (width + height > 10_000 || ratio > 20) throw new TelegramRefusal('photoDimensions')
  return { width, height }
}
