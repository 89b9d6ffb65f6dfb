// What closing, protecting and taking back is read from, and the second question that it leads to.
import type { Answer, Command } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { answersAt } from '../testing/answers.ts'
import { openFixture, until } from '../testing/fixture.ts'
import { Html } from '../texts/html.ts'
import { type FollowUp, followUp } from './follow-up.ts'
import { readCommand } from './table.ts'

const NOW = 1_795_000_000
const TIMES = { sent: NOW * 1000, now: NOW * 1000 }
const ANSWERS = answersAt(NOW)

const asked = (text: string) => {
  const [name = '', ...words] = text.split(' ')
  const read = readCommand(name, words, TIMES)
  if (read === null) throw new Error('there is no such command')
  if (read instanceof Html) return read.text
  const { instruction, place } = read.spec
  return { ...instruction, ...(place !== undefined && { place }) }
}

test.each([
  ['close', { do: 'positions' }],
  ['close eth', { do: 'close', what: 'eth', percent: 100 }],
  ['close eth all', { do: 'close', what: 'eth', percent: 100 }],
  ['close acme/trend half', { do: 'close', what: 'acme/trend', percent: 50 }],
  ['close eth/usdt 30%', { do: 'close', what: 'eth/usdt', percent: 30 }],
  ['close eth 30 %', { do: 'close', what: 'eth', percent: 30 }],
  ['close eth 7', { do: 'close', what: 'eth', percent: 7 }],
  ['close all', { do: 'close', percent: 100 }],
  ['closeall', { do: 'close', percent: 100 }],
  ['closeall half', { do: 'close', percent: 50 }],
  ['protect', { do: 'positions' }],
  ['protect eth 2950', { do: 'protect', what: 'eth', to: { unit: 'price', value: '2950' } }],
  ['protect eth 0.05', { do: 'protect', what: 'eth', to: { unit: 'price', value: '0.05' } }],
  ['protect eth 2.5%', { do: 'protect', what: 'eth', to: { unit: 'percent', value: '2.5' } }],
  ['protect eth 3 %', { do: 'protect', what: 'eth', to: { unit: 'percent', value: '3' } }],
  ['breakeven eth', { do: 'protect', what: 'eth', to: { unit: 'entry' } }],
  ['cancel', { do: 'cancel' }],
  ['cancel 2', { do: 'cancel', place: 2 }],
])('"/%s" is understood', (text, instruction) => {
  expect(asked(text)).toEqual(instruction)
})

test.each([
  ['close half', 'nothing is sold'],
  ['close eth 0', 'nothing is sold'],
  ['close eth 101%', 'nothing is sold'],
  ['close eth 33.3%', 'nothing is sold'],
  ['close eth -5', 'nothing is sold'],
  ['close eth now please', 'nothing is sold'],
  ['close <b>', 'nothing is sold'],
  ['closeall eth', 'nothing is sold'],
  ['protect eth', 'no stop has moved'],
  ['protect eth 0', 'no stop has moved'],
  ['protect eth 2,950', 'no stop has moved'],
  ['protect eth 1e9', 'no stop has moved'],
  ['protect 2950 eth', 'no stop has moved'],
  ['breakeven eth now', 'no stop has moved'],
  ['cancel all', 'nothing is taken back'],
  ['cancel 0', 'nothing is taken back'],
])('"/%s" does nothing, and says how to write it', (text, words) => {
  expect(asked(text)).toContain(words)
})

const questionIn = (follow: FollowUp | null) => {
  if (follow?.is !== 'question') throw new Error('it asks nothing')
  const { text, yes } = follow.question
  return {
    text: text.text,
    label: yes.label,
    told: (yes.data as { instruction: unknown }).instruction,
  }
}

type Close = Extract<Answer, { about: 'close' }>
const close = ANSWERS.close as Close
const [row] = close.rows
if (row === undefined) throw new Error('it closes nothing')
const { rest: _rest, ...whole } = row

test('a part is asked about with what it brings and what stays, and the yes is to exactly that', () => {
  expect(questionIn(followUp(close, 'north'))).toEqual({
    text: `🏁 <b>Sell 0.02497 of 0.04995 BTC?</b>
BTC/USDT · ema-cross
Brings about <b>1,610.87 USDT</b> before fees: the price is 64,512.3, and nothing is sold below 63,222.06
<b>0.02498 BTC</b> stay, under the stop at 63,000, made to fit; 2 take-profits stay.`,
    label: 'Sell 0.02497 BTC',
    told: { do: 'close', what: 'btc', percent: 50, shown: close.shown },
  })
})

test('all of a position says what goes with it, and that it may be bought again', () => {
  const all = { ...close, percent: 100, rows: [{ ...whole, amount: '0.04993' }] }
  expect(questionIn(followUp(all, 'north')).text).toBe(`🏁 <b>Close all of your BTC?</b>
BTC/USDT · ema-cross
Sells <b>0.04993 BTC</b>; 0.00002 BTC are too little to sell
Brings about <b>3,221.1 USDT</b> before fees: the price is 64,512.3, and nothing is sold below 63,222.06
Nothing of it stays: the stop at 63,000 and 2 take-profits go with it.
The strategy may buy again later: <code>/pause ema-cross</code> keeps it out.`)
})

