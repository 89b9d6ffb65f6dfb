// What the vectors cannot say: other audiences, other topics, mutations without end, and keys that are refused.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBase64url } from './base64url.ts'
import { signal } from './claims/signal.ts'
import { keyring } from './keyring.ts'
import { enrolKey, portablePublicKey, portableSigningKey } from './keys.ts'
import { KINDS } from './kinds.ts'
import { publicKey, signingKey } from './node.ts'
import { sign } from './sign.ts'
import * as good from './vectors/claims.ts'
import { AUTHORITY, BOT, ENGINE } from './vectors/keys.ts'
import { type Expected, verify } from './verify.ts'

const ring = keyring([
  { key: publicKey(ENGINE.key.publicKey), issuer: 'home', kinds: ['signal', 'head'] },
  { key: publicKey(BOT.key.publicKey), issuer: 'bot', kinds: ['command', 'approval'] },
])
const token = sign('signal', good.entry, ENGINE.key)
const expected: Expected<'signal'> = {
  kinds: ['signal'],
  audience: 'executors',
  now: good.NOW,
  topic: 'keyside/v1/signal/home/trend',
}

test('verifies a command only for the device it names', () => {
  const command = sign('command', good.command, BOT.key)
  const topic = 'keyside/v1/command/device'
  const ask = (audience: string) =>
    verify(command, ring, { kinds: ['command', 'approval'], audience, now: good.NOW, topic })
  expect(ask('device')).toMatchObject({ ok: true, kind: 'command' })
  expect(ask('device-2')).toMatchObject({ ok: false, code: 'audience_mismatch' })
})

test('refuses a signal that comes on the topic of another plan', () => {
  const topic = 'keyside/v1/signal/home/reversion'
  expect(verify(token, ring, { ...expected, topic })).toMatchObject({ code: 'topic_mismatch' })
})

test('a life that is a little too long is shown as longer than what is allowed', () => {
  const exp = good.entry.iat + 60.0000005
  const long = sign('signal', { ...good.entry, exp }, ENGINE.key)
  expect(verify(long, ring, expected)).toMatchObject({
    code: 'life_too_long',
    message: 'lives 60.001 s, expected more than 0 and at most 60 s',
  })
})

test('accepts a token issued ahead of this clock by no more than the skew', () => {
  const at = (now: number) => verify(token, ring, { ...expected, now })
  expect(at(good.entry.iat - 5)).toMatchObject({ ok: true })
  expect(at(good.entry.iat - 5.001)).toMatchObject({ code: 'issued_in_future' })
})

test('accepts until the last millisecond before it expires', () => {
  const at = (now: number) => verify(token, ring, { ...expected, now })
  expect(at(good.entry.exp - 0.001)).toMatchObject({ ok: true })
  expect(at(good.entry.exp)).toMatchObject({ code: 'expired' })
})

test('never verifies a token that differs in one character, and never throws', () => {
  const characters = fc.constantFrom(
    ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ \n\u0000é',
  )
  fc.assert(
    fc.property(fc.nat(token.length - 1), characters, (at, character) => {
      const forged = token.slice(0, at) + character + token.slice(at + 1)
      fc.pre(forged !== token)
      expect(verify(forged, ring, expected).ok).toBe(false)
    }),
    { numRuns: 2000 },
  )
})

test('never verifies a token that lost, gained or moved a part, and never throws', () => {
  fc.assert(
    fc.property(fc.nat(token.length), fc.nat(token.length), fc.string(), (from, to, text) => {
      const forged = token.slice(0, from) + text + token.slice(to)
      fc.pre(forged !== token)
      expect(verify(forged, ring, expected).ok).toBe(false)
    }),
    { numRuns: 2000 },
  )
})

test('signs the same claims to the same bytes with either implementation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
      const native = sign('signal', good.entry, signingKey(seed))
      expect(native).toBe(sign('signal', good.entry, portableSigningKey(seed)))
    }),
    { numRuns: 20 },
  )
})

test('throws instead of signing what no verifier would accept', () => {
  const wrong = { ...good.entry, market: 'btc/usdt' }
  expect(() => sign('signal', wrong, ENGINE.key)).toThrow('expected a symbol')
  const publish = Array.from({ length: 32 }, (_, at) => `keyside/v1/${'x'.repeat(200)}/${at}`)
  const long = { ...good.access, acl: { publish, subscribe: [] } }
  expect(() => sign('access', long, AUTHORITY.key)).toThrow('at most 4096 characters')
  const unreadable: [string, string][] = [
    ['\u0085', 'json_malformed'],
    ['constructor', 'json_forbidden_name'],
  ]
  for (const [name, fault] of unreadable) {
    const claims = { ...good.entry, ext: { [name]: 'x' } }
    expect(() => sign('signal', claims, ENGINE.key)).toThrow(fault)
  }
})

test('the compiled schema of a signal says what the schema says, of good claims and of wrong ones', () => {
  const { schema } = KINDS.signal
  const wrong = [null, true, '', 'x', '0', '-1', '1e3', 0, -1, 1.5, 1e12, Number.NaN, [], {}, [{}]]
  const odd = [
    undefined,
    ...wrong,
    '\u0085',
    'BTC/USDT',
    'entry',
    'exit',
    'stop',
    'sell',
    'limit',
    '100',
  ]
  const each = [good.entry, good.limitEntry, good.exit, good.movedStop, good.extended]
  for (const claims of each)
    for (const name of [...Object.keys(signal.shape), 'unknown', '__proto__'])
      for (const value of odd) {
        const changed = { ...claims }
        Object.defineProperty(changed, name, { value, enumerable: true, configurable: true })
        for (const one of [changed, { ...changed, size: { ...claims.size, [name]: value } }])
          expect(schema.safeParse(one)).toEqual(signal.safeParse(one))
      }
  expect(schema).not.toBe(signal)
  for (const one of wrong) expect(schema.safeParse(one)).toEqual(signal.safeParse(one))
})

/** The eight points of small order (RFC 7748 section 7 tells why they matter), and encodings that are not canonical. */
const BAD_KEYS = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0200000000000000000000000000000000000000000000000000000000000000',
]

test.each(BAD_KEYS)('refuses to enrol the key %s', (hex) => {
  const key = encodeBase64url(Uint8Array.fromHex(hex))
  expect(enrolKey(key)).toMatchObject({ ok: false, code: 'key_refused' })
  expect(() => publicKey(key)).toThrow(RangeError)
})

test.each([
  '',
  'AA',
  `${ENGINE.key.publicKey}A`,
  `${ENGINE.key.publicKey}=`,
  ` ${ENGINE.key.publicKey}`,
])('refuses to enrol the text "%s"', (text) => {
  expect(enrolKey(text)).toMatchObject({ ok: false, code: 'key_refused' })
})

test('both verifiers say the same of good and of forged signatures', () => {
  const key = signingKey(new Uint8Array(32).fill(9))
  const [native, portable] = [publicKey(key.publicKey), portablePublicKey(key.publicKey)]
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.nat(511),
      fc.boolean(),
      (message, bit, flip) => {
        const signature = Uint8Array.from(key.sign(message))
        if (flip) signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(native.verify(message, signature)).toBe(!flip)
        expect(portable.verify(message, signature)).toBe(!flip)
      },
    ),
    { numRuns: 200 },
  )
})
