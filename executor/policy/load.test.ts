// policy.yaml: what a trader may write, and every slip that is refused instead of guessed at.
import { expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../core/risk/policy/default.ts'
import { loadPolicy } from './load.ts'

const SHORT = `version: 1
currency: USDT
markets: [BTC/USDT]
streams:
  home/ema-cross: { allocation: 1000 }
limits: { order: 500, day: 2000 }
`

/** The short policy with one piece of text replaced. */
function changed(from: string, to: string): string {
  expect(SHORT).toContain(from)
  return SHORT.replace(from, to)
}

function refusal(text: string): string {
  const loaded = loadPolicy(text)
  return loaded.ok ? 'loaded' : loaded.message
}

const CAREFUL = {
  collar: { entry: '0.5', exit: '2' },
  spread: '0.1',
  liquidity: { volume: '50000000', depth: 20 },
  maxStopDistance: '3',
  fatFinger: 5,
  duplicateWindowMs: 60_000,
  reentryCooldownMs: 300_000,
  maxSignalAgeMs: 10_000,
  approval: 'always',
  approvalTimeoutMs: 3_600_000,
  codeAbove: 'never',
  closeOnSilenceMs: 'never',
  looseningDelayMs: 86_400_000,
  realMoney: 'no',
  unprovedVenue: 'ask',
  trials: 'none',
} as const

test('reads the policy a trader starts from', () => {
  expect(loadPolicy(DEFAULT_POLICY)).toEqual({
    ok: true,
    policy: {
      currency: 'USDT',
      markets: ['BTC/USDT', 'ETH/USDT'],
      streams: new Map([
        [
          'home/ema-cross',
          {
            allocation: '1000',
            lifetimeBudget: 'unlimited',
            markets: ['BTC/USDT', 'ETH/USDT'],
            map: new Map(),
          },
        ],
      ]),
      limits: {
        order: '500',
        position: '1000',
        hour: '1000',
        day: '2000',
        ordersPerMinute: 6,
        ordersPerDay: 60,
        roundTrips: 10,
        dayLoss: '100',
        drawdown: '300',
      },
      ...CAREFUL,
    },
  })
})

test('fills in the careful value for every key that may be left out', () => {
  expect(loadPolicy(SHORT)).toMatchObject({
    policy: {
      streams: new Map([
        ['home/ema-cross', { lifetimeBudget: 'unlimited', markets: ['BTC/USDT'] }],
      ]),
      limits: {
        position: '1000',
        hour: '2000',
        ordersPerMinute: 6,
        ordersPerDay: 60,
        roundTrips: 10,
        dayLoss: '100',
        drawdown: '300',
      },
      ...CAREFUL,
    },
  })
})

test('reads amounts as they are written, without a float between', () => {
  const text = changed('order: 500', 'order: 499.100000000001')
  expect(loadPolicy(text)).toMatchObject({ policy: { limits: { order: '499.100000000001' } } })
  expect(loadPolicy(changed('1000', '"1000.5"'))).toMatchObject({ ok: true })
})

test('takes the three ways to ask for approval', () => {
  for (const [text, approval] of [
    ['always', 'always'],
    ['never', 'never'],
    ['above 200', { above: '200' }],
  ] as const)
    expect(loadPolicy(`${SHORT}approval: ${text}\n`)).toMatchObject({ policy: { approval } })
})

test('gives a stream a part of the markets when asked to', () => {
  const text = changed('1000 }', '1000, markets: [BTC/USDT] }').replace('[BTC', '[ETH/USDT, BTC')
  const loaded = loadPolicy(text)
  expect(loaded.ok && loaded.policy.streams.get('home/ema-cross')?.markets).toEqual(['BTC/USDT'])
})

test.each(['', ' \n\n', '# nothing but a remark\n'])('an empty file %j allows nothing', (text) => {
  expect(loadPolicy(text)).toEqual({
    ok: false,
    code: 'policy_empty',
    line: 1,
    message: 'the policy is empty and allows nothing: write one as docs/policy.md shows',
  })
})

test('refuses an empty list, with its line: one that allows nothing is a mistake or a halt', () => {
  const none = /an empty list lets nothing be bought, and "keyside halt" does that$/
  const markets = refusal(changed('[BTC/USDT]', '[]'))
  expect(markets).toMatch(/^policy\.yaml, line 3, markets: expected at least one market/)
  expect(markets).toMatch(none)
  const own = refusal(changed('{ allocation: 1000 }', '{ allocation: 1000, markets: [] }'))
  expect(own).toMatch(
    /^policy\.yaml, line 5, streams\.home\/ema-cross\.markets: expected at least one/,
  )
  const streams = changed('streams:\n  home/ema-cross: { allocation: 1000 }', 'streams:')
  expect(refusal(streams)).toMatch(
    /^policy\.yaml, line 4, streams: expected a line for each stream that you follow/,
  )
})

test('before a provider is followed nobody may trade, if the policy says so', () => {
  const streams = changed('streams:\n  home/ema-cross: { allocation: 1000 }', 'streams: {}')
  const loaded = loadPolicy(streams)
  expect(loaded.ok && loaded.policy.streams.size).toBe(0)
})

const OTHER_SYMBOLS = {
  'a Cyrillic look-alike': 'B\u0422C/USDT',
  'a right-to-left override': '"\u202eBTC/USDT"',
  'a zero-width space': '"BTC\u200b/USDT"',
  'full-width letters (NFKC would fold them)': '\uff22\uff34\uff23/USDT',
  'a fraction slash (NFKC would fold it)': '"BTC\u2044USDT"',
  'lower case': 'btc/usdt',
  'a market id': 'BTCUSDT',
  'a trailing space': '"BTC/USDT "',
  'a trailing line end': '"BTC/USDT\\n"',
  'an injected parameter': '"BTCUSDT&side=SELL"',
  'a path': '"../BTC/USDT"',
  'a perpetual': 'BTC/USDT:USDT',
  'a wildcard': '"*"',
  'an empty name': '""',
  'a list': '[]',
}

test.each(Object.entries(OTHER_SYMBOLS))('refuses %s as a market', (_, symbol) => {
  const message = refusal(changed('[BTC/USDT]', `[${symbol}]`))
  expect(message).toMatch(/^policy\.yaml, line 3, markets: expected a market such as BTC\/USDT/)
})

test('spells out what the eye cannot see', () => {
  expect(refusal(changed('[BTC/USDT]', '[B\u0422C/USDT]'))).toContain('got "B\\u0422C/USDT"')
})

test.each([
  '-5',
  '+5',
  '0',
  '0.0',
  '1e3',
  '1,5',
  '1_000',
  '0x10',
  '\uff15\uff10\uff10',
  'NaN',
  '.nan',
  '.inf',
  'Infinity',
  '007',
  '"500 "',
  '" 500"',
  '500 USDT',
  '5 %',
  'true',
  'null',
  '~',
  '""',
  '[500]',
  '{ a: 5 }',
  '1234567890123',
  '0.1234567890123',
])('refuses %s as an amount', (text) => {
  for (const [from, line] of [
    ['500', 6],
    ['2000', 6],
    ['1000', 5],
  ] as const) {
    const quoted = text.includes(',') ? `"${text}"` : text
    expect(refusal(changed(from, quoted))).toMatch(
      new RegExp(`^policy\\.yaml, line ${line}, .*expected an amount above zero`),
    )
  }
})

test.each([
  '0.5',
  '5',
  '0.005',
  '50 %',
  '5.1 %',
  '0 %',
  '-1 %',
  '1,5 %',
  'NaN %',
  '"%"',
  '1e0 %',
  '0.5  %',
  '\uff15 %',
])('refuses %s as a collar, so that 5 and 0.05 are never mixed up', (text) => {
  expect(refusal(`${SHORT}collar: ${text}\n`)).toMatch(
    /^policy\.yaml, line 7, collar: expected (a percent with its sign)/,
  )
})

test.each([
  ['max_signal_age: 61s', 'line 7, max_signal_age: expected a time of at most 60s'],
  ['max_signal_age: 10', 'line 7, max_signal_age: expected a time of at most 60s'],
  ['max_signal_age: 0s', 'line 7, max_signal_age: expected a time of at most 60s'],
  ['max_signal_age: 1.5s', 'line 7, max_signal_age: expected a time of at most 60s'],
  ['approval_timeout: 25h', 'line 7, approval_timeout: expected a time of at most 24h'],
  [
    'approval: sometimes',
    'line 7, approval: expected always, never, or "above 200", got "sometimes"',
  ],
  ['approval: above', 'line 7, approval: expected always, never, or "above 200"'],
  ['approval: above 0', 'line 7, approval: expected always, never, or "above 200"'],
  ['approval: above -1', 'line 7, approval: expected always, never, or "above 200"'],
  ['approval: Never', 'line 7, approval: expected always, never, or "above 200"'],
  ['approval: false', 'line 7, approval: expected always, never, or "above 200"'],
  ['exit_collar: 0.4 %', 'line 7, exit_collar: expected at least the collar'],
  ['exit_collar: 21 %', 'line 7, exit_collar: expected a percent'],
  ['colar: 1 %', 'line 7, colar: unknown key "colar"'],
  ['spread: 0.1', 'line 7, spread: expected a percent with its sign'],
  ['spread: 6 %', 'line 7, spread: expected a percent with its sign, above 0 % and at most 5 %'],
  ['spread: NaN %', 'line 7, spread: expected a percent'],
  ['sperad: 1 %', 'line 7, sperad: unknown key "sperad"'],
  ['liquidity: { volume: -1 }', 'line 7, liquidity.volume: expected an amount above zero'],
  ['liquidity: { depth: 0 }', 'line 7, liquidity.depth: expected a whole number from 1 to 1000'],
  ['liquidity: { dept: 20 }', 'line 7, liquidity.dept: unknown key "dept"'],
  ['liquidity: []', 'line 7, liquidity: expected a section'],
  ['max_stop_distance: 51 %', 'line 7, max_stop_distance: expected a percent with its sign'],
  ['max_stop_distance: 0 %', 'line 7, max_stop_distance: expected a percent with its sign'],
  ['max_stop_distance: 3', 'line 7, max_stop_distance: expected a percent with its sign'],
  ['max_stop_distance: Optional', 'line 7, max_stop_distance: expected a percent with its sign'],
  ['max_stop_distance: \u043eptional', 'got "\\u043eptional"'],
  ['fat_finger: 0', 'line 7, fat_finger: expected a whole number'],
  ['fat_finger: 1.5', 'line 7, fat_finger: expected a whole number'],
  ['duplicate_window: 61s', 'line 7, duplicate_window: expected never, or a time of at most 60s'],
  ['duplicate_window: no', 'line 7, duplicate_window: expected never'],
  ['reentry_cooldown: 25h', 'line 7, reentry_cooldown: expected never, or a time of at most 24h'],
  ['reentry_cooldown: -5m', 'line 7, reentry_cooldown: expected never'],
  ['code_above: 0', 'line 7, code_above: expected never, or an amount'],
  ['code_above: NaN', 'line 7, code_above: expected never, or an amount'],
  ['code_above: always', 'line 7, code_above: expected never, or an amount'],
  ['close_on_silence: 25h', 'line 7, close_on_silence: expected never, or a time of at most 24h'],
  ['close_on_silence: []', 'line 7, close_on_silence: expected never'],
  ['loosening_delay: 169h', 'line 7, loosening_delay: expected a time of at most 168h'],
  ['loosening_delay: never', 'line 7, loosening_delay: expected a time'],
  ['unproved_venue: yes', 'line 7, unproved_venue: expected ask or accept, got "yes"'],
  ['real_money: true', 'line 7, real_money: expected yes or no, got "true"'],
  ['real_money: \uff59es', 'got "\\uff59es"'],
  ['__proto__: { a: 1 }', 'line 7, __proto__: unknown key "__proto__"'],
  ['currency: USDT', 'line 7: "currency" stands here twice'],
])('refuses the line %j', (line, message) => {
  expect(refusal(`${SHORT}${line}\n`)).toContain(message)
})

test.each([
  ['version: 1', 'version: 2', 'line 1, version: expected version: 1, got "2"'],
  ['version: 1\n', '', 'version: expected version: 1, got nothing'],
  ['currency: USDT', 'currency: usdt', 'line 2, currency: expected a currency such as USDT'],
  ['currency: USDT', 'currency: EUR', 'line 3, markets: BTC/USDT is not quoted in EUR'],
  ['[BTC/USDT]', '[BTC/USDT, BTC/USDT]', 'line 3, markets: BTC/USDT stands here twice'],
  ['[BTC/USDT]', '[BTC/USDT, USDT/USDT]', 'line 3, markets: USDT/USDT is no market'],
  ['[BTC/USDT]', 'BTC/USDT', 'line 3, markets: expected a list of markets'],
  ['home/ema-cross:', 'ema-cross:', 'line 5, streams.ema-cross: expected provider and stream'],
  ['ema-cross:', 'Ema:', 'line 5, streams.home/Ema: expected provider and stream'],
  ['home/ema-cross:', '__proto__:', 'line 5, streams.__proto__: expected provider and stream'],
  ['ema-cross:', '\u0435ma:', 'got "home/\\u0435ma"'],
  ['{ allocation: 1000 }', '1000', 'line 5, streams.home/ema-cross: expected a section'],
  ['allocation', 'alotment', 'line 5, streams.home/ema-cross.alotment: unknown key "alotment"'],
  [
    '1000 }',
    '1000, markets: [ETH/USDT] }',
    'line 5, streams.home/ema-cross.markets: ETH/USDT is not in the list',
  ],
  [
    'order: 500',
    'order: 2001',
    'line 6, limits.order: one order may not be larger than the hour or the day',
  ],
  ['order: 500, ', '', 'line 6, limits.order: expected an amount above zero'],
  [
    '2000 }',
    '2000, orders_per_minute: 0 }',
    'line 6, limits.orders_per_minute: expected a whole number',
  ],
  [
    '2000 }',
    '2000, orders_per_minute: 1.5 }',
    'line 6, limits.orders_per_minute: expected a whole number',
  ],
  ['2000 }', '2000, hour: 2001 }', 'line 6, limits.hour: one hour may not be larger than the day'],
  [
    '2000 }',
    '2000, hour: 499 }',
    'line 6, limits.order: one order may not be larger than the hour',
  ],
  ['2000 }', '2000, position: NaN }', 'line 6, limits.position: expected an amount above zero'],
  ['2000 }', '2000, day_loss: -1 }', 'line 6, limits.day_loss: expected an amount above zero'],
  ['2000 }', '2000, drawdown: 0 }', 'line 6, limits.drawdown: expected an amount above zero'],
  ['2000 }', '2000, day_los: 1 }', 'line 6, limits.day_los: unknown key "day_los"'],
  ['2000 }', '2000, orders_per_day: 10001 }', 'line 6, limits.orders_per_day: expected a whole'],
  ['2000 }', '2000, round_trips: 0 }', 'line 6, limits.round_trips: expected a whole number'],
  [
    '1000 }',
    '1000, lifetime_budget: 1e3 }',
    'line 5, streams.home/ema-cross.lifetime_budget: expected an amount',
  ],
  [
    '1000 }',
    '999999999999 }\n  home/b: { allocation: 1 }',
    'line 5, streams: the allocations add up to more than can be counted',
  ],
  ['limits:', 'limits: &a', 'loaded'],
  ['order: 500', 'order: !!int 500', 'line 6: a value that begins with "!" belongs in quotes'],
  ['order: 500, day: 2000', 'order: &a 500, day: *a', 'line 6: an alias (*a)'],
  ['version: 1', '- version: 1', 'line 2'],
])('answers %j changed to %j with the line and the reason', (from, to, message) => {
  expect(refusal(changed(from, to))).toContain(message)
})

test('follows as many streams as a status can tell of, and says how many when there are more', () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, nth) => `  home/s${nth}: { allocation: 10 }`).join('\n')
  const policy = (count: number) => changed('  home/ema-cross: { allocation: 1000 }', lines(count))
  expect(refusal(policy(64))).toBe('loaded')
  expect(refusal(policy(65))).toMatch(/line 5.*streams: expected at most 64 streams, got 65/)
})

