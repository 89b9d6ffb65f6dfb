// The trader's authenticator, after RFC 4226 and RFC 6238 on its own, so that the executor is not asked about itself.
import { createHmac } from 'node:crypto'

const STEP_MS = 30_000

/** Six digits. */
export function codeAt(secret: Uint8Array, now: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP_MS)))
  const hash = createHmac('sha1', secret).update(counter).digest()
  const at = (hash.at(-1) ?? 0) & 15
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
