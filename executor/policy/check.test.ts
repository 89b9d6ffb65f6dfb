// The verdict on one order: each rule allows, each rule refuses, and nothing slips by undecided.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { check, judge, RULES, weigh } from './check.ts'
import { ALLOWED, book, entry, exit, NOW, order, policy, REFUSED } from './rules/cases.ts'
import type { Policy } from './schema.ts'
import type { Question, Rule } from './types.ts'

/** The verdict's tag, or `allow`. */
function verdict(question: Question, rules: Partial<Policy> = {}): string {
  const answer = check(question, { ...policy, ...rules })
  return answer.verdict === 'allow' ? 'allow' : `${answer.verdict} ${answer.tag}`
}

test.each(ALLOWED)('%s allows %s', (_, __, question, rules) => {
  expect(verdict(question, rules)).toBe('allow')
})

test.each(REFUSED)('%s refuses %s', (tag, _, question, rules) => {
  expect(verdict(question, rules)).toBe(`deny ${tag}`)
})

test('confirm.above asks for an entry above the amount, and always when told so', () => {
  expect(verdict(entry, { approval: { above: '499.99' } })).toBe('confirm confirm.above')
  expect(verdict(entry, { approval: 'always' })).toBe('confirm confirm.above')
})

test('every rule has a case that it allows and one that it refuses or asks about', () => {
  const tags = RULES.map(({ tag }) => tag).sort()
  expect([...new Set(ALLOWED.map(([tag]) => tag))].sort()).toEqual(tags)
  expect([...new Set([...REFUSED.map(([tag]) => tag), 'confirm.above'])].sort()).toEqual(tags)
})

test('any deny wins over a question to the trader', () => {
  expect(verdict({ ...entry, headAt: null }, { approval: 'always' })).toBe('deny hb.deadman')
  const ask = { verdict: 'confirm', tag: 'a', reason: '' } as const
  const no = { verdict: 'deny', tag: 'b', reason: '' } as const
  expect(weigh([null, ask, no])).toBe(no)
  expect(weigh([no, ask])).toBe(no)
  expect(weigh([null, ask])).toBe(ask)
})

test('an approval lifts no other rule', () => {
  for (const [tag, what, question, rules] of REFUSED)
    if (tag !== 'time.expiry')
      expect(verdict({ ...question, approved: true }, rules), what).toBe(`deny ${tag}`)
})

test('a rule that throws denies with its tag', () => {
  const broken: Rule = {
    tag: 'broken',
    check: () => {
      throw new Error('out of order')
    },
  }
  expect(judge(broken, entry, policy)).toEqual({
    verdict: 'deny',
    tag: 'broken',
    reason: 'the rule could not decide (out of order): refused',
  })
})

test('a rule that answers with a word that does not exist denies', () => {
  const check = (() => ({ verdict: 'allow', tag: 'x', reason: '' })) as unknown as Rule['check']
  expect(judge({ tag: 'odd', check }, entry, policy)).toMatchObject({ verdict: 'deny', tag: 'odd' })
})

test('an entry is denied when any one part of the question is missing', () => {
  for (const part of Object.keys(entry)) {
    // Without approval `until` is not looked at, and no approval is the strict case.
    const question = {
      ...entry,
      approved: part === 'until',
      [part]: undefined,
    } as unknown as Question
    const expected = part === 'approved' ? 'allow' : 'deny'
    expect(check(question, policy).verdict, part).toBe(expected)
  }
})

test('an exit is denied when a part that it depends on is missing', () => {
  for (const part of ['now', 'order', 'kind', 'rules', 'quote', 'held', 'unknownOnMarket'])
    expect(check({ ...exit, [part]: undefined } as unknown as Question, policy).verdict, part).toBe(
      'deny',
    )
})

test('an entry is denied when any number in the question is not a number', () => {
  for (const bad of ['NaN', '-1', '1e3', '0x10', '1,5', '\uff11', ' 1', '', null, 5]) {
    const text = bad as string
    for (const change of [
      order({ amount: text }),
      order({ price: text }),
      book({ bid: text }),
      book({ ask: text }),
      { held: { amount: '0', cost: text } },
      { used: { today: text, sentLastMinute: [] } },
    ])
      expect(check({ ...entry, ...change }, policy).verdict, JSON.stringify([bad, change])).toBe(
        'deny',
      )
  }
})

test('reasons are one line, short enough for a report', () => {
  for (const [, what, question, rules] of REFUSED) {
    const answer = check(question, { ...policy, ...rules })
    expect(answer.verdict === 'allow' ? '' : answer.reason, what).toMatch(/^[^\n]{20,500}$/)
  }
})

test('whatever is asked, an allowed entry is inside every limit', () => {
  const cents = fc.integer({ min: 0, max: 300_000 }).map((n) => (n / 100).toFixed(2))
  const any = fc.record({
    price: fc.integer({ min: 4_900_000, max: 5_060_000 }),
    steps: fc.integer({ min: 1, max: 2000 }),
    today: cents,
    cost: cents,
    age: fc.integer({ min: -5000, max: 20_000 }),
  })
  let allowed = 0
  fc.assert(
    fc.property(any, ({ price, steps, today, cost, age }) => {
      const question: Question = {
        ...entry,
        ...order({ amount: (steps / 100_000).toFixed(5), price: (price / 100).toFixed(2) }),
        used: { today, sentLastMinute: [] },
        held: { amount: '0', cost },
        signedAt: NOW - age,
      }
      if (check(question, policy).verdict !== 'allow') return
      allowed += 1
      const value = BigInt(price) * BigInt(steps) // 1e-7 USDT
      const scaled = (text: string) => BigInt(Math.round(Number(text) * 100)) * 100_000n
      expect(value <= scaled('500')).toBe(true)
      expect(value + scaled(today) <= scaled('2000')).toBe(true)
      expect(value + scaled(cost) <= scaled('1000')).toBe(true)
      expect(price <= 5_025_000).toBe(true)
      expect(age <= 10_000).toBe(true)
    }),
    { numRuns: 3000 },
  )
  expect(allowed).toBeGreaterThan(100)
})
