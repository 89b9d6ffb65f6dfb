import { expect, test } from 'vitest'
import { type StreamRow, streamsText } from './streams.ts'

const NOW = Date.parse('2026-11-23T20:05:00Z')
const row: StreamRow = {
  stream: 'acme/trend',
  market: 'BTC/USDT',
  seq: 41,
  headAgeMs: 4000,
  plan: 'main',
  position: 'long',
  last: { kind: 'entry', at: NOW / 1000 - 720 },
  paused: 'yes',
  use: { used: '497.05', limit: '5000' },
  record: null,
}

function told(change: Partial<StreamRow> = {}) {
  return streamsText([{ ...row, ...change }], { currency: 'USDT', now: NOW }).text
}

test('a stream is told with its provider, plan, allocation and last signal', () => {
  expect(told()).toBe(`<b>Streams</b>, in USDT
⏸ <b>acme/trend</b> · BTC/USDT
Provider acme, plan main
heard 4 s ago, its model is long
Signal 41: entry, 12 min ago
Uses 497.05 of 5,000
No sale yet`)
})

test('what is not known of a stream is not made up', () => {
  const silent = { headAgeMs: null, plan: undefined, position: undefined, last: undefined }
  expect(told({ ...silent, stream: 'home/mine', seq: 0 })).toContain(
    'Your own engine\n🔇 never heard\nNo signal yet',
  )
  expect(told(silent)).toContain('Signal 41 came before this device listened')
})
