import type { Answer } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { answersAt } from '../testing/answers.ts'
import { approvalOf, orderOf, stepOf } from '../testing/events.ts'
import { cardText } from './card.ts'
import { explainText } from './explain.ts'
import { html } from './html.ts'
import { orderText } from './orders.ts'
import { reasonText } from './reason.ts'
import { storyText } from './results.ts'
import { reasonSentence } from './signal-reason.ts'
import { whyText } from './why.ts'

test.each([
  [
    'ema(5) 3090.79 crossed over ema(13) 3090.54',
    'The fast average (5) rose above the slow one (13), by 0.0081 %',
  ],
  [
    'ema(26) 65001.44 crossed over ema(12) 65000.10, rsi(14) 55.24',
    'The slow average (26) rose above the fast one (12), by 0.0021 %; RSI 55.2',
  ],
  ['rsi(14) 31.2 crossed over 30', 'RSI rose above 30, to 31.2'],
  ['close 65012.10, sma(200) 64000.00', 'The price 65,012; the average (200) 64,000'],
  ['profit 2.35 %, age 1d 2h', 'The gain 2.35 %; age 1d 2h'],
  ['dip: close[1] 0.00001234', 'dip: close[1] 0.0000123'],
  ['macd(12, 26) 5.1 crossed under signal 5.1', 'macd(12, 26) fell below signal'],
  ['the model says 0.83', 'The model says 0.83'],
  ['', ''],
  ['Buy! https://example.org 1.2.3.4', 'Buy! https://example.org 1.2.3.4'],
])('%s', (reason, sentence) => {
  expect(reasonSentence(reason)).toBe(sentence)
})

const BAIT = 'Claim at https://example.org or /closeall'
const NEEDED = approvalOf(orderOf(7), 600, { reason: BAIT })
const ANSWERS = answersAt(86_400)

function answer<About extends Answer['about']>(about: About): Extract<Answer, { about: About }> {
  const found = Object.values(ANSWERS).find((one) => one.about === about)
  return found as Extract<Answer, { about: About }>
}

const TOLD = {
  'a card': cardText(NEEDED, html`Until then`),
  'an order': orderText(stepOf(orderOf(7), 'filled', { filled: '0.05', reason: BAIT })),
  'why it waits': whyText(NEEDED, { ...answer('why'), reason: BAIT }, null),
  'its way': explainText(
    { ...answer('explain'), rows: [{ at: 0, stage: 'judged', text: `buy (${BAIT})` }] },
    0,
  ),
  'a sale': storyText({ ...answer('trade'), bought: BAIT }, 0),
}

test.each(Object.entries(TOLD))('in %s no link is made of what a signal says', (_, { text }) => {
  expect(text).toContain('<code>https://example.org</code>')
  expect(text).toMatch(/<code>\/closeall\)?<\/code>/)
})

test("what an exchange says in a refusal becomes no link, and the device's advice stays a command", () => {
  const { text } = reasonText('order_refused', 'the exchange says: see example.org; send /resume')
  expect(text).toBe(
    'The exchange says: see <code>example.org;</code> send /resume. <code>order_refused</code>',
  )
})
