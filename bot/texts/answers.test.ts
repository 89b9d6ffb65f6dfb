// The texts of the device's answers.
import { sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { expect, test } from 'vitest'
import { parseStrictJson } from '../../protocol/strict-json.ts'
import { answersAt } from '../testing/answers.ts'
import { answerText } from './answers.ts'
import { html } from './html.ts'

const NOW = Date.parse('2026-11-23T20:05:00Z')
const ANSWERS = answersAt(NOW / 1000)

const TEXTS = {
  status: `<b>▶️ Running</b> since 18:05 UTC
Exchange binance, reachable
Positions 2
Orders 2 open, 1 to approve
Unclear 1, see /orders
Entries today 802.63 of 2,000 USDT
Below the best 12.5 of 300 USDT
<b>ema-cross</b> · BTC/USDT
signal 41, heard 4 s ago
<b>rsi-dip</b> · ETH/USDT
no signal yet, not heard yet`,
  balance: `<b>Balance</b>
USDT <b>9,198.03</b>
802.63 of it in orders
BTC <b>0.04995</b> = 3,222.39
ETH <b>1.25</b>, no price
1.25 of it in orders
Dust: 2 coins, worth 1.2

<b>12,421.61 USDT</b> in all
without 1 coin that has no price
Streams: 320.5 of 1,500 in use,
1,179.5 free for them`,
  positions: `<b>0.04995 BTC</b> · ema-cross
In at 64,050.1, now 64,512.3
Gain <b>+23.09 USDT (+0.72 %)</b>
Stop 63,000
<b>1.25 ETH</b> · rsi-dip
In at 3,120.5, now 3,101.25
Loss <b>−24.06 USDT (−0.62 %)</b>
Stop none
Gains and losses are before fees.`,
  orders: `<b>Orders</b>, newest first, UTC
<b>Buy 0.05 BTC</b> for at most 64,100.5
BTC/USDT · ema-cross · 20:04
⏳ to approve
<b>Buy 0.05 BTC</b> for at most 64,100.5
BTC/USDT · ema-cross · 19:55
❓ UNCLEAR
<b>Stop 0.05 BTC</b> at 62,370
BTC/USDT · ema-cross · 19:05
➡️ open
<b>Buy 0.05 BTC</b> for at most 64,100.5
BTC/USDT · ema-cross · 19:04
✅ filled
<b>Sell 12.5 ETH</b> for at least 3,110
ETH/USDT · ema-cross · 22 Nov 19:05
⚪ canceled, 2.5 filled: <code>not_filled</code>`,
  trades: `<b>Sales</b>, newest first, UTC
12. <b>0.05 BTC</b> for 3,230.1 USDT
Result <b>+21.17 USDT (+0.66 %)</b>
19:04 · held 60 min
demo · take-profit
11. <b>2.5 ETH</b> for 7,801.25 USDT
Result <b>−40.2 USDT (−0.51 %)</b>
22 Nov 19:05 · held 27 h
acme/trend · stop
Older ones: <code>/trades 10</code>`,
  limits: `<b>Limits</b>: used of allowed, in USDT
Entries today 802.63 of 2,000
Entries of the hour 320.5 of 1,000
Orders today 3 of 60
Orders this minute 1 of 6
Lost today 5.02 of 100
Below the best 12.5 of 300
One order at most 500
<b>ema-cross</b>
320.5 of 1,000
<b>acme/trend</b>
0 of 500, all in all 4,820 of 5,000
<b>BTC/USDT</b>
320.5 of 1,500
Your device alone raises them.`,
  results: `<b>Profit</b>, of what was sold, fees included
<pre>         USDT     % sold won
today  +21.17 +0.66    1   1
all   −119.50 −0.34   12   7</pre>
1 sold without a known result, in no sum
without fees of 0.0001 BNB
<b>Below the best</b>
Realised 150 USDT, at worst 171.17
Held included: 12.5 of 300 USDT`,
} as const

test("/orders says in the device's own words why one came to nothing", () => {
  const [row] = ANSWERS.orders.about === 'orders' ? ANSWERS.orders.rows : []
  if (row === undefined) throw new Error('no orders')
  const why = { code: 'size.max', message: 'expected at most 500 USDT, got 3205.025 USDT' }
  const rows = [{ ...row, status: 'denied' as const, ...why }]
  expect(answerText({ about: 'orders', rows }, html``, NOW).text.split('\n').slice(-2)).toEqual([
    '⚪ not sent',
    'Expected at most 500 USDT, got 3,205.025 USDT. <code>size.max</code>',
  ])
  const off = { code: 'stop_taken_off', message: 'this device has taken the stop off the book' }
  const stop = { ...row, status: 'canceled' as const, ...off }
  const told = answerText({ about: 'orders', rows: [stop] }, html``, NOW).text
  expect(told.split('\n').at(-1)).toBe('Taken off by your device, to sell the position.')
})

test.for(['status', 'balance', 'positions', 'orders', 'trades', 'results', 'limits'] as const)(
  '/%s is told word for word, in lines that a phone does not break',
  (name) => {
    expect(answerText(ANSWERS[name], html``, NOW).text).toBe(TEXTS[name])
    const [longest = 0] = TEXTS[name]
      .replaceAll(/<[^>]+>/g, '')
      .split('\n')
      .map((line) => line.length)
      .sort((a, b) => b - a)
    expect(longest).toBeLessThanOrEqual(40)
  },
)

test('every answer is read again as it was signed, however much it holds', () => {
  const key = signingKey(new Uint8Array(32).fill(1))
  for (const answer of Object.values(ANSWERS)) {
    const jti = 'AAAAAAAAAAAAAAAAAAAAAA'
    const event = { type: 'answer', to: jti, answer } as const
    const at = NOW / 1000
    const about = { iss: 'device', aud: 'bot', iat: at, exp: at + 60, jti, session: jti }
    const token = sign('report', { ...about, at, seq: 1, event }, key)
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url')
    expect(parseStrictJson(payload)).toMatchObject({ value: { event } })
  }
})

test('what is empty is said in a sentence', () => {
  const about = (name: 'balance' | 'positions' | 'orders') =>
    answerText({ about: name, rows: [] }, html``, NOW).text
  expect(about('balance')).toMatch(
    /^The account is empty\. .* move it to where spot trading takes it\.$/,
  )
  expect(about('positions')).toBe('No open positions.')
  expect(about('orders')).toBe('No orders yet.')
  const trades = (of: number) => answerText({ about: 'trades', rows: [], of }, html``, NOW).text
  expect(trades(0)).toBe('Nothing was sold yet.')
  expect(trades(3)).toBe('Nothing was sold before that.')
  expect(answerText({ about: 'results', by: 'day', rows: [] }, html``, NOW).text).toContain(
    'nothing is won or lost',
  )
})

test('fifty rows fit one message, and the rest is counted', () => {
  const { rows } = ANSWERS.positions as Extract<
    (typeof ANSWERS)['positions'],
    { about: 'positions' }
  >
  const text = answerText(
    { about: 'positions', rows: Array.from({ length: 50 }, () => rows[0] ?? fail()) },
    html``,
    NOW,
  ).text
  expect(text).toContain('and 30 more')
  expect(text.length).toBeLessThan(4096)
})

test('a balance of many coins counts what neither the device nor the phone shows', () => {
  const rows = Array.from({ length: 50 }, (_, at) => ({
    currency: `COIN${at}`,
    free: '1',
    used: '0',
    total: '1',
  }))
  const worth = { amount: '1205.3', currency: 'USDT', coins: 3 }
  const { text } = answerText({ about: 'balance', rows, more: 31, worth }, html``, NOW)
  expect(text.match(/COIN/g)).toHaveLength(20)
  expect(text).toContain(
    'and 61 more\n\n<b>1,205.3 USDT</b> in all\nwithout 81 coins that have no price',
  )
  const priced = rows.slice(0, 3).map((row) => ({ ...row, value: '401.76' }))
  const all = answerText({ about: 'balance', rows: priced, worth }, html``, NOW).text
  expect(all.endsWith('COIN2 <b>1</b> = 401.76\n\n<b>1,205.3 USDT</b> in all')).toBe(true)
})

test('streams and positions that the device left out are counted', () => {
  const status = { ...ANSWERS.status, more: 8 } as typeof ANSWERS.status
  expect(answerText(status, html``, NOW).text).toMatch(/\nand 8 more$/)
  const positions = { ...ANSWERS.positions, more: 12 } as typeof ANSWERS.positions
  expect(answerText(positions, html``, NOW).text).toMatch(/\nand 12 more\n/)
})

test('rows that are long are left out before the message is too long for Telegram', () => {
  const row = {
    stream: `${'p'.repeat(32)}/${'s'.repeat(32)}`,
    market: `${'B'.repeat(16)}/${'Q'.repeat(16)}`,
    amount: '123456789.123456789012',
    entry: '123456789.123456789012',
    price: '123456789.123456789012',
    gain: '123456789.12',
    negative: true,
  }
  const answer = { about: 'positions' as const, rows: Array.from({ length: 20 }, () => row) }
  const { text } = answerText(answer, html``, NOW)
  const shown = text.split('In at').length - 1
  expect(text.length).toBeLessThanOrEqual(4096)
  expect(shown).toBeGreaterThan(10)
  expect(text).toContain(`and ${20 - shown} more`)
})

function fail(): never {
  throw new Error('no row')
}
