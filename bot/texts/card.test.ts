// Time and risk on a card: never more time than there is, and every number explained.
import { expect, test } from 'vitest'
import { approvalOf, orderOf } from '../testing/events.ts'
import { cardText, timeLeft } from './card.ts'
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
  expect(timeLeft(NOW + 80.9, NOW).text).toBe('⏳ Until 17:46:20 UTC, over 80 s left to answer')
  expect(timeLeft(NOW + 4, NOW).text).toBe('⏳ Until 17:45:04 UTC, a few seconds left to answer')
  expect(timeLeft(NOW + 86_400, NOW).text).toContain('Until 24 Nov 17:45:00 UTC')
})

const told = (change: Parameters<typeof approvalOf>[2]) =>
  cardText(approvalOf(orderOf(1), NOW + 60, change), html`.`, '?').text.split('\n')

const askedAt = (price: string, times: number) =>
  ({ times, why: 'price', price, value: '500', risk: '16.85' }) as const

test('what it may lose is told as a trader reckons it, and as the limits bound it', () => {
  expect(told({ market: '64000', stop: '63360', risk: '107.5' })).toContain(
    'May lose about <b>32 USDT</b> at the stop, <b>107.5</b> at worst, if entry and stop fill only at their limits; fees not counted',
  )
})

test('a card without a stop says that all may be lost', () => {
  const { stop: _, ...needed } = approvalOf(orderOf(1), NOW + 60, { risk: '3205.025' })
  const text = cardText(needed, html`.`, '?').text
  expect(text).toContain('No stop\nMay lose <b>3,205.03 USDT</b>: all of it')
})

test('a card that is asked again says which time, and from where to where the price went', () => {
  expect(told({ market: '60913', again: askedAt('60640', 2) })[1]).toBe(
    '🔄 <b>Asked again</b> (2nd time): the price was 60,640, now it is 60,913',
  )
  expect(told({ again: askedAt('60640', 3) })[1]).toContain('(3rd time)')
  expect(told({ again: askedAt('60640', 4) })[1]).toContain('(4th time)')
})

test('a card of a signal of another market shows both prices', () => {
  const lines = told({ market: '55050.5', signalled: { market: 'BTC/USDC', price: '64000' } })
  expect(lines).toContain('The signal is of BTC/USDC, at <b>64,000</b> there')
  expect(lines.join()).toContain('Now <b>55,050.5</b>')
})
