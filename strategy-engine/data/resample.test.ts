import { expect, test } from 'vitest'
import { columnsOfRows, slice } from './columns.ts'
import { resample } from './resample.ts'
import { minutes } from './testing/minutes.ts'

test('a longer candle is its shorter ones together', () => {
  const rows = [
    [0, 5, 9, 4, 6, 1],
    [60, 6, 7, 3, 4, 2],
    [120, 4, 8, 4, 7, 3],
  ]
  const made = resample(columnsOfRows(rows), '1m', '3m')
  expect(made).toEqual(columnsOfRows([[0, 5, 9, 3, 7, 6]]))
})

test('the candle that still runs is left out, and one whose beginning is not there too', () => {
  const made = resample(slice(minutes(20), 2, 19), '1m', '5m')
  expect([...made.start]).toEqual([300, 600])
})

test('one that is over counts though its last shorter candles are missing', () => {
  const all = minutes(20)
  const rows = [0, 1, 2, 5, 6].map((at) =>
    [all.start, all.open, all.high, all.low, all.close, all.volume].map((column) =>
      Number(column[at]),
    ),
  )
  const made = resample(columnsOfRows(rows), '1m', '5m')
  expect([...made.start]).toEqual([0])
  expect(made.close[0]).toBe(all.close[2])
})

test('where there is no shorter candle there is no longer one', () => {
  const all = minutes(20)
  const rows = [0, 4, 15, 19].map((at) =>
    [all.start, all.open, all.high, all.low, all.close, all.volume].map((column) =>
      Number(column[at]),
    ),
  )
  expect([...resample(columnsOfRows(rows), '1m', '5m').start]).toEqual([0, 900])
})

test('every cut of the past gives the same candles, only fewer', () => {
  const all = minutes(300)
  const whole = resample(all, '1m', '15m')
  for (let cut = 0; cut <= 300; cut += 7) {
    const made = resample(slice(all, 0, cut), '1m', '15m')
    expect(made.length).toBe(Math.floor(cut / 15))
    expect(made).toEqual(slice(whole, 0, made.length))
  }
})

test('the same timeframe is the same columns, and no multiple is a mistake', () => {
  const all = minutes(3)
  expect(resample(all, '1m', '1m')).toBe(all)
  expect(() => resample(all, '3m', '5m')).toThrow(RangeError)
})
