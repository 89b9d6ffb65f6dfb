// What is cut is cut between characters, as a person counts them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clip } from './html.ts'

test.each([
  ['a pair', `${'a'.repeat(148)}😀${'b'.repeat(30)}`, 150, `${'a'.repeat(148)}…`],
  ['a pair that fits', `${'a'.repeat(147)}😀${'b'.repeat(30)}`, 150, `${'a'.repeat(147)}😀…`],
  ['a family', `ab👨‍👩‍👧 and more`, 8, 'ab…'],
  ['a flag', 'ab🇩🇪 and more', 6, 'ab…'],
  ['a letter with its accent', 'abe\u0301 and more', 4, 'ab…'],
  ['what fits', 'ab😀', 4, 'ab😀'],
])('%s is kept whole or left out', (_, text, most, kept) => {
  expect(clip(text, most)).toBe(kept)
})

test('whatever is cut stays well-formed and within its length', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 60 })
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 60 }), (text, most) => {
      const cut = clip(text, most)
      expect(cut.isWellFormed()).toBe(true)
      expect(cut.length).toBeLessThanOrEqual(most)
      expect(text.startsWith(cut.replace(/…$/, '')) || text === cut).toBe(true)
    }),
  )
})
