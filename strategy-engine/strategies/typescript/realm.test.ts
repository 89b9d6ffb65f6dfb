// What a file in TypeScript may say, and what it is told otherwise.
import { expect, test } from 'vitest'
import { randomCandles } from '../../testing/random-candles.ts'
import { graphFor } from '../compile/code.ts'
import { Model } from '../model.ts'
import { LIMITS } from './limits.ts'
import { Realm, withEnd } from './realm.ts'
import { coded, codeText, mistakes } from './testing/code.ts'

const CANDLES = randomCandles({ length: 300, seed: 5 })

/** Indices at which it entered. */
function entries(parts: Parameters<typeof coded>[0]): number[] {
  const strategy = coded(parts)
  const graph = graphFor([strategy], '1m')
  const model = new Model(strategy, graph)
  const found: number[] = []
  for (let i = 0; i < CANDLES.length; i++) {
    graph.feed(CANDLES, i, i + 1)
    if (model.scan(0, 1) === 0 && model.decided === 'entry') found.push(i)
  }
  return found
}

test('unknown is never true, also under "not": what reads it answers nothing', () => {
  const build = "const slow = context.series('sma(50)')"
  expect(entries({ build, enter: '!(slow.value < 0)' })[0]).toBe(49)
  expect(entries({ build, enter: 'Number.isNaN(slow.value)' })).toEqual([])
  expect(entries({ build, enter: '!(slow.ago(10) < 0)' })[0]).toBe(59)
  expect(entries({ build, candle: 'slow.value', enter: 'true' })[0], 'read in candle()').toBe(49)
  expect(entries({ build, enter: 'slow.isKnown ? slow.value > 0 : true' })[0], 'asked before').toBe(
    0,
  )
  const rule = "const far = context.rule('close > sma(50)')"
  expect(entries({ build: rule, enter: '!far.holds' })[0]).toBeGreaterThanOrEqual(49)
})

test('a stop and a part of the size of its own, and a stop that is not known is no entry', () => {
  const strategy = coded({ enter: '({ reason: "so", stop: close.value * 0.01, part: 0.5 })' })
  const graph = graphFor([strategy], '1m')
  const model = new Model(strategy, graph)
  graph.feed(CANDLES, 0, 1)
  expect(model.scan(0, 1)).toBe(0)
  expect(model.stopDistance(0)).toBeCloseTo((CANDLES.close[0] ?? 0) * 0.01)
  expect(model.code).toMatchObject({ part: 0.5, entryReason: 'so' })
  expect(entries({ enter: '({ stop: 0 / 0 })' })).toEqual([])
  expect(entries({ enter: '({ stop: -1 })' }), 'refused like any stop above the price').toEqual([])
})

test('without a reason of its own it names what it read, and a reason is one line of ASCII', () => {
  const reasonOf = (enter: string) => {
    const strategy = coded({ build: "const slow = context.series('sma(5)')", enter })
    const graph = graphFor([strategy], '1m')
    const model = new Model(strategy, graph)
    for (let i = 0; i < 9; i++) graph.feed(CANDLES, i, i + 1)
    return model.code?.entryReason
  }
  expect(reasonOf('slow.value > close.value || close.value > 0')).toMatch(
    /^sma\(5\) \d+\.\d\d, close \d+\.\d\d$/,
  )
  expect(reasonOf('"\\u2191 up\\n" + "x".repeat(1e6)')).toMatch(/^\? up\?x{195}$/)
})

test.each([
  ['undefined', 'return', /enter\(\) gave undefined: expected true, false, a reason, or/],
  ['a number', 'return 1', /enter\(\) gave 1: expected/],
  ['NaN', 'return NaN', /enter\(\) gave null: expected/],
  ['a promise', 'return (async () => true)()', /enter\(\) gave \{\}: expected/],
  ['another key', 'return { size: 5 }', /enter\(\) gave "size": expected reason, stop and part/],
  ['a part above one', 'return { part: 3 }', /part 3: expected a number above 0 and at most 1/],
  ['a stop as text', 'return { stop: "2 %" }', /the stop 2 %: expected a distance, a number/],
  [
    'an error',
    'throw new RangeError("too far")',
    /coded\.ts: the strategy threw RangeError: too far at line 11/,
  ],
  [
    'something that cannot be shown',
    'throw { get name() { throw 1 } }',
    /threw something that cannot be shown/,
  ],
  [
    'a recursion without end',
    'const f = () => f(); return f()',
    /threw RangeError: Maximum call stack/,
  ],
])('an answer that is %s is told', (_, enter, sentence) => {
  expect(() => entries({ enter })).toThrow(sentence)
  expect(() => entries({ enter })).toThrow(expect.objectContaining({ code: 'strategy_failed' }))
})

