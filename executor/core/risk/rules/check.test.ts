// The verdict on one order: each rule allows, each rule refuses, and nothing slips by undecided.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unplanned } from '../plan/result.ts'
import type { Policy } from '../policy/schema.ts'
import { ALLOWED, REFUSED } from '../testing/cases.ts'
import { entry, exit, held, market, NOW, order, policy, quoted, used } from '../testing/inputs.ts'
import { ASKED, RISK_ALLOWED, RISK_REFUSED } from '../testing/risk-cases.ts'
import { check, combine, judge, RULES } from './check.ts'
import { confirm, deny, type RiskInput, type Rule } from './rule.ts'

/** The verdict's tag, or `allow`. */
function verdict(question: RiskInput, rules: Partial<Policy> = {}): string {
  const answer = check(question, { ...policy, ...rules })
  return answer.verdict === 'allow' ? 'allow' : `${answer.verdict} ${answer.tag}`
}

const EVERY_ALLOWED = [...ALLOWED, ...RISK_ALLOWED]
const EVERY_REFUSED = [...REFUSED, ...RISK_REFUSED]

test.each(EVERY_ALLOWED)('%s allows %s', (_, __, question, rules) => {
  expect(verdict(question, rules)).toBe('allow')
})

test.each(EVERY_REFUSED)('%s refuses %s', (tag, _, question, rules) => {
  expect(verdict(question, rules)).toBe(`deny ${tag}`)
})

test.each(ASKED)('%s asks about %s, once', (tag, _, question, rules) => {
  expect(verdict(question, rules)).toBe(`confirm ${tag}`)
  expect(verdict({ ...question, approved: 'coded' }, rules)).toBe('allow')
})

test('an answer that is none of the words is none', () => {
  const odd = { ...entry, approved: true as unknown as 'tapped' }
  expect(verdict(odd, { approval: 'always' })).toBe('confirm confirm.above')
})

test('every rule has a case that it allows and one that it refuses or asks about', () => {
  const tags = RULES.map(({ tag }) => tag).sort()
  expect([...new Set(EVERY_ALLOWED.map(([tag]) => tag))].sort()).toEqual(tags)
  expect([...new Set([...EVERY_REFUSED, ...ASKED].map(([tag]) => tag))].sort()).toEqual(tags)
})

test('any deny wins over a question to the trader', () => {
  expect(verdict({ ...entry, headAt: null }, { approval: 'always' })).toBe('deny hb.deadman')
  const ask = { verdict: 'confirm', tag: 'a', reason: '' } as const
  const no = { verdict: 'deny', tag: 'b', reason: '' } as const
  expect(combine([null, ask, no])).toBe(no)
  expect(combine([no, ask])).toBe(no)
  expect(combine([null, ask])).toBe(ask)
})

test('an approval lifts no other rule', () => {
  for (const [tag, what, question, rules] of EVERY_REFUSED)
    if (tag !== 'time.expiry' && tag !== 'confirm.code')
      expect(verdict({ ...question, approved: 'tapped' }, rules), what).toBe(`deny ${tag}`)
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
    // Without approval `validUntil` is not looked at, and no approval is the strict case.
    const question = {
      ...entry,
      approved: part === 'validUntil' ? 'tapped' : 'no',
      [part]: undefined,
    } as unknown as RiskInput
    const expected = { approved: 'allow', signal: 'confirm', soldAt: 'confirm' }[part] ?? 'deny'
    expect(check(question, policy).verdict, part).toBe(expected)
  }
})

test('an exit is denied when a part that it depends on is missing', () => {
  for (const part of ['now', 'order', 'kind', 'rules', 'quote', 'held', 'unknownOnMarket'])
    expect(
      check({ ...exit, [part]: undefined } as unknown as RiskInput, policy).verdict,
      part,
    ).toBe('deny')
})

test('an entry is denied when any number in the question is not a number', () => {
  for (const bad of ['NaN', '-1', '1e3', '0x10', '1,5', '\uff11', ' 1', '', null, 5]) {
    const text = bad as string
    for (const change of [
      order({ amount: text }),
      order({ price: text }),
      quoted({ bid: text }),
      quoted({ ask: text }),
      held({ cost: text }),
      used({ today: text }),
    ])
      expect(check({ ...entry, ...change }, policy).verdict, JSON.stringify([bad, change])).toBe(
        'deny',
      )
  }
})

test('reasons are one line, short enough for a report', () => {
  for (const [, what, question, rules] of EVERY_REFUSED) {
    const answer = check(question, { ...policy, ...rules })
    expect(answer.verdict === 'allow' ? '' : answer.reason, what).toMatch(/^[^\n]{20,500}$/)
  }
})

test('whatever is asked, an allowed entry is inside every limit', () => {
  const cents = fc.integer({ min: 0, max: 150_000 }).map((n) => (n / 100).toFixed(2))
  const any = fc.record({
    price: fc.integer({ min: 4_900_000, max: 5_060_000 }),
    steps: fc.integer({ min: 1, max: 1100 }),
    today: fc.integer({ min: 0, max: 2500 }).map(String),
    hour: cents,
    cost: cents,
    onMarket: cents,
    below: fc.integer({ min: 0, max: 400 }),
    age: fc.integer({ min: -5000, max: 20_000 }),
  })
  let allowed = 0
  fc.assert(
    fc.property(any, ({ price, steps, today, hour, cost, onMarket, below, age }) => {
      const question: RiskInput = {
        ...entry,
        ...order({ amount: (steps / 100_000).toFixed(5), price: (price / 100).toFixed(2) }),
        ...market({ asks: [['1', '1000000']] }),
        ...used({ today, hour }),
        ...held({ cost, onMarket }),
        stop: ((price * (10_000 - below)) / 1_000_000).toFixed(6),
        signedAt: NOW - age,
      }
      if (check(question, policy).verdict !== 'allow') return
      allowed += 1
      const value = BigInt(price) * BigInt(steps) // 1e-7 USDT
      const scaled = (text: string) => BigInt(Math.round(Number(text) * 100)) * 100_000n
      expect(value <= scaled('500')).toBe(true)
      expect(value + scaled(today) <= scaled('2000')).toBe(true)
      expect(value + scaled(hour) <= scaled('1000')).toBe(true)
      expect(value + scaled(cost) <= scaled('1000')).toBe(true)
      expect(value + scaled(onMarket) <= scaled('1000')).toBe(true)
      expect(below).toBeLessThanOrEqual(300)
      expect(price <= 5_025_000).toBe(true)
      expect(age <= 10_000).toBe(true)
    }),
    { numRuns: 3000 },
  )
  expect(allowed).toBeGreaterThan(30)
})

test('a reason says amounts as a person writes them', () => {
  const rule = { tag: 'size.max' }
  for (const result of [deny(rule, 'got 0.30000000: less'), confirm(rule, 'got 0.30000000: less')])
    expect(result?.reason).toBe('got 0.3: less')
  expect(unplanned('size_zero', 'got 0.30000000: more')).toMatchObject({ message: 'got 0.3: more' })
})
