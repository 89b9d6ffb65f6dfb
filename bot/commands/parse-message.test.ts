// A halt is recognized by its first word, and only "halt sell" sells.
import { expect, test } from 'vitest'
import { parseMessage, wordsAfterCommand } from './parse-message.ts'

test.each([
  'halt',
  'Halt',
  'HALT',
  '/halt',
  '/HALT',
  '/halt@keyside_bot',
  '/HALT@Keyside_Bot',
  '@keyside_bot halt',
  'stop',
  '/stop',
  'STOP!!!',
  'stop!!!11',
  'STOPPPP',
  'haaalt',
  '  \n halt',
  '\u00a0\u200bhalt\u200e',
  '/ halt',
  '//halt',
  '🛑 STOP',
  '❗️❗️Halt❗️',
  '„Halt!“',
  'ｈａｌｔ',
  'stop stop stop',
  'Halt! HALT!!',
  'halt…',
  'halt?',
])('%j halts, and nothing of it is left ignored', (text) => {
  expect(parseMessage(text)).toEqual({ asks: 'halt', sells: false, ignored: '' })
})

test.each(['/halt sell', 'halt sell', '/HALT SELL', '/halt@keyside_bot Sell!!', ' Halt\n sell. '])(
  '%j halts and sells',
  (text) => {
    expect(parseMessage(text)).toEqual({ asks: 'halt', sells: true, ignored: '' })
  },
)

test.each([
  ['/halt sell please', 'sell please'],
  ['halt, do not sell', ', do not sell'],
  ['halt sell?', 'sell?'],
  ['/halt_sell', '_sell'],
  ['/halt selling', 'selling'],
  ['/halt sell BTC', 'sell BTC'],
  ['/stop sell', 'sell'],
  ['STOP  buying\nnow', 'buying now'],
  ['halt now', 'now'],
])('%j halts, sells nothing, and knows what it has not done', (text, ignored) => {
  expect(parseMessage(text)).toEqual({ asks: 'halt', sells: false, ignored })
})

test.each([
  ['/halt north', { sells: false, ignored: '', device: 'north' }],
  ['HALT North!', { sells: false, ignored: '', device: 'north' }],
  ['halt north sell', { sells: true, ignored: '', device: 'north' }],
  ['/stop north sell', { sells: false, ignored: 'sell', device: 'north' }],
  ['/halt north and south', { sells: false, ignored: 'north and south' }],
  ['/halt sell north', { sells: false, ignored: 'sell north' }],
  ['/halt west', { sells: false, ignored: 'west' }],
  ['/halt', { sells: false, ignored: '' }],
])(
  'of several devices %j halts one if it names that one and nothing else, and all otherwise',
  (text, read) => {
    expect(parseMessage(text, ['north', 'south'])).toEqual({ asks: 'halt', ...read })
  },
)

test.each([
  ['/STATUS', 'status'],
  ['/Pause', 'pause'],
  [' /pause now', 'pause'],
  ['/Status@Keyside_Bot', 'status'],
  ['/hlat', 'hlat'],
])('%j is the command %s', (text, name) => {
  expect(parseMessage(text)).toEqual({ asks: 'command', name })
})

test.each([
  ['please stop', true],
  ['I said HALT', true],
  ['halting problem', false],
  ['nonstop', false],
  ['hello', false],
  ['123456', false],
  ['', false],
])('%j asks for nothing; a halt further back is noticed: %s', (text, meantHalt) => {
  expect(parseMessage(text)).toEqual({ asks: 'nothing', meantHalt })
})

test.each(['', '\u200e', '\u200f', '\u2066', '\ufeff', '\u200b'])(
  'what %j does to a command is nothing: its words are the same',
  (sign) => {
    const text = `${sign}/pause${sign} ${sign}BTC/USDT${sign}\u00a0${sign}2h${sign}`
    expect(parseMessage(text)).toEqual({ asks: 'command', name: 'pause' })
    expect(wordsAfterCommand(text)).toEqual(['btc/usdt', '2h'])
  },
)
