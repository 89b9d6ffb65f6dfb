import { expect, test } from 'vitest'
import { keysetNews } from './keyset-news.ts'

type Claims = Parameters<typeof keysetNews>[1]

const ADDRESS = { url: 'mqtts://a.example:8883', tls: 'ca' } as const
const main = { plan: 'main', about: 'all', markets: ['BTC/USDT'] }
const other = { plan: 'other', about: 'others', markets: [] }

function claims(change: Partial<Claims> = {}): Claims {
  return {
    iss: 'acme',
    aud: 'executors',
    iat: 1,
    exp: 2,
    jti: 'j',
    version: 1,
    roots: [],
    keys: [{ key: 'k', kinds: ['signal'] }],
    revoked: [],
    plans: [main, other],
    addresses: [ADDRESS],
    wire: [{ version: 1 }],
    ...change,
  }
}

const agreed = { plans: ['main'], terms: new Map([['main', 1]]) }
const news = (before: Partial<Claims>, after: Partial<Claims>) =>
  keysetNews(claims(before), claims(after), agreed)
const withTerms = (version: number) => ({
  plans: [{ ...main, terms: { version, text: 'You may lose all of it.' } }, other],
})

test('a keyset that was only renewed has no news, and a first one has none', () => {
  expect(news({}, { version: 2, iat: 3, exp: 4 })).toBe('')
  expect(keysetNews(null, claims(), agreed)).toBe('')
})

test('other keys, another place, other markets and the end of a plan are said', () => {
  expect(news({}, { keys: [] })).toBe('other keys')
  const moved = { addresses: [ADDRESS, { ...ADDRESS, url: 'mqtts://b.example:8883' }] }
  expect(news({}, moved)).toBe(
    'its broker is at mqtts://a.example:8883, or at mqtts://b.example:8883',
  )
  expect(news({}, { plans: [{ ...main, markets: ['ETH/USDT'] }, other] })).toContain('ETH/USDT')
  expect(news({}, { plans: [other] })).toContain('the plan main is no more')
})

test('another root is said with its fingerprint, as it is to be compared', () => {
  const root = { keys: ['a'.repeat(43)], threshold: 1 }
  expect(news({}, { roots: [root] })).toMatch(
    /^another root, with the fingerprint (\S{4} ){10}\S{3}$/,
  )
  expect(news({ roots: [root] }, { roots: [root], version: 2 })).toBe('')
})

test('terms that were not accepted are said with their version, once, and those of another plan are not', () => {
  expect(news({}, withTerms(1)), 'they were accepted').toBe('')
  expect(news(withTerms(1), withTerms(2))).toMatch(/terms of version 2; .*version 1/)
  expect(news(withTerms(2), withTerms(2))).toBe('')
  const others = { plans: [main, { ...other, terms: { version: 9, text: 'x' } }] }
  expect(news({}, others)).toBe('')
})

test('however much is new, it fits a line', () => {
  const markets = Array.from({ length: 64 }, (_, at) => `COIN${at}/USDT`)
  expect(news({}, { plans: [{ ...main, markets }, other] })).toHaveLength(300)
})
