// Which price to tell of, read from the words behind the command; and the buttons that take it out.
import type { Answer, Instruction } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { openFixture } from '../testing/fixture.ts'
import { Html } from '../texts/html.ts'
import { readAlert } from './alert.ts'

const asked = (text: string) => {
  const read = readAlert(text.split(' ').filter(Boolean))
  return read instanceof Html ? read.text : read.instruction
}
const set = { do: 'price_alert', repeats: 'once' }

test.each([
  ['', { do: 'price_alerts' }],
  ['eth above 3000', { ...set, market: 'eth', threshold: { is: 'above', price: '3000' } }],
  ['eth > 3000.5', { ...set, market: 'eth', threshold: { is: 'above', price: '3000.5' } }],
  [
    'btc/eur below 60000 once',
    { ...set, market: 'btc/eur', threshold: { is: 'below', price: '60000' } },
  ],
  [
    'btc < 60000 repeat',
    { ...set, repeats: 'always', market: 'btc', threshold: { is: 'below', price: '60000' } },
  ],
  ['eth 5% 1h', { ...set, market: 'eth', threshold: { is: 'move', percent: '5', within: 3_600 } }],
  [
    'eth 0.5 % 30m',
    { ...set, market: 'eth', threshold: { is: 'move', percent: '0.5', within: 1_800 } },
  ],
  [
    'eth 5%1d repeat',
    {
      ...set,
      repeats: 'always',
      market: 'eth',
      threshold: { is: 'move', percent: '5', within: 86_400 },
    },
  ],
])('"/alert %s" is understood', (words, instruction) => {
  expect(asked(words)).toEqual(instruction)
})

test.each([
  'eth',
  'eth 3000',
  'eth above',
  'eth above 3,000',
  'eth above -1',
  'eth above 0',
  'eth above 1e3',
  'eth above 3000 please',
  'eth 5% ',
  'eth 0.01% 1h',
  'eth 5% 8d',
  'eth 5% 0m',
  'above 3000',
  '<b> above 3000',
  'repeat',
])('"/alert %s" sets nothing, and says how to write it', (words) => {
  expect(asked(words)).toContain('no alert is set')
})

test('an alert is set, listed with a button each, and taken out by one press', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const instructions: Instruction[] = []
  fixture.device.answer = ({ jti, instruction }) => {
    if (instruction.do === 'replay') return null
    instructions.push(instruction)
    const row = {
      number: 1,
      market: 'ETH/USDT',
      threshold: { is: 'above', price: '3000' },
      repeats: 'always',
      state: 'armed',
      price: '2950.25',
    } as const
    const rows = instruction.do === 'remove_price_alert' ? [] : [row]
    const answer: Answer = {
      about: 'price_alerts',
      rows,
      ...(instruction.do === 'price_alert' && { set: 1 }),
    }
    return { type: 'answer', to: jti, answer }
  }
  chat.sendText('/alert ETH above 3000 repeat')
  const shown = await chat.waitForMessage(({ text }) => text?.includes('is set') === true)
  expect(shown.text).toBe(
    '🔔 Alert 1 is set.\n1. ETH/USDT above 3,000, each time\nnow 2,950.25 USDT',
  )
  chat.pressButton(shown, '✕ 1. ETH/USDT above 3,000, each time')
  await chat.waitForMessage(({ text }) => text?.includes('No price alerts') === true)
  expect(instructions).toMatchObject([
    { do: 'price_alert' },
    { do: 'remove_price_alert', number: 1 },
  ])
})

test('a price that is there rings, and says of what happened unseen that it did', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const alert = {
    type: 'price_alert',
    number: 3,
    market: 'ETH/USDT',
    threshold: { is: 'move', percent: '5', within: 3_600 },
    repeats: 'once',
    price: '3150',
    from: '3000',
  } as const
  await fixture.device.report(alert)
  const told = await chat.waitForMessage(({ text }) => text?.includes('🔔') === true)
  expect(told.text).toBe(
    '🔔 ETH/USDT ±5 % in 60 min\n+5 % from 3,000\nNow 3,150 USDT\nAlert 3 is over.',
  )
  const missed = { since: 1_800_000_000, until: 1_800_000_600 }
  await fixture.device.report({ ...alert, threshold: { is: 'above', price: '3100' }, missed })
  await chat.waitForMessage(({ text }) => text?.includes('could not look all the time') === true)
})