test('a part that would leave too little says that it is all', () => {
  const all = { ...close, rows: [{ ...whole, amount: row.held }] }
  expect(questionIn(followUp(all, 'north')).text).toContain(
    'All of it: what 50 % would leave is too little for an order of its own.',
  )
})

test('without a price, and with something to wait for, it says so', () => {
  const { price: _, least: __, ...bare } = whole
  const waits = {
    ...close,
    percent: 100,
    rows: [{ ...bare, amount: row.held, waits: 'exchange_awaited' }],
  }
  const { text } = questionIn(followUp(waits, 'north'))
  expect(text).toContain('there is no price now')
  expect(text).toContain('⏳ The exchange does not answer now: it is done as soon as that is over.')
})

test('several positions are listed with their sum, and those left out are counted', () => {
  const eth = {
    ...whole,
    stream: 'acme/trend',
    market: 'ETH/USDT',
    held: '2',
    amount: '2',
    price: '3000',
    least: '2940',
  }
  const { what: _, ...several } = {
    ...close,
    percent: 100,
    rows: [{ ...whole, amount: row.held }, eth],
    more: 3,
  }
  const { text, label, told } = questionIn(followUp(several, 'north'))
  expect(text).toContain('<b>Close all 5 positions?</b>')
  expect(text).toContain('<b>2 ETH</b> · acme/trend')
  expect(text).toContain('and 3 more')
  expect(label).toBe('Sell from 5 positions')
  expect(told).toEqual({ do: 'close', percent: 100, shown: close.shown })
})

test('a stop is asked about with where it is, where it goes, and what that means', () => {
  expect(questionIn(followUp(ANSWERS.protect, 'north'))).toMatchObject({
    text: `🛡 <b>Stop of your BTC up to 64,100 USDT?</b>
0.04995 BTC · BTC/USDT · ema-cross
Now it is at 63,000.
That is 0.64 % below the price of 64,512.3, and 0.08 % above what you paid.
Once the price falls to it, all is sold for 62,818 or better.
Nothing brings it down again from here.`,
    label: 'Stop up to 64,100',
    told: { do: 'protect', what: 'btc', to: { unit: 'price', value: '64100' } },
  })
})

test('an entry is taken back by its place or its button, and one that is gone is said to be', () => {
  expect(followUp(ANSWERS.cancel, 'north')).toMatchObject({ is: 'menu' })
  const second = questionIn(followUp(ANSWERS.cancel, 'north', { place: 2 }))
  expect(second.text).toContain('0.02 BTC are bought already, and stay under their stop.')
  const cancel = ANSWERS.cancel as Extract<Answer, { about: 'entries' }>
  expect(second.told).toEqual({ do: 'cancel', order: cancel.rows[1]?.order.id })
  expect(followUp(ANSWERS.cancel, 'north', { place: 3 })).toMatchObject({ is: 'text' })
})

test('below the positions are buttons for each that one word names, and break-even only where it raises the stop', () => {
  const follow = followUp(ANSWERS.positions, 'north')
  if (follow?.is !== 'menu') throw new Error('it has no buttons')
  expect(follow.rows.map((row) => row.map(({ label }) => label))).toEqual([
    ['Close BTC', 'Half', 'Break-even'],
    ['Close ETH', 'Half'],
  ])
})

test('in the chat: a button of /positions asks, yes sells once, and the outcome takes the place of its buttons', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const told: Command['instruction'][] = []
  fixture.device.answer = ({ jti: to, instruction }) => {
    if (instruction.do === 'replay') return null
    told.push(instruction)
    const isYes = 'shown' in instruction
    return { type: 'answer', to, answer: isYes ? { about: 'done' } : ANSWERS[instruction.do] }
  }
  chat.sendText('/positions')
  const positions = await chat.waitForMessage(({ text }) => text?.includes('In at') === true)
  chat.pressButton(positions, 'Half')
  const question = await chat.waitForMessage(
    ({ text }) => text?.includes('Sell 0.02497 of') === true,
  )
  expect(told.map((one) => one.do)).toEqual(['positions', 'close'])
  chat.pressButton(question, 'Sell 0.02497 BTC')
  await until(() => chat.messages().some(({ text }) => text?.includes('Being sold.') === true))
  expect(told.slice(1)).toEqual([
    { do: 'close', what: 'home/ema-cross', percent: 50 },
    { do: 'close', what: 'btc', percent: 50, shown: close.shown },
  ])
  chat.sendText('/close eth 200%')
  await chat.waitForMessage(({ text }) => text?.includes('nothing is sold') === true)
  expect(told).toHaveLength(3)
})
