import { expect, test } from 'vitest'
import { ProgressBar } from './progress.ts'

function screen(isTTY = true) {
  const written: string[] = []
  let now = 0
  const bar = new ProgressBar(
    { isTTY, columns: 60, write: (text) => written.push(text.replaceAll('\r\u001B[K', '|')) },
    { now: () => now },
  )
  const at = (ms: number) => {
    now = ms
    return bar
  }
  return { written, at }
}

test('shows how far it is, what is done and how long it still takes', () => {
  const { written, at } = screen()
  at(0).update(0, '0 candles')
  at(10_000).update(0.25, '1,000 candles')
  at(20_000).update(0.999, '4,000 candles')
  at(30_000).update(1, '4,001 candles')
  at(30_001).end()
  expect(written).toEqual([
    '|[....................]   0 %  0 candles',
    '|[#####...............]  25 %  1,000 candles, 0:30 left',
    '|[###################.]  99 %  4,000 candles, 0:01 left',
    '|[####################] 100 %  4,001 candles',
    '|',
  ])
})

test('is drawn ten times a second at most, and never longer than the terminal', () => {
  const { written, at } = screen()
  at(0).update(0.1, 'x'.repeat(90))
  at(99).update(0.2, 'y')
  at(100).update(0.3, 'z')
  expect(written.map((line) => line.length)).toEqual([60, expect.any(Number)])
  expect(written[1]).toContain('z')
})

test('hours are told as such', () => {
  const { written, at } = screen()
  at(0).update(0, '')
  at(60_000).update(0.01, 'a')
  expect(written[1]).toContain('a, 1:39:00 left')
})

test('writes nothing where there is no terminal', () => {
  const { written, at } = screen(false)
  at(0).update(0.5, 'half')
  at(1).end()
  expect(written).toEqual([])
})
