// What is cut is cut between characters, as a person counts them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clip, html, unlinked } from './html.ts'

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

test.each([
  'https://example.org/x?y',
  'tg://resolve?domain=x',
  'example.org',
  'me@example.org',
  '@somebody',
  '/closeall',
  '(/halt',
  '#win',
  '$BTC',
  '1.2.3.4',
  '+491701234567',
  'пример.рф',
])('no link is made of %s', (word) => {
  const styled = unlinked(`Go to ${word} <now>`, (words) => html`<i>${words}</i>`)
  expect(styled.text).toBe(`<i>Go to </i><code>${word}</code><i> &lt;now&gt;</i>`)
})

test.each(['RSI 55.2; BTC/USDT 65,000.12, +2.35 %', 'rsi(14) @ 1h > 70', 'hl2 / close'])(
  'in "%s" nothing could become one',
  (text) => expect(unlinked(text)).toEqual(html`${text}`),
)
