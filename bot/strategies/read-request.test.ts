// What a message wants of strategies, as phones write it.
import { expect, test } from 'vitest'
import { wordsAfterCommand } from '../commands/parse-message.ts'
import { stepsOf } from './param-steps.ts'
import { plainText } from './plain-text.ts'
import { readRule, readStrategyRequest } from './read-request.ts'

const RULE = 'name: mine\nmarket: BTC/USDT\ntimeframe: 1h\nenter: close > "100"\nstop: 2 %'

test.each([
  ['quotation marks', RULE.replace(/"/g, '\u201c')],
  ['spaces that do not break', RULE.replace(/ /g, '\u00a0')],
  ['invisible signs', RULE.replace(/:/g, ':\u200b\ufeff')],
  ['line ends of Windows', RULE.replace(/\n/g, '\r\n')],
  ['a line separator', RULE.replace('\n', '\u2028')],
  ['a code block', `\`\`\`yaml\n${RULE}\n\`\`\``],
  ['full-width letters', RULE.replace('close', 'ｃｌｏｓｅ')],
  ['spaces behind the lines', RULE.replace(/\n/g, '  \n')],
])('a rule with %s is the rule that was meant', (_what, text) => {
  expect(readRule(text)).toBe(RULE)
})

test('dashes, dots and comparisons that a keyboard has made are what a rule has', () => {
  expect(plainText('close − open ≥ 1 – 2 — 3 ≤ 2 × 4 ‘a’ «b»')).toBe(
    'close - open >= 1 - 2 - 3 <= 2 * 4 \'a\' "b"',
  )
  expect(plainText('# grün, €, 牛')).toBe('# grün, €, 牛')
})

test.each([
  ['/strategies', { wants: 'list' }],
  ['/strategy', { wants: 'list' }],
  ['/strategy Mine', { wants: 'show', name: 'mine' }],
  ['/strategy mine stop', { wants: 'stop', name: 'mine' }],
  ['/strategy mine end', { wants: 'stop', name: 'mine' }],
  ['/strategy mine now', { wants: 'help' }],
  ['/strategy mine stop it', { wants: 'help' }],
  ['/strategy ../mine', { wants: 'help' }],
])('%j is a request about strategies', (message, request) => {
  expect(readRule(message)).toBeNull()
  expect(readStrategyRequest(wordsAfterCommand(message))).toEqual(request)
})

test.each([
  [`/strategy\n${RULE}`, RULE],
  [`/Strategy@keyside_bot ${RULE}`, RULE],
  ['name: mine\nenter: [', 'name: mine\nenter: ['],
  [
    "import { strategy } from 'x'\nexport default 1",
    "import { strategy } from 'x'\nexport default 1",
  ],
])('%j is a rule to try', (message, rule) => {
  expect(readRule(message)).toBe(rule)
})

test.each([
  '/status',
  'hello, what is your name?',
  'name: mine',
  'I import coffee from Peru',
  'stop: 2 %\nname: mine\nenter: close > 1',
  'halt\nname: mine\nenter: close > 1',
])('%j is none', (message) => {
  expect(readRule(message)).toBeNull()
})

test('a param goes one step down and up, and stays in its range', () => {
  const param = { name: 'fast', value: 12, unit: 'number' as const, from: 5, to: 30 }
  const labels = (change: object) => stepsOf({ ...param, ...change }).map(({ label }) => label)
  expect(labels({})).toEqual(['fast 9', 'fast 15'])
  expect(labels({ value: 30 })).toEqual(['fast 27'])
  expect(labels({ value: 6 })).toEqual(['fast 5', 'fast 9'])
  expect(labels({ step: 1 })).toEqual(['fast 11', 'fast 13'])
  expect(labels({ value: 3, unit: 'percent', from: 1, to: 8, step: 0.5 })).toEqual([
    'fast 2.5 %',
    'fast 3.5 %',
  ])
  expect(labels({ value: 0.3, from: 0, to: 1, step: 0.1 })).toEqual(['fast 0.2', 'fast 0.4'])
  expect(labels({ value: 3_600, unit: 'duration', from: 0, to: 36_000 })).toEqual([
    'fast 0s',
    'fast 2h',
  ])
  expect(labels({ from: undefined })).toEqual([])
})
