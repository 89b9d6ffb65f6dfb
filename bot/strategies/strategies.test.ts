// Strategies in the chat: what is sent to the engine of the home, and what a phone shows of its answers.
import { signingKey } from '@keyside/protocol/node'
import { expect, test } from 'vitest'
import { drawSvg } from '../charts/draw.ts'
import { answersAt } from '../testing/answers.ts'
import { OWNER, openFixture, until } from '../testing/fixture.ts'
import type { EngineScript } from '../testing/scripted-engine.ts'
import { LIST, ONE, RULE, TRIED } from '../testing/strategy-answers.ts'
import { listText, mistakesText, strategyText, triedText, yearText } from '../texts/strategies.ts'
import { yearChart } from './year-chart.ts'

/** A claimed bot whose engine answers so, and what it was asked. */
async function withEngine(script: EngineScript) {
  const asked: unknown[] = []
  const fixture = await openFixture({
    engine: (ask) => {
      asked.push(ask)
      return script(ask)
    },
  })
  const chat = await fixture.claim()
  const says = (part: string) =>
    chat.waitForMessage(
      ({ from, text, caption }) =>
        from?.is_bot === true && `${text ?? ''}${caption ?? ''}`.includes(part),
    )
  return { fixture, chat, asked, says }
}

test('a rule is sent as it was meant, and comes back checked, with its year and its picture', async () => {
  const { chat, asked, says } = await withEngine(({ do: what }) =>
    what === 'try' || what === 'tune' ? TRIED : null,
  )
  chat.sendText(RULE.replace(/"/g, '”').replace(': 2', ':\u00a02'))
  const checked = await says('mine is right')
  expect(asked).toEqual([{ do: 'try', text: RULE }])
  expect(checked.text).toContain('trades nothing')
  expect(checked.text).toContain('keyside strategy accept mine')
  expect(checked.text).toContain('The strategy of your device goes on beside it')
  const year = await says('Result, fees off')
  expect(year.photo).toBeDefined()
  expect(year.caption).toContain('2026-11-27')
  expect(year.caption).toContain('would have ended otherwise')
  const query = chat.pressButton(checked, 'fast 15')
  expect(await chat.waitForAnswer(query)).toMatchObject({ text: 'Trying it on a year…' })
  await until(() => asked.length === 2)
  expect(asked[1]).toEqual({ do: 'tune', name: 'trial-mine', params: { fast: 15 } })
})

test('where a paper account trades trials the chat says so, and where its policy has none, how it would', async () => {
  const { fixture, chat, says } = await withEngine(({ do: what }) =>
    what === 'drop' ? { do: 'dropped', name: 'mine' } : TRIED,
  )
  const { status } = answersAt(fixture.clock.now() / 1000)
  let trials: object = { trials: '1000' }
  fixture.device.money = 'paper'
  fixture.device.answer = ({ jti, instruction }) =>
    instruction.do === 'status'
      ? { type: 'answer', to: jti, answer: { ...status, ...trials } as typeof status }
      : null
  chat.sendText('/status')
  await says('Below the best')
  chat.sendText(RULE)
  const tried = await says('on paper, on north, as trial-mine, with at most 1,000 USDT')
  expect(tried.text).toContain('For real money, at the device')
  trials = {}
  chat.sendText(RULE)
  await says('with a line trials: 1000 in its policy.yaml')
  chat.sendText('/strategy mine stop')
  await says('What it may hold on paper keeps its stop')
})

test('the list stands beside what the device has earned, and each has a button', async () => {
  const { fixture, chat, asked, says } = await withEngine(({ do: what }) => {
    if (what === 'strategies') return LIST
    return what === 'strategy' ? ONE : { do: 'dropped', name: 'mine' }
  })
  fixture.device.answer = ({ jti, instruction }) =>
    instruction.do === 'results' ? { type: 'answer', to: jti, answer: RESULTS } : null
  chat.sendText('/strategies')
  const list = await says('Strategies')
  expect(list.text).toContain('+31.2 USDT\n12 sales, 7 won')
  expect(list.text).toContain('model since 24 Nov, no fees:\n−0.25 %, 3 closed, 2 won')
  chat.pressButton(list, 'trial-mine')
  expect((await says('A trial: it trades nothing')).text).toContain('crossover')
  chat.sendText('/strategy mine stop')
  await says('The trial mine has ended')
  expect(asked).toEqual([
    { do: 'strategies' },
    { do: 'strategy', name: 'trial-mine' },
    { do: 'drop', name: 'mine' },
  ])
})

test('an answer that the pinned engine has not signed is none', async () => {
  const thief = signingKey(new Uint8Array(32).fill(99))
  const { fixture, chat, asked, says } = await withEngine(() => ({ answer: TRIED, key: thief }))
  chat.sendText(RULE)
  await until(() => fixture.log.some((line) => line.includes('header_not_pinned')))
  fixture.clock.advance(31_000)
  await says('Your engine does not answer')
  expect(asked).toHaveLength(1)
  expect(chat.messages().some(({ text }) => text?.includes('is right'))).toBe(false)
})

test('what is no request for the engine is not sent to it', async () => {
  const { fixture, chat, asked, says } = await withEngine(() => null)
  fixture.device.answer = ({ jti, instruction }) =>
    instruction.do === 'halt' ? { type: 'answer', to: jti, answer: { about: 'done' } } : null
  chat.sendText(`halt\n${RULE}`)
  await says('Halted:')
  chat.sendText(`${RULE}\n# ${'é'.repeat(3_000)}`)
  await says('This is too long for a rule')
  chat.sendText('/strategy mine away')
  await says('I did not understand that')
  const at = Math.floor(fixture.clock.now() / 1000)
  const from = { id: OWNER, is_bot: false, first_name: 'Owner' }
  const message = { message_id: 4000, from, chat: { id: OWNER, type: 'private' }, date: at }
  const document = { file_id: 'x', file_unique_id: 'x', file_name: 'mine.yaml' }
  fixture.telegram.inject({ message: { ...message, document } })
  await says('I open no files')
  fixture.telegram.inject({ message: { ...message, message_id: 4001, date: at - 200, text: RULE } })
  await says('You sent this while I was away')
  expect(asked).toEqual([])
})

test('a bot without an engine beside it says so', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  for (const text of ['/strategies', RULE]) chat.sendText(text)
  const said = () =>
    chat.messages().filter(({ text }) => text?.includes('No engine shares this home'))
  await until(() => said().length === 2)
  expect(fixture.device.asked).toEqual([])
})

const RESULTS = {
  about: 'results' as const,
  by: 'stream' as const,
  rows: [
    {
      key: 'home/ema-cross',
      currency: 'USDT',
      trades: 12,
      won: 7,
      unknown: 0,
      gain: '31.2',
      negative: false,
      paid: '3000',
      fees: {},
      feesValue: '0',
    },
  ],
}

test('nothing in monospace is wider than a phone of 360 px shows, and a caret stands under its column', () => {
  const long = `enter: ${'close > open and '.repeat(6)}clsoe > 100 ${'and close > open '.repeat(4)}`
  const column = long.indexOf('clsoe') + 1
  const problems = [
    { line: 2, column, message: 'enter: unknown name "clsoe": did you mean "close"?' },
    { line: 1, column: 7, message: 'name: wrong' },
    { line: 9, column: 1, message: 'there is no such line' },
  ]
  const mistakes = mistakesText({ do: 'mistakes', problems, more: 2 }, `name: x\n${long}`)
  const shown = [
    mistakes,
    listText(LIST, RESULTS),
    listText({ ...LIST, more: 3 }, null),
    strategyText(ONE),
    triedText(TRIED),
    yearText(TRIED),
  ]
  for (const { text } of shown)
    for (const [, block = ''] of text.matchAll(/<pre>([\s\S]*?)<\/pre>/g))
      for (const line of block.replaceAll(/&[lg]t;/g, '<').split('\n'))
        expect(line.length, line).toBeLessThanOrEqual(30)
  const blocks = [...mistakes.text.matchAll(/<pre>([\s\S]*?)<\/pre>/g)].map(([, block = '']) =>
    block.replaceAll('&gt;', '>').split('\n'),
  )
  expect(blocks).toHaveLength(2)
  const [line = '', caret = ''] = blocks[0] ?? []
  expect(line.slice(caret.indexOf('^')).startsWith('clsoe')).toBe(true)
  expect(blocks[1]).toEqual(['name: x', '      ^'])
  expect(mistakes.text).toContain('5 mistakes')
  expect(mistakes.text).toContain('and 2 more')
})

test('a rule without a backtest says why, and one of several markets which it was', () => {
  const backtest = { ran: 'no' as const, code: 'candles_missing', message: 'BTC/USDT: no candles' }
  expect(yearText({ ...TRIED, backtest }).text).toContain('could not be tried on the past')
  expect(yearChart({ ...TRIED, backtest })).toBeNull()
  const two = yearText({ ...TRIED, markets: ['BTC/USDT', 'ETH/USDT'] })
  expect(two.text).toContain('(the first of 2 markets)')
})

test('the picture of a year names its three lines, whatever they did', async () => {
  const chart = yearChart(TRIED)
  if (chart === null) throw new Error('no chart')
  const svg = await drawSvg(chart)
  for (const word of ['mine · BTC/USDT 1h', 'Rule', 'Hold', 'Fall', '-5.6'])
    expect(svg).toContain(word)
  const wild = await drawSvg({ ...chart, hold: chart.hold.map((value) => value * 100) })
  expect(wild).toContain('hold −3,870')
  expect(wild).not.toContain('Hold')
  const flat = { ...chart, own: [0], hold: [0], falls: [0] }
  expect(await drawSvg(flat)).toContain('Rule')
})
