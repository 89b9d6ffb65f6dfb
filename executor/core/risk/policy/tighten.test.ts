import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadPolicy } from '../../../policy/load.ts'
import { NO_TIGHTENINGS, type Tightenings } from '../../model/tightenings.ts'
import { DEFAULT_POLICY } from './default.ts'
import { changeable, withSetting } from './one-setting.ts'
import type { Policy } from './schema.ts'
import { isTighterOrEqual, policyInForce, tightened } from './tighten.ts'

function policyOf(...changes: [string | RegExp, string][]): Policy {
  const text = changes.reduce((all, [from, to]) => all.replace(from, to), DEFAULT_POLICY)
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new Error(loaded.message)
  return loaded.policy
}

const start = policyOf()
const of = (settings: Record<string, string>, first = 1): Tightenings => {
  const rows = Object.entries(settings).map(
    ([name, to], index) => [name, { to, number: first + index }] as const,
  )
  return { last: first + rows.length - 1, settings: Object.fromEntries(rows) }
}

test('what can be changed is written as policy.yaml has it, and set to itself changes nothing', () => {
  for (const policy of [start, policyOf([/approval: always/, 'approval: above 200'])]) {
    for (const { setting, to } of changeable(policy)) {
      expect([setting, withSetting(policy, setting, to)]).toEqual([setting, policy])
      expect(tightened(policy, setting, to)).toBeNull()
    }
  }
})

test('lower is tighter, and takes along what may not be larger', () => {
  expect(tightened(start, 'limits.day', '300')?.changes).toMatchObject([
    { setting: 'limits.order', from: '500 USDT', to: '300 USDT' },
    { setting: 'limits.hour', from: '1000 USDT', to: '300 USDT' },
    { setting: 'limits.day', from: '2000 USDT', to: '300 USDT' },
  ])
  const asks = policyOf([/approval: always/, 'approval: never'])
  expect(tightened(asks, 'approval', 'always')?.changes).toHaveLength(1)
  expect(tightened(start, 'code_above', '200')?.policy.codeAbove).toBe('200')
  expect(
    tightened(start, 'streams.home/ema-cross.allocation', '10')?.policy.streams.get(
      'home/ema-cross',
    ),
  ).toMatchObject({ allocation: '10' })
})

test.each([
  ['limits.day', '2001'],
  ['limits.order', '501'],
  ['approval', 'never'],
  ['approval', 'above 1'],
  ['collar', '0.6 %'],
  ['max_stop_distance', 'optional'],
  ['streams.home/ema-cross.allocation', '1000.01'],
  ['streams.home/new.allocation', '1'],
  ['markets.SOL/USDT', 'allowed'],
])('%s %s is not tighter, and is never taken', (setting, to) => {
  expect(withSetting(start, setting, to)).not.toBeNull()
  expect(tightened(start, setting, to)).toBeNull()
  expect(policyInForce(start, of({ [setting]: to }))).toEqual(start)
})

test.each(['0', '-1', 'NaN', '1e3', '٣', '5,00', 'Infinity', '', ' ', '1'.repeat(30), '0x10'])(
  'a limit cannot be %j',
  (to) => {
    expect(withSetting(start, 'limits.day', to)).toBeNull()
  },
)

test.each([
  'currency',
  'real_money',
  'unproved_venue',
  'loosening_delay',
  'exit_collar',
  'limits.constructor',
  'streams.home/x.map',
  'toString',
])('%s is nothing that the chat can set', (setting) => {
  for (const to of ['yes', 'EUR', '1s', '1 %', '5'])
    expect(withSetting(start, setting, to)).toBeNull()
})

test('the policy in force is the tighter of both, whatever the file says later', () => {
  const chat = of({ 'limits.day': '800', approval: 'always' })
  expect(policyInForce(start, chat).limits).toMatchObject({ day: '800', hour: '800', order: '500' })
  const lower = policyOf([/day: 2000/, 'day: 700'], [/hour: 1000/, 'hour: 700'])
  expect(policyInForce(lower, chat).limits.day).toBe('700')
  const higher = policyOf([/day: 2000/, 'day: 9000'], [/approval: always/, 'approval: never'])
  expect(policyInForce(higher, chat)).toMatchObject({ limits: { day: '800' }, approval: 'always' })
})

test('it is reckoned once for the decisions between two changes', () => {
  const chat = of({ 'limits.day': '800' })
  expect(policyInForce(start, chat)).toBe(policyInForce(start, { ...chat }))
  expect(policyInForce(start, of({ 'limits.day': '700' })).limits.day).toBe('700')
  expect(policyInForce(start, chat).limits.day).toBe('800')
})

test('a policy that was accepted later takes the place of what the chat had changed by then, and of no more', () => {
  const chat = of({ 'limits.day': '800', collar: '0.1 %' })
  expect(policyInForce(start, chat, 1)).toMatchObject({
    limits: { day: '2000' },
    collar: { entry: '0.1' },
  })
  expect(policyInForce(start, chat, 2)).toEqual(start)
  expect(policyInForce(start, NO_TIGHTENINGS)).toBe(start)
})

test('whatever the chat has said, it allows nothing that the accepted policy does not', () => {
  const name = fc.constantFrom(
    ...changeable(start).map(({ setting }) => setting),
    'markets.SOL/USDT',
    'streams.home/b.allocation',
  )
  const to = fc.oneof(
    fc.integer({ min: -5, max: 5000 }).map(String),
    fc.double({ min: 0, max: 9, noNaN: true }).map((value) => `${value.toFixed(3)} %`),
    fc.constantFrom('always', 'never', 'allowed', 'optional', 'above 100', 'above 0'),
    fc.string({ maxLength: 8 }),
  )
  const said = fc.dictionary(name, to, { maxKeys: 8 })
  fc.assert(
    fc.property(said, fc.nat(8), (all, ended) => {
      const inForce = policyInForce(start, of(all), ended)
      expect(isTighterOrEqual(start, inForce)).toBe(true)
    }),
    { seed: 1, numRuns: 500 },
  )
})
