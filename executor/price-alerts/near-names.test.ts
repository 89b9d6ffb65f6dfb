import { expect, test } from 'vitest'
import { nearNames } from './near-names.ts'

const ALL = ['BTC/USDT', 'BTC/EUR', 'BCH/USDT', 'ETH/USDT', 'ETC/USDT', 'DOGE/USDT', 'ETH/BTC']

test.each([
  ['BTC/USD', ['BTC/EUR', 'BTC/USDT', 'ETC/USDT']],
  ['DOG/USDT', ['DOGE/USDT']],
  ['ETG/USDT', ['ETC/USDT', 'ETH/USDT', 'ETH/BTC']],
  ['ZZZZZ/USDT', []],
  ['', []],
])('what is like %s is named, the likest first', (wanted, near) => {
  expect(nearNames(wanted, ALL)).toEqual(near)
})

test('six names are enough', () => {
  const many = Array.from({ length: 20 }, (_, at) => `BTC/Q${at}`)
  expect(nearNames('BTC/USDT', many)).toHaveLength(6)
})
