// What cannot be an API key is refused before anything is asked, in words that do not repeat it.
import { systemClock } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { binance } from '../binance/dialect.ts'
import { type ApiKeys, credentialsOf, normalizeKeys } from './api-keys.ts'
import { VenueAdapter } from './venue-adapter.ts'

const KEYS: ApiKeys = { apiKey: 'CanaryKey', secret: 'CanarySecret' }
const log = { info: () => undefined, warn: () => undefined }

test.each<[string, Partial<ApiKeys>]>([
  ['no API key', { apiKey: '' }],
  ['a space in the API key', { apiKey: 'Canary Key' }],
  ['a line end behind the API key', { apiKey: 'CanaryKey\n' }],
  ['no secret', { secret: ' ' }],
  ['a space in the secret', { secret: 'Canary Secret' }],
  ['letters that no key has', { secret: 'CanarySecret\u00e9' }],
])('refuses %s, and does not say what it was', (_, change) => {
  const keys = { ...KEYS, ...change }
  const refusal = {
    code: 'exchange_key_malformed',
    message: expect.not.stringContaining('Canary'),
  }
  expect(() => new VenueAdapter(binance, { keys, clock: systemClock, log })).toThrow(
    expect.objectContaining(refusal),
  )
})

test('a private key keeps its lines, with bare ends', () => {
  const secret = '-----BEGIN PRIVATE KEY-----\r\nAAAA\r\n-----END PRIVATE KEY-----\r\n'
  expect(normalizeKeys({ ...KEYS, secret }, binance).secret).toBe(
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
  )
})

test('asks for the passphrase where the venue has one, and leaves it away elsewhere', () => {
  const needed = { credentials: ['passphrase'] } as const
  expect(() => normalizeKeys(KEYS, needed)).toThrow(/passphrase/)
  const keys = { ...KEYS, passphrase: 'some words' }
  expect(credentialsOf(normalizeKeys(keys, needed))).toMatchObject({ password: 'some words' })
  expect(credentialsOf(normalizeKeys(keys, binance))).toEqual(KEYS)
})
