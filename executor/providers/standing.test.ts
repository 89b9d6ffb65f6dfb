// How a provider stands is one thing at a time, in a sentence that says what happened, what goes on and what to do.
import { expect, test } from 'vitest'
import { aboutKeys, DOWN_MS, type ProviderFacts, standingOf } from './standing.ts'

const NOW = 1_800_000_000_000

const facts = (change: Partial<ProviderFacts> = {}): ProviderFacts => ({
  name: 'acme',
  url: 'mqtts://acme.example:8883',
  conflict: 'none',
  keyset: { expires: NOW + 1 },
  wire: 'known',
  unverified: null,
  access: 'good',
  blocked: null,
  downSince: null,
  ...change,
})

test('all is well while nothing speaks against it', () => {
  expect(standingOf(facts(), NOW).status).toBe('followed')
  expect(standingOf(facts({ keyset: 'pinned' }), NOW).status).toBe('followed')
})

test.each<[string, Partial<ProviderFacts>, string, RegExp]>([
  ['two keysets of one version', { conflict: 'seen' }, 'equivocated', /two keysets .* new link/],
  [
    'a token that is refused',
    { access: 'refused' },
    'ended',
    /no longer takes .* providers remove acme/,
  ],
  [
    'a token of its own that is refused',
    { access: 'refused', keyset: 'pinned' },
    'ended',
    /init --renew/,
  ],
  ['no keyset yet', { keyset: 'missing' }, 'unverified', /no keyset of it has come/],
  ['a keyset that has ended', { keyset: { expires: NOW } }, 'unverified', /ended on 2027-01-15/],
  ['a wire that is not known', { wire: 'unknown' }, 'unverified', /update Keyside/],
  [
    'another key of the broker',
    { blocked: 'the broker has another key' },
    'unreachable',
    /another key/,
  ],
  ['a broker that is away', { downSince: NOW - DOWN_MS }, 'unreachable', /not been reached since/],
  [
    'messages of another key',
    { unverified: aboutKeys('header_not_pinned') },
    'unverified',
    /does not name/,
  ],
])('tells of %s', (_, change, status, words) => {
  const standing = standingOf(facts(change), NOW)
  expect(standing.status).toBe(status)
  expect(standing.message).toMatch(words)
  expect(standing.message, 'the trader hears that nothing is left alone').toContain(
    'what you hold of it is looked after as before',
  )
  expect(standing.message.length, 'fits a message of the chat').toBeLessThan(220)
})

test('a broker that is started anew is no news', () => {
  expect(standingOf(facts({ downSince: NOW - DOWN_MS + 1 }), NOW).status).toBe('followed')
})

test('what is worse is told first', () => {
  const all = facts({ conflict: 'seen', access: 'refused', keyset: 'missing', downSince: 0 })
  expect(standingOf(all, NOW).status).toBe('equivocated')
  expect(standingOf({ ...all, conflict: 'none' }, NOW).status).toBe('ended')
})

test('only what is wrong with a key says something about the keys', () => {
  for (const code of ['key_revoked', 'key_expired', 'key_out_of_scope', 'signature_invalid'])
    expect(aboutKeys(code)).not.toBeNull()
  for (const code of ['expired', 'topic_mismatch', 'retained_signal'])
    expect(aboutKeys(code)).toBeNull()
})
