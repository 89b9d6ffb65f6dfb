// What OKX may answer, read by itself: rebates, borrowing, stops that became orders, and refusals with HTTP 200.
import { expect, test } from 'vitest'
import { okx } from './dialect.ts'
import { refusals } from './refusals.ts'

const said = (...data: readonly unknown[]) => ({ code: '0', msg: '', data })
const [BTC] =
  okx.markets.ask(['BTC/USDT']).read(
    said({
      instType: 'SPOT',
      instId: 'BTC-USDT',
      baseCcy: 'BTC',
      quoteCcy: 'USDT',
      tickSz: '0.1',
      lotSz: '0.00000001',
      minSz: '0.00001',
      maxLmtSz: '9999999999',
      state: 'live',
    }),
  ) ?? []
if (BTC === undefined) throw new Error('a market that can be read')

const fill = {
  instType: 'SPOT',
  instId: 'BTC-USDT',
  tradeId: '12',
  billId: '700000000000000012',
  ordId: '5',
  clOrdId: '',
  side: 'buy',
  fillPx: '60000',
  fillSz: '0.5',
  fee: '-0.0005',
  feeCcy: 'BTC',
  ts: '1700000000000',
}

test.each([
  ['-0.0005', '0.0005', undefined],
  ['0.0005', '0', '0.0005'],
  ['0', '0', undefined],
  ['', undefined, undefined],
])('a fee of %j is what was taken, or paid', (text, taken, paid) => {
  const [trade] = okx.trades(BTC).read(said({ ...fill, fee: text })) ?? []
  const inCoins = (amount?: string) => amount && { amount, currency: 'BTC' }
  expect([trade?.fee, trade?.rebate]).toEqual([inCoins(taken), inCoins(paid)])
})

test('a full page of fills is followed by the next, from its oldest row on', () => {
  const rows = Array.from({ length: 100 }, (_, k) => ({
    ...fill,
    tradeId: `${k}`,
    billId: `${900 - k}`,
  }))
  expect(okx.fills(BTC, '5', null).read(said(...rows))?.next).toBe('801')
  expect(okx.fills(BTC, '5', null).read(said(...rows.slice(1)))?.next).toBeNull()
  expect(okx.fills(BTC, '6', null).read(said(fill)), 'of another order').toBeNull()
})

const config = {
  acctLv: '1',
  autoLoan: false,
  enableSpotBorrow: false,
  perm: 'read_only,trade',
  ip: '',
}

test.each([
  [config, 'never'],
  [{ ...config, acctLv: '2' }, 'may'],
  [{ ...config, acctLv: '3' }, 'may'],
  [{ ...config, autoLoan: true }, 'may'],
  [{ ...config, enableSpotBorrow: true }, 'may'],
  [{}, null],
])('an account with %j borrows: %s', (row, borrowing) => {
  expect(okx.borrowing?.()[0]?.read(said(row))).toBe(borrowing)
})

test('rights that are not told are unknown', () => {
  expect(okx.keyRights().read(said(config))).toEqual({
    trade: 'yes',
    withdraw: 'no',
    transfer: 'unknown',
    ipList: 'no',
  })
  expect(
    okx.keyRights().read(said({ ...config, perm: 'read_only,trade,withdraw', ip: '203.0.113.7' })),
  ).toEqual({
    trade: 'yes',
    withdraw: 'yes',
    transfer: 'unknown',
    ipList: 'yes',
  })
  expect(okx.keyRights().read(said({ acctLv: '1' }))).toMatchObject({
    trade: 'unknown',
    ipList: 'unknown',
  })
})

test('balances are all there or none: a coin that is left out would look as if it were sold', () => {
  const row = { ccy: 'BTC', availBal: '1', frozenBal: '0.5' }
  const odd = { ccy: 'PEPE', availBal: '123456789012345678', frozenBal: '' }
  const { read } = okx.balances(new Set(['BTC', 'USDT']))
  expect(read(said({ details: [row, odd] }))).toEqual([{ currency: 'BTC', free: '1', used: '0.5' }])
  const owing = { ...row, liab: '0.25' }
  expect(read(said({ details: [owing] }))).toMatchObject([{ currency: 'BTC', borrowed: '0.25' }])
  expect(read(said({ details: [{ ...row, liab: '' }] }))?.[0]).not.toHaveProperty('borrowed')
  expect(read(said({ details: [{ ...row, availBal: '1e5' }] }))).toBeNull()
  expect(read(said({ details: [row] }, { details: [] }))).toBeNull()
})

test('a stop that triggered stands as the order that it became', () => {
  const stop = {
    instId: 'BTC-USDT',
    algoId: '92',
    algoClOrdId: 'f'.repeat(32),
    state: 'effective',
    ordId: '1019',
    ordIdList: ['1019'],
  }
  const [, byStop] = okx.orderById(BTC, 'f'.repeat(32))
  expect(byStop?.read(said(stop))).toMatchObject({ exchangeId: 'algo:92', became: '1019' })
  expect(okx.triggeredStops?.list(BTC).read(said(stop))).toEqual([
    { order: '1019', stop: 'algo:92' },
  ])
  expect(okx.triggeredStops?.isStop('1019')).toBe(false)
})

const refused = (sCode: string) => ({
  code: '1',
  msg: 'All operations failed',
  data: [{ sCode, sMsg: 'words', ordId: '', clOrdId: '' }],
})

test.each([
  ['51008', 'exchange_funds_insufficient'],
  ['51121', 'exchange_filter_refused'],
  ['51280', 'exchange_stop_would_trigger'],
  // The name is used: an order is there.
  ['51016', undefined],
  ['51999', undefined],
  ['50026', undefined],
])('HTTP 200 with %s in its row is %s', (code, rejection) => {
  const refusal = refusals.read(200, refused(code))
  expect(refusal?.code).toBe(code)
  expect(refusal && refusals.rejection(refusal)).toBe(rejection)
})

test('what a server that fails says proves nothing, and an answer is no refusal', () => {
  expect(refusals.read(500, refused('51008'))).toBeNull()
  expect(refusals.read(200, said())).toBeNull()
  expect(refusals.read(200, { code: '50011', msg: 'Too Many Requests', data: [] })?.why).toBe(
    'limited',
  )
})

test('candles come oldest first, from the one that was asked for on', () => {
  const { params, read } = okx.candles(BTC, '1h', 2, 1_700_000_000_000)
  expect(params).toMatchObject({ bar: '1H', before: '1699999999999', after: '1700007200000' })
  const row = (ts: string) => [ts, '1', '2', '1', '2', '5', '5', '5', '1']
  expect(read(said(row('1700003600000'), row('1700000000000')))?.map(([start]) => start)).toEqual([
    1_700_000_000, 1_700_003_600,
  ])
})

test.each([
  ['1s', '1s'],
  ['15m', '15m'],
  ['4h', '4H'],
  ['6h', '6Hutc'],
  ['1d', '1Dutc'],
  ['1w', '1Wutc'],
])(
  'candles of %s are asked for as %s: those of a day begin at midnight in UTC',
  (timeframe, bar) => {
    expect(okx.candles(BTC, timeframe, 2).params).toMatchObject({ bar })
  },
)