test('candle() gives nothing back, and a series is asked for in build() alone', () => {
  expect(() => entries({ candle: 'return 1' })).toThrow('candle() gives nothing back')
  expect(() => entries({ enter: "context.series('sma(5)').value > 1" })).toThrow(
    'is called in build()',
  )
  expect(mistakes(codeText({ build: 'close.value' }))[0]).toContain(
    'no value before the first candle',
  )
})

test('a loop without end is ended: at the top, in build, and at a candle', () => {
  const END = 'did not come to an end within 0.1 s'
  expect(() => new Realm('a.ts', codeText({ above: 'for (;;) ;' }), LIMITS, 100)).toThrow(END)
  const realm = new Realm('a.ts', codeText({ build: 'for (;;) ;' }), LIMITS, 100)
  const about = { market: 'BTC/USDT', timeframe: '1m', params: {}, adds: false, again: false }
  expect(() => realm.build(about)).toThrow(END)
  expect(() => withEnd(() => entries({ enter: 'for (;;) ; return true' }), 100)).toThrow(END)
})

test.each([
  ['an import', "import fs from 'node:fs'", /line 1: a strategy imports types alone/],
  [
    'a late import',
    codeText({ above: "const fs = import('node:fs')" }),
    /line 2: a strategy imports types alone/,
  ],
  ['no default export', 'const a = 1', /expected "export default", once/],
  ['two exports', 'export const a = 1\nexport default {}', /and no other export/],
  ['no strategy', 'export default 5', /the default export is no strategy/],
  ['no build', 'export default { name: "a" }', /there is no "build\(context\)"/],
  ['no TypeScript', 'export default { name: = 5 }', /cannot read it as TypeScript/],
  ['an enum', 'enum A { b }\nexport default {}', /enum is not supported/],
  ['a file too long', `${'/'.repeat(33_000)}`, /at most 32768 characters/],
  [
    'build without enter',
    codeText({}).replace('enter:', 'entry:'),
    /gives back an object with the function "enter"/,
  ],
  [
    'enter as a rule',
    codeText({ keys: "enter: 'close > 1'," }),
    /enter: it is a function of what build\(\) gives back/,
  ],
  [
    'a function among the keys',
    codeText({ keys: 'plan: () => 1,' }),
    /"plan" is a function: expected a text/,
  ],
  [
    'an unknown key',
    codeText({ keys: "stopp: '2 %'," }),
    /line 5, column 3: stopp: unknown key "stopp": did you mean "stop"\?/,
  ],
  [
    'a mistake in a value',
    codeText({ keys: "cooldown: '2 %'," }),
    /cooldown: expected a time such as "2h", got "2 %"/,
  ],
  [
    'an unknown indicator',
    codeText({ build: "context.series('emma(9)')" }),
    /line 8, column 21: series: unknown name "emma": did you mean "ema"\?/,
  ],
  [
    'a condition as a series',
    codeText({ build: "context.series('close > 1')" }),
    /ask for it with rule\(\)/,
  ],
  ['a value as a rule', codeText({ build: "context.rule('close')" }), /expected a condition/],
  ['an unknown param', codeText({ build: "context.param('slow')" }), /there is no param "slow"/],
  [
    'too many series',
    codeText({ build: 'for (let n = 2; n < 200; n++) context.indicator("sma", [n])' }),
    /100 different series at most/,
  ],
])('%s is a mistake with a sentence', (_, text, sentence) => {
  expect(mistakes(text).join('\n')).toMatch(sentence)
})

test('nothing but the language is there', () => {
  for (const name of [
    'process',
    'require',
    'fetch',
    'setTimeout',
    'console',
    'WebAssembly',
    'Float64Array',
    'Promise',
  ])
    expect(mistakes(codeText({ build: name })).join('\n')).toContain(
      `has no ${name}: it decides by candles alone`,
    )
  expect(mistakes(codeText({ build: 'globalThis.process' })).join('\n')).toContain('has no process')
  for (const name of ['Float16Array', 'Uint8ClampedArray', 'escape', 'DisposableStack'])
    expect(() => coded({ build: `if (typeof ${name} !== 'undefined') throw 1` })).not.toThrow()
  expect(() => coded({ build: "if (typeof global !== 'undefined') throw 1" })).not.toThrow()
})
