import { expect, test } from 'vitest'
import { csvCell } from './csv.ts'

test.each([
  ['=cmd|calc', "'=cmd|calc"],
  ['+1', "'+1"],
  ['-1+2', "'-1+2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
])('no cell is a formula: %s', (text, cell) => {
  expect(csvCell(text)).toBe(cell)
})

test.each([
  ['plain', 'plain'],
  ['-0.25', '-0.25'],
  ['{"a":1,"b":"x"}', '"{""a"":1,""b"":""x""}"'],
  ['two\nlines', '"two\nlines"'],
])('everything else reads as it was: %s', (text, cell) => {
  expect(csvCell(text)).toBe(cell)
})
