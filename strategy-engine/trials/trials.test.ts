// What the chat can do with strategies, and what it cannot.
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { strategyOf, yaml } from '../testing/rules.ts'
import { MINE, openTrials, RULE } from '../testing/trials.ts'
import { trialOf } from './trial.ts'

test('a rule is shown as it was read, and runs under the name of a trial until it is dropped', async () => {
  const { trials, list, tested, files, file } = openTrials()
  expect(await trials.try(MINE)).toMatchObject({
    do: 'tried',
    name: 'mine',
    streams: ['trial-mine'],
    before: 'nothing',
    rules: [{ part: 'enter', text: 'crossover(ema(12), ema(26))' }, {}, {}, {}],
    params: [{ name: 'fast', value: 12, unit: 'number', from: 5, to: 30 }],
  })
  expect(tested).toEqual(['mine'])
  expect(existsSync(file('mine.yaml'))).toBe(false)
  expect(list()).toMatchObject({
    rows: [{ name: 'trial-mine', from: 'chat', model: { closed: 0, won: 0, percent: '0' } }],
  })
  expect(trials.show('mine')).toMatchObject({ name: 'trial-mine', from: 'chat' })
  expect(trials.drop('trial-mine')).toEqual({ do: 'dropped', name: 'mine' })
  expect(list()).toEqual({ do: 'strategies', rows: [] })
  expect(files.names).toEqual([])
})

test('a rule of alerts alone runs without an order, and without a year that would say nothing', async () => {
  const { trials, tested } = openTrials()
  const { enter: _, exit: __, size: ___, stop: ____, ...watch } = RULE
  expect(await trials.try(yaml({ ...watch, alert: 'rsi(14) > 80' }))).toMatchObject({
    do: 'tried',
    rules: [{ part: 'alert', text: 'rsi(14) > 80' }],
    backtest: { ran: 'no', code: 'trial_orders_nothing' },
  })
  expect(tested).toEqual([])
})

test('other values of its params are the same rule, with its comments where they were', async () => {
  const { trials, files } = openTrials()
  await trials.try(MINE)
  expect(await trials.tune('mine', { fast: 13 })).toMatchObject({
    do: 'tried',
    before: 'trial',
    params: [{ value: 13 }],
  })
  expect(files.read('mine')).toBe(MINE.replace('fast: 12', 'fast: 13'))
  expect(await trials.tune('mine', { fast: 31 })).toMatchObject({
    do: 'mistakes',
    problems: [{ line: 2, column: 9, message: 'params.fast: the value is not in its range' }, {}],
  })
  expect(await trials.tune('mine', { slow: 3 })).toMatchObject({ code: 'param_unknown' })
  expect(files.read('mine')).toBe(MINE.replace('fast: 12', 'fast: 13'))
})

test('a file of the device is never changed or ended: a new version of it runs beside it', async () => {
  const { trials, write, file } = openTrials()
  const own = MINE.replace('name: mine', 'name: traded')
  write('traded.yaml', own)
  expect(await trials.tune('traded', { fast: 9 })).toMatchObject({
    do: 'tried',
    streams: ['trial-traded'],
    before: 'device',
  })
  expect(await trials.try(own.replace('2 * atr', '3 * atr'))).toMatchObject({ before: 'device' })
  expect(trials.show('traded')).toMatchObject({ from: 'device', params: [{ value: 12 }] })
  expect(trials.drop('traded')).toEqual({ do: 'dropped', name: 'traded' })
  expect(trials.drop('traded')).toMatchObject({ code: 'strategy_of_device' })
  expect(trials.show('traded')).toMatchObject({ from: 'device' })
  expect(readFileSync(file('traded.yaml'), 'utf8')).toBe(own)
})

