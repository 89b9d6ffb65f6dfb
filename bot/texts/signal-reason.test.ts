import { expect, test } from 'vitest'
import { reasonSentence } from './signal-reason.ts'

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
