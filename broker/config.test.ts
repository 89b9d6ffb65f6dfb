import { expect, test } from 'vitest'
import { brokerConfig } from './config.ts'
import { authority } from './testing/fixture.ts'

test('asks for nothing but the key of the access authority', () => {
  const config = brokerConfig.parse({ authority: authority.publicKey })
  expect(config).toMatchObject({ id: 'broker', host: '127.0.0.1', port: 1883, wsPort: 8083 })
  expect(config.limits).toMatchObject({ maxPacketBytes: 16_384, maxTopicLevels: 8 })
})

test.each([
  ['no authority', {}],
  ['a key of small order', { authority: 'A'.repeat(43) }],
  [
    'a key that is no point of the curve',
    { authority: 'AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
  ],
  ['an unknown word', { authority: authority.publicKey, prot: 1 }],
  ['an unknown limit', { authority: authority.publicKey, limits: { maxPackets: 1 } }],
  ['a port that is none', { authority: authority.publicKey, port: 70_000 }],
  ['no limit at all', { authority: authority.publicKey, limits: { maxConnections: 0 } }],
])('refuses %s', (_, config) => {
  expect(brokerConfig.safeParse(config).success).toBe(false)
})
