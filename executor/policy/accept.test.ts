// Accepting a policy: one changed byte counts, and every change is called what it is.
import { expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../core/risk/policy/default.ts'
import { difference } from '../core/risk/policy/difference.ts'
import { type Policy, policySchema } from '../core/risk/policy/schema.ts'
import { settings } from '../core/risk/policy/settings.ts'
import { acceptedPolicy, policyHash } from './accept.ts'
import { loadPolicy } from './load.ts'

function policy(...changes: readonly (readonly [string, string])[]): Policy {
  const text = changes.reduce((before, [from, to]) => {
    expect(before).toContain(from)
    return before.replaceAll(from, to)
  }, DEFAULT_POLICY)
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new Error(loaded.message)
  return loaded.policy
}

const ORDER = 'order: 500 '
const start = policy()

test('gives the policy out when its hash was accepted', () => {
  expect(acceptedPolicy(DEFAULT_POLICY, policyHash(DEFAULT_POLICY))).toMatchObject({ ok: true })
})

test('refuses a policy that differs in one byte, even in a remark', () => {
  const accepted = policyHash(DEFAULT_POLICY)
  for (const text of [`${DEFAULT_POLICY}#`, DEFAULT_POLICY.replace('500', '501')])
    expect(acceptedPolicy(text, accepted)).toMatchObject({
      ok: false,
      code: 'policy_not_accepted',
      message: expect.stringContaining('keyside policy accept'),
    })
})

test('refuses any policy before the first was accepted', () => {
  expect(acceptedPolicy(DEFAULT_POLICY, null)).toMatchObject({ code: 'policy_not_accepted' })
})

test('refuses an invalid policy even when its hash was accepted', () => {
  expect(acceptedPolicy('', policyHash(''))).toMatchObject({ ok: false, code: 'policy_empty' })
})

test.each([
  [ORDER, 'order: 600 ', 'limits.order', 'loosens', '500 USDT', '600 USDT'],
  [ORDER, 'order: 400 ', 'limits.order', 'tightens', '500 USDT', '400 USDT'],
  ['day: 2000 ', 'day: 2000.01', 'limits.day', 'loosens', '2000 USDT', '2000.01 USDT'],
  ['minute: 6', 'minute: 5', 'limits.orders_per_minute', 'tightens', '6', '5'],
  [
    'allocation: 1000',
    'allocation: 999',
    'streams.home/ema-cross.allocation',
    'tightens',
    '1000 USDT',
    '999 USDT',
  ],
  ['\ncollar: 0.5 %', '\ncollar: 0.6 %', 'collar', 'loosens', '0.5 %', '0.6 %'],
  ['exit_collar: 2 %', 'exit_collar: 1 %', 'exit_collar', 'tightens', '2 %', '1 %'],
  ['max_signal_age: 10s', 'max_signal_age: 1m', 'max_signal_age', 'loosens', '10 s', '60 s'],
  ['timeout: 1h', 'timeout: 30m', 'approval_timeout', 'tightens', '3600 s', '1800 s'],
  ['hour: 1000 ', 'hour: 1001 ', 'limits.hour', 'loosens', '1000 USDT', '1001 USDT'],
  ['position: 1000 ', 'position: 999 ', 'limits.position', 'tightens', '1000 USDT', '999 USDT'],
  ['per_day: 60', 'per_day: 61', 'limits.orders_per_day', 'loosens', '60', '61'],
  ['round_trips: 10', 'round_trips: 9', 'limits.round_trips', 'tightens', '10', '9'],
  ['day_loss: 100 ', 'day_loss: 101 ', 'limits.day_loss', 'loosens', '100 USDT', '101 USDT'],
  ['drawdown: 300 ', 'drawdown: 299 ', 'limits.drawdown', 'tightens', '300 USDT', '299 USDT'],
  ['spread: 0.1 %', 'spread: 0.2 %', 'spread', 'loosens', '0.1 %', '0.2 %'],
  [
    'volume: 50000000',
    'volume: 49999999',
    'liquidity.volume',
    'loosens',
    'at least 50000000 USDT',
    'at least 49999999 USDT',
  ],
  ['depth: 20', 'depth: 21', 'liquidity.depth', 'tightens', 'at least 20', 'at least 21'],
  ['distance: 3 %', 'distance: 4 %', 'max_stop_distance', 'loosens', '3 %', '4 %'],
  ['distance: 3 %', 'distance: optional', 'max_stop_distance', 'loosens', '3 %', 'optional'],
  ['fat_finger: 5 ', 'fat_finger: 6 ', 'fat_finger', 'loosens', '5', '6'],
  ['window: 60s', 'window: 30s', 'duplicate_window', 'loosens', 'at least 60 s', 'at least 30 s'],
  ['window: 60s', 'window: never', 'duplicate_window', 'loosens', 'at least 60 s', 'never'],
  [
    'cooldown: 5m',
    'cooldown: 1h',
    'reentry_cooldown',
    'tightens',
    'at least 300 s',
    'at least 3600 s',
  ],
  ['code_above: never', 'code_above: 500', 'code_above', 'tightens', 'never', '500 USDT'],
  ['silence: never', 'silence: 60m', 'close_on_silence', 'tightens', 'never', '3600 s'],
  ['delay: 24h', 'delay: 1h', 'loosening_delay', 'loosens', 'at least 86400 s', 'at least 3600 s'],
  ['real_money: no', 'real_money: yes', 'real_money', 'loosens', 'no', 'yes'],
  ['venue: ask', 'venue: accept', 'unproved_venue', 'loosens', 'ask', 'accept'],
  [
    'allocation: 1000 }',
    'allocation: 1000, lifetime_budget: 9000 }',
    'streams.home/ema-cross.lifetime_budget',
    'tightens',
    'unlimited',
    '9000 USDT',
  ],
  ['approval: always', 'approval: above 200', 'approval', 'loosens', 'always', 'above 200 USDT'],
  ['approval: always', 'approval: never', 'approval', 'loosens', 'always', 'never'],
  [
    '1000 }',
    '1000, markets: [BTC/USDT] }',
    'streams.home/ema-cross.markets.ETH/USDT',
    'tightens',
    'allowed',
    null,
  ],
])('names the change from %j to %j', (from, to, setting, effect, before, after) => {
  expect(difference(start, policy([from, to]))).toEqual([
    { setting, effect, from: before, to: after },
  ])
})

test('knows that approval above an amount is between always and never', () => {
  const above = policy(['approval: always', 'approval: above 200'])
  const never = policy(['approval: always', 'approval: never'])
  expect(difference(above, never)).toMatchObject([{ effect: 'loosens' }])
  expect(difference(never, above)).toMatchObject([{ effect: 'tightens' }])
  expect(difference(above, start)).toMatchObject([{ effect: 'tightens' }])
})

test('calls a new market and a new stream loosening, and their loss tightening', () => {
  const more = policy(
    ['ETH/USDT]', 'ETH/USDT, SOL/USDT]'],
    ['1000 }', '1000 }\n  home/other: { allocation: 5, markets: [BTC/USDT] }'],
  )
  const names = [
    'markets.SOL/USDT',
    'streams.home/ema-cross.markets.SOL/USDT',
    'streams.home/other.allocation',
    'streams.home/other.lifetime_budget',
    'streams.home/other.markets.BTC/USDT',
  ]
  const loosened = difference(start, more)
  expect(loosened.map(({ setting }) => setting).sort()).toEqual(names)
  expect(new Set(loosened.map(({ effect }) => effect))).toEqual(new Set(['loosens']))
  expect(new Set(difference(more, start).map(({ effect }) => effect))).toEqual(
    new Set(['tightens']),
  )
})

test('never calls an amount in another currency tighter: 400 BTC is not less than 500 USDT', () => {
  const other = policy(
    ['USDT', 'BTC'],
    ['markets: [BTC/BTC, ETH/BTC]', 'markets: [SOL/BTC]'],
    [ORDER, 'order: 400 '],
  )
  const order = difference(start, other).find(({ setting }) => setting === 'limits.order')
  expect(order).toEqual({
    setting: 'limits.order',
    effect: 'changes',
    from: '500 USDT',
    to: '400 BTC',
  })
})

test('knows every key of the file: a change that it overlooks would count at once', () => {
  const { version: _, ...keys } = policySchema.in.shape
  const { limits, streams, liquidity, ...rest } = keys
  const mapped = policy([
    'home/ema-cross: { allocation: 1000 }',
    'home/ema-cross: { allocation: 1000, map: { BTC/EUR: BTC/USDT } }',
  ])
  const names = settings(mapped).map(({ name }) => name)
  const wanted = [
    ...Object.keys(rest),
    ...Object.keys(limits.shape).map((key) => `limits.${key}`),
    ...Object.keys(liquidity.def.innerType.shape).map((key) => `liquidity.${key}`),
    ...Object.keys(streams.out.valueType.shape).map((key) => `streams.home/ema-cross.${key}`),
  ]
  for (const key of wanted)
    expect(
      names.some((name) => name === key || name.startsWith(`${key}.`)),
      key,
    ).toBe(true)
})

test('finds nothing between two files that say the same', () => {
  expect(difference(start, policy([ORDER, 'order: 500.0 '], ['# ', '#  ']))).toEqual([])
})

test('calls everything in the first policy loosening', () => {
  const effects = difference(null, start).map(({ effect }) => effect)
  expect(effects.length).toBeGreaterThan(8)
  expect(new Set(effects)).toEqual(new Set(['loosens']))
})
