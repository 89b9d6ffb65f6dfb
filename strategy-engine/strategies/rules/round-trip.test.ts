// Any rule reads back from its own text; any other text is answered with what is wrong, at a place in it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { condition, price, SCOPE } from '../testing/rule-texts.ts'
import { parseExpression } from './parse.ts'
import { print } from './print.ts'
import { MAX_RULE_LENGTH } from './tokens.ts'
import { FUNCTIONS } from './tree.ts'
import { WORDS } from './words.ts'

test('reads every rule back from its own text', () => {
  let ok = 0
  fc.assert(
    fc.property(fc.oneof(condition, price), (text) => {
      const read = parseExpression(text, SCOPE)
      if (!read.ok) {
        // A literal stands for a price, so that names of units and bounds alone can be wrong with such a text.
        const said = read.problems.map(({ message }) => message).join('\n')
        expect(said).toMatch(/nests|characters|parts|position|already|a number and|number from/)
        return
      }
      ok += 1
      const written = print(read.parsed.tree)
      if (written.length > MAX_RULE_LENGTH) return
      const again = parseExpression(written, SCOPE)
      if (!again.ok && again.problems.some(({ message }) => message.includes('nests'))) return
      expect(again, written).toMatchObject({ ok: true, parsed: { unit: read.parsed.unit } })
      if (!again.ok) return
      expect(again.parsed.tree).toEqual(read.parsed.tree)
      expect(print(again.parsed.tree)).toBe(written)
    }),
    { numRuns: 400 },
  )
  expect(ok).toBeGreaterThan(200)
})

const mess = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...WORDS, ...FUNCTIONS, '(', ')', ',', '[', ']', '@', '.', '%', '<', '>='),
        fc.constantFrom(
          '1h',
          '2',
          '1.5',
          'BTC/USDT',
          'and',
          '-',
          'highest since entry',
          'nope',
          '$',
          '=',
        ),
      ),
      { maxLength: 30 },
    )
    .map((words) => words.join(' ')),
)

test('answers any text with a rule or with places in it', () => {
  fc.assert(
    fc.property(mess, fc.boolean(), (text, flag) => {
      const read = parseExpression(text, { ...SCOPE, trade: flag, distance: flag })
      if (read.ok) return
      expect(read.problems.length).toBeGreaterThan(0)
      for (const { at, message } of read.problems) {
        expect(at).toBeGreaterThanOrEqual(0)
        expect(at).toBeLessThanOrEqual(text.length)
        expect(message).not.toBe('')
      }
    }),
    { numRuns: 2_000 },
  )
})