test('what cannot run is told before anything is written', async () => {
  const { trials, files, write } = openTrials({
    isProgram: (stream) => stream === 'taken',
    trouble: ({ market }) =>
      market === 'ETH/USDT' ? { code: 'stream_moved', message: 'it was another market' } : null,
  })
  write('own.yaml', yaml({ ...RULE, name: 'trial-own' }))
  const code = async (text: string) => {
    const answer = await trials.try(text)
    return answer.do === 'refused' ? answer.code : answer.do
  }
  const { market: _, ...open } = RULE
  const five = ['A', 'B', 'C', 'D', 'E'].map((coin) => `${coin}/USDT`).join(', ')
  expect(await code("import { strategy } from 'x'\nexport default strategy({})")).toBe(
    'trial_is_code',
  )
  expect(await code(yaml({ ...RULE, name: 'taken' }))).toBe('strategy_name_taken')
  expect(await code(yaml({ ...RULE, name: 'own' }))).toBe('strategy_name_taken')
  expect(await code(yaml({ ...RULE, name: 'x'.repeat(27) }))).toBe('trial_name_long')
  expect(await code(yaml({ ...RULE, market: 'ETH/USDT' }))).toBe('stream_moved')
  expect(await code(yaml({ ...open, markets: `[${five}]` }))).toBe('trial_markets')
  expect(await code('name: mine\nenter: [')).toBe('mistakes')
  expect(await trials.try(yaml({ ...RULE, enter: 'clsoe > 100' }))).toMatchObject({
    do: 'mistakes',
    problems: [
      { line: 4, column: 8, message: 'enter: unknown name "clsoe": did you mean "close"?' },
    ],
  })
  expect(trials.show('nothing')).toMatchObject({ code: 'strategy_unknown' })
  expect(trials.drop('nothing')).toMatchObject({ code: 'strategy_unknown' })
  expect(files.names).toEqual([])
  for (let at = 0; at < 12; at += 1) await trials.try(yaml({ ...RULE, name: `t${at}` }))
  expect(await code(MINE)).toBe('trials_full')
  expect(await code(yaml({ ...RULE, name: 't3' }))).toBe('tried')
})

test('one rule is tried at a time', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { trials, files } = openTrials({
    backtest: async () => {
      await promise
      return { ran: 'no', code: 'candles_missing', message: 'there are none' }
    },
  })
  const first = trials.try(MINE)
  expect(await trials.try(yaml(RULE))).toMatchObject({ code: 'backtest_busy' })
  resolve()
  expect(await first).toMatchObject({ do: 'tried' })
  expect(files.read('mine')).toBe(MINE)
})

test('the record of a trial is of its own signals, since its rule was last changed', async () => {
  const { trials, outbox, list } = openTrials()
  await trials.try(MINE)
  const strategy = trialOf(strategyOf(RULE))
  outbox.openStream({ name: 'trial-mine', plan: 'trial', market: 'BTC/USDT' })
  const percent = (value: string) => ({ unit: 'percent' as const, value })
  const now = Math.ceil(Date.now() / 3_600_000) * 3_600
  const sign = (hours: number, kind: 'entry' | 'exit', ref: string, value: string) => {
    const exits = kind === 'entry' ? { stop: '1', exits: {} } : {}
    const decision = { kind, size: percent(value), ref, reason: 'x', ...exits } as never
    outbox.sign({ issuer: 'home', strategy, start: now + hours * 3_600, decision })
  }
  // Before the change.
  sign(-48, 'entry', '100', '10')
  sign(-47, 'exit', '50', '100')
  // 10 % up on one half, 20 % on the other; then 5 % down.
  sign(1, 'entry', '100', '10')
  sign(2, 'exit', '110', '50')
  sign(3, 'exit', '120', '100')
  sign(4, 'entry', '90', '10')
  sign(5, 'entry', '110', '10')
  sign(6, 'exit', '95', '100')
  outbox.commit()
  expect(list()).toMatchObject({
    rows: [{ signals: 8, model: { closed: 2, won: 1, percent: '10' } }],
  })
})
