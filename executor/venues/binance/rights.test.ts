// What the venue tells of a key, and what it leaves out.
import { expect, test } from 'vitest'
import { binance } from './dialect.ts'

const { read } = binance.keyRights()

test('reads every right', () => {
  const body = {
    enableSpotAndMarginTrading: true,
    enableWithdrawals: false,
    enableInternalTransfer: false,
    permitsUniversalTransfer: false,
    ipRestrict: true,
    createTime: 5,
    tradingAuthorityExpirationTime: 9,
  }
  const value = {
    trade: 'yes',
    withdraw: 'no',
    transfer: 'no',
    ipList: 'yes',
    created: 5,
    expires: 9,
  }
  expect(read(body)).toEqual(value)
})

test('takes a missing field for unknown, never for no, and what tells nothing for no answer', () => {
  const value = { trade: 'unknown', withdraw: 'unknown', transfer: 'unknown', ipList: 'yes' }
  expect(read({ ipRestrict: true })).toEqual(value)
  expect(read({})).toBeNull()
})

test.each([
  [true, undefined, 'yes'],
  [undefined, true, 'yes'],
  [false, undefined, 'unknown'],
  [false, false, 'no'],
])('joins both ways of transfer: %s and %s is %s', (internal, universal, transfer) => {
  const body = { enableInternalTransfer: internal, permitsUniversalTransfer: universal }
  expect(read(body)).toMatchObject({ transfer })
})

test('does not guess from an answer of another shape', () => {
  expect(read('<html>')).toBeNull()
  expect(read({ enableWithdrawals: 'false' })).toBeNull()
})
