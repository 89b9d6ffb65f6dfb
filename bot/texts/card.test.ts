// Time and risk on a card: never more time than there is, and every number explained.
import { expect, test } from 'vitest'
import { approvalOf, orderOf, stepOf } from '../testing/events.ts'
import { cardText, missedText, outcomeOnCard, timeLeft } from './card.ts'
import { html } from './html.ts'

const NOW = Date.parse('2026-11-23T17:45:00Z') / 1000
const UNITS = { s: 1, min: 60, h: 3600, days: 86_400 } as const

/** What a reader takes it for, seconds. */
function counted(text: string): number {
  const [, count, unit] = /over (\d+) (s|min|h|days) left/.exec(text) ?? []
  return count === undefined ? 0 : Number(count) * UNITS[unit as keyof typeof UNITS]
}

test('the time left is never more than there is, nor much less, and its end stands beside it', () => {
  for (let left = 0.5; left < 90_000; left = left < 300 ? left + 0.5 : left * 1.01) {
    const { text } = timeLeft(NOW + left, NOW)
    expect(counted(text), text).toBeLessThanOrEqual(left)
    if (left >= 10) expect(counted(text), text).toBeGreaterThan(left / 2)
  }
  expect(timeLeft(NOW + 80.9, NOW).text).toBe('⏳ Until 17:46:20 UTC, over 80 s left')
  expect(timeLeft(NOW + 4, NOW).text).toBe('⏳ Until 17:45:04 UTC, a few seconds left')
  expect(timeLeft(NOW + 86_400, NOW).text).toContain('Until 24 Nov 17:45:00 UTC')
})

const told = (change: Parameters<typeof approvalOf>[2]) =>
  cardText(approvalOf(orderOf(1), NOW + 60, change), html`.`, '?').text.split('\n')

test('the first line says what, how much money, and how much of the allocation may be lost at worst', () => {
  const [first] = told({ market: '64000', stop: '63360', risk: '107.5', allocation: '4000' })
  expect(first).toBe(
    "<b>Buy 0.05 BTC for 3,205.03 USDT?</b> May lose <b>107.5 USDT</b>, 2.7\u00a0% of ema-cross: worst case, at the stop's limit",
  )
  expect(told({ market: '64000', stop: '63360' })).toContain(
    'Stop <b>63,360</b>, 1 % below: about −32',
  )
})

test('what is odd about an order, or not proved of its exchange, stands above the time that is left', () => {
  const asked = 'okx itself has not shown 9 things that an order relies on'
  expect(told({ asked }).at(-2)).toBe(`⚠️ ${asked}`)
  expect(cardText(approvalOf(orderOf(1), NOW + 60, { asked }), html`.`).text).not.toContain('⚠️')
  expect(told({}).join('')).not.toContain('⚠️')
})

test('a card that is over asks nothing any more', () => {
  const text = cardText(approvalOf(orderOf(1), NOW + 60, {}), html`.`).text
  expect(text).toContain('<b>Buy 0.05 BTC for 3,205.03 USDT</b>. May lose')
})

test('a card without a stop says so, and that all may be lost', () => {
  const { stop: _, ...needed } = approvalOf(orderOf(1), NOW + 60, { risk: '3205.025' })
  const text = cardText(needed, html`.`, '?').text
  expect(text).toContain('May lose <b>3,205.03 USDT</b>: there is no stop')
  expect(text).toContain('<b>No stop</b>')
})

test('a card says what is held of the coin already, and what the device does by itself later', () => {
  expect(told({})).toContain('No BTC held yet')
  const held = { amount: '0.1577', cost: '498.2', streams: 2 }
  const exits = {
    takeProfits: [
      { price: '66000', percent: '50' },
      { price: '68000', percent: '50' },
    ],
    trailingStop: { percent: '1.5', from: '2' },
    breakEven: '1',
    maxHold: 86_400,
  }
  const shown = told({ held, exits })
  expect(shown).toContain('Held already: <b>0.1577 BTC</b> by 2 streams, bought for 498.2 USDT')
  expect(shown).toContain(
    'Then: takes profit, 50 % at 66,000, 50 % at 68,000; stop trails 1.5 % from +2 %; break-even from +1 %; held 24 h at most'.replaceAll(
      ' %',
      '\u00a0%',
    ),
  )
})

const again = { times: 2, why: 'price', price: '60640', value: '500', risk: '16.85' } as const

test('a card that is asked again says which time, and what changed: price and risk, was and now', () => {
  expect(told({ market: '60913', risk: '18.83', again })[1]).toBe(
    '🔄 <b>Asked again</b> (2nd time): price 60,640 → <b>60,913</b>, may lose 16.85 → <b>18.83</b>',
  )
  expect(told({ again: { ...again, times: 3 } })[1]).toContain('(3rd time)')
  expect(told({ again: { ...again, times: 4 } })[1]).toContain('(4th time)')
})

test('a smaller card says what it was before', () => {
  expect(told({ risk: '55', again: { ...again, why: 'less', value: '6410.05' } })[1]).toBe(
    '✂️ <b>Less, as you wanted:</b> 6,410.05 → <b>3,205.03</b>, may lose 16.85 → <b>55</b>',
  )
})

test('what was missed is told with what the price did since', () => {
  const order = orderOf(1)
  const needed = approvalOf(order, NOW, { market: '64000' })
  const step = (change = {}) => stepOf(order, 'expired', change)
  const missed = (change = {}) => missedText(needed, step(change)).text
  expect(outcomeOnCard(step()).text).toBe('⌛ Time is up, nothing was sent.')
  const nothing = '⌛ <b>Missed:</b> Buy 0.05 BTC. Nothing was bought, and nothing has to be done.'
  expect(missed({ market: '64640' })).toBe(
    `${nothing}\nThe price has risen by 1 % since: 64,640 USDT now.`,
  )
  expect(missed({ market: '63360' })).toContain('has fallen by 1 % since: 63,360')
  expect(missed({ market: '63999' })).toContain('has hardly moved since: 63,999')
  expect(missed({ market: '64000' })).toContain('has not moved since: 64,000')
  expect(missed()).toBe(nothing)
})

test('a card of a signal of another market shows both prices', () => {
  const lines = told({ market: '55050.5', signalled: { market: 'BTC/USDC', price: '64000' } })
  expect(lines).toContain('The signal is of BTC/USDC, at <b>64,000</b> there')
  expect(lines.join()).toContain('Now 55,050.5, at most')
})
