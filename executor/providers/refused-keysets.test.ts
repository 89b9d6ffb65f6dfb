// What is told of a keyset that was not taken: whose fault it is, what it changes, and what to do; once.
import { expect, test } from 'vitest'
import { RefusedKeysets } from './refused-keysets.ts'

const refused = (code: string, message = 'why') => ({ code, message })

test('whatever the root has not signed is one thing, told once, until a keyset is taken', () => {
  const keysets = new RefusedKeysets()
  const stranger = [
    'header_not_pinned',
    'signature_invalid',
    'keyset_root_unknown',
    'claims_invalid',
  ]
  const told = stranger.map((code) => keysets.tell(refused(code)))
  expect(told[0]).toMatchObject({ code: 'keyset_signatures_missing' })
  expect(told[0]?.message).toMatch(/not signed.*not taken.*tell the provider/)
  expect(told.slice(1)).toEqual([null, null, null])
  keysets.onTaken()
  expect(keysets.tell(refused('header_not_pinned'))).not.toBeNull()
})

test('an older one, and one of its own root that cannot be used, are other things', () => {
  const keysets = new RefusedKeysets()
  keysets.tell(refused('header_not_pinned'))
  expect(keysets.tell(refused('keyset_version_old'))?.message).toMatch(/older .* not taken/)
  const ended = keysets.tell(refused('keyset_expired', 'expired 7 s ago'))
  expect(ended?.message).toMatch(/expired 7 s ago.*ask the provider/)
})
