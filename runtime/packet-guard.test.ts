// The guard passes valid traffic in any chunking, and stops a packet that announces too many bytes at once.
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { guardPackets, MAX_PACKET_BYTES } from './packet-guard.ts'

function guarded(max?: number) {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  const errors: Error[] = []
  stream.on('error', (error) => errors.push(error))
  guardPackets(stream, max)
  return { stream, errors }
}

/** An MQTT PUBLISH with `size` bytes behind its fixed header. */
function packet(size: number): Uint8Array {
  const length: number[] = []
  for (let rest = size; ; rest = Math.floor(rest / 128)) {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    if (rest < 128) break
  }
  return Uint8Array.from([0x30, ...length, ...new Uint8Array(size)])
}

test('passes packets of any allowed size, cut into chunks anywhere', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 10 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 500 }), (lengths, cut) => {
      const { stream, errors } = guarded()
      const bytes = Buffer.concat(lengths.map(packet))
      for (let at = 0; at < bytes.length; at += cut) stream.push(bytes.subarray(at, at + cut))
      expect(stream.destroyed).toBe(false)
      expect(errors).toEqual([])
      expect(stream.readableLength).toBe(bytes.length)
    }),
  )
})

test('takes a packet of exactly the limit, and none that is a byte longer', () => {
  const fits = guarded()
  fits.stream.push(packet(MAX_PACKET_BYTES - 3))
  expect(fits.stream.destroyed).toBe(false)
  const over = guarded()
  over.stream.push(packet(MAX_PACKET_BYTES - 2))
  expect(over.stream.destroyed).toBe(true)
})

test('stops a 256 MB packet at its five header bytes', () => {
  const { stream } = guarded()
  stream.push(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f))
  expect(stream.destroyed).toBe(true)
  expect(stream.readableLength).toBe(0)
})

test('stops a length of five bytes', () => {
  const { stream } = guarded(300_000_000)
  stream.push(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01))
  expect(stream.destroyed).toBe(true)
})
