// MQTT's client and its broker write packets with one library, which makes a table of all numbers of two bytes before its first
// packet: 65,536 objects, 8 MB and 20 ms of CPU in each program. Two bytes are written as fast without it.
import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** To be called before the first packet. */
export function keepNoNumberTable(): void {
  const { writeToStream }: typeof import('mqtt-packet') = load('mqtt-packet')
  writeToStream.cacheNumbers = false
}
