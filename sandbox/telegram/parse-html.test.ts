// Telegram's HTML: what it means and what it refuses.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatText } from './formatted-text.ts'
import { parseHtml } from './parse-html.ts'
import { TelegramRefusal } from './refusals.ts'

test('turns tags into entities counted in UTF-16 units', () => {
  expect(parseHtml('😀 <b>bold <i>both</i></b> <a href="https://a.b/?x=1&amp;y">link</a>')).toEqual(
    {
      text: '😀 bold both link',
      entities: [
        { type: 'bold', offset: 3, length: 9 },
        { type: 'italic', offset: 8, length: 4 },
        { type: 'text_link', offset: 13, length: 4, url: 'https://a.b/?x=1&y' },
      ],
    },
  )
})

test.for([
  ['<strong>x</strong>', { type: 'bold' }],
  ['<em>x</em>', { type: 'italic' }],
  ['<u>x</u>', { type: 'underline' }],
  ['<del>x</del>', { type: 'strikethrough' }],
  ['<tg-spoiler>x</tg-spoiler>', { type: 'spoiler' }],
  ['<span class="tg-spoiler">x</span>', { type: 'spoiler' }],
  ['<code>x</code>', { type: 'code' }],
  ['<pre>x</pre>', { type: 'pre' }],
  ['<pre><code class="language-ts">x</code></pre>', { type: 'pre', language: 'ts' }],
  ['<blockquote>x</blockquote>', { type: 'blockquote' }],
  ['<blockquote expandable>x</blockquote>', { type: 'expandable_blockquote' }],
] as const)('reads %s', ([html, entity]) => {
  expect(parseHtml(html)).toEqual({ text: 'x', entities: [{ ...entity, offset: 0, length: 1 }] })
})

test('decodes four names and numbers and leaves every other ampersand', () => {
  expect(parseHtml('&lt;b&gt; &amp;amp; &quot; &#65;&#x42; &nbsp; AT&T').text).toBe(
    '<b> &amp; " AB &nbsp; AT&T',
  )
})

test('shows a link with a dangerous scheme as plain text', () => {
  expect(parseHtml('<a href="javascript:alert(1)">x</a>')).toEqual({ text: 'x', entities: [] })
})

test.for([
  ['<script>x</script>', 'Unsupported start tag "script" at byte offset 0'],
  ['1 < 2', 'Unclosed start tag at byte offset 2'],
  ['1 < 2 > 0', 'Unsupported start tag "" at byte offset 2'],
  ['é<p>', 'Unsupported start tag "p" at byte offset 2'],
  ['<__proto__>x', 'Unsupported start tag "__proto__" at byte offset 0'],
  ['<b>x', 'Can\'t find end tag corresponding to start tag "b"'],
  ['<b>x</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
  ['x</b>', 'Unexpected end tag at byte offset 1'],
  ['<b>x</b', 'Unclosed end tag at byte offset 4'],
  ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
] as const)('refuses %s', ([html, sentence]) => {
  expect(() => parseHtml(html)).toThrow(`Bad Request: can't parse entities: ${sentence}`)
})

test('finds commands and links of plain text, but not inside code', () => {
  const { text, entities } = formatText({
    text: '  /halt or <code>/close</code> BTC/USDT, see https://a.b/c <b> </b>',
    parse_mode: 'HTML',
  })
  const found = entities.map(({ type, offset, length }) => [
    type,
    text.slice(offset, offset + length),
  ])
  expect(found).toEqual([
    ['bot_command', '/halt'],
    ['code', '/close'],
    ['url', 'https://a.b/c'],
  ])
})

test('every text either parses into entities inside it or is refused by name', () => {
  const pieces = fc.constantFrom(
    '<b>',
    '</b>',
    '<a href="https://x.y">',
    '</a>',
    '<',
    '&lt;',
    '&',
    ' ',
    '😀',
    'é',
    '<code>',
    '</code>',
    '>',
    '"',
  )
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      try {
        const { text, entities } = formatText({ text: parts.join(''), parse_mode: 'HTML' })
        return entities.every(
          ({ offset, length }) => length > 0 && offset >= 0 && offset + length <= text.length,
        )
      } catch (error) {
        return error instanceof TelegramRefusal
      }
    }),
  )
})

test('escaped text survives the way through HTML unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
      expect(parseHtml(escaped)).toEqual({ text, entities: [] })
    }),
  )
})