const STREAM = '  home/ema-cross: { allocation: 1000 }'
const followed = (more: string) => changed(STREAM, `  home/a: { allocation: 1000, ${more} }`)

test('a stream may be followed on another market of the same coin; its own markets are those of its signals', () => {
  const loaded = loadPolicy(followed('map: { BTC/EUR: BTC/USDT }'))
  expect(loaded.ok && loaded.policy.streams.get('home/a')).toMatchObject({
    markets: ['BTC/USDT', 'BTC/EUR'],
    map: new Map([['BTC/EUR', 'BTC/USDT']]),
  })
  const narrow = loadPolicy(followed('markets: [BTC/EUR], map: { BTC/EUR: BTC/USDT }'))
  expect(narrow.ok && narrow.policy.streams.get('home/a')?.markets).toEqual(['BTC/EUR'])
})

test.each([
  ['{ ETH/EUR: BTC/USDT }', 'are not the same coin'],
  ['{ BTC/EUR: BTC/GBP }', 'BTC/GBP is not in the list of markets above'],
  ['{ BTC/USDT: BTC/USDT }', 'is one of your own markets'],
  ['{ BTC/EUR: BTC }', 'expected a market such as BTC/USDT'],
  ['{ btc: BTC/USDT }', 'expected a market of the signal such as BTC/USDT'],
  ['{ __proto__: BTC/USDT }', 'expected a market of the signal such as BTC/USDT'],
  ['{}', 'expected 1 to 50 lines'],
])('a map that is none is refused: %s', (map, why) => {
  expect(refusal(followed(`map: ${map}`))).toContain(why)
})
