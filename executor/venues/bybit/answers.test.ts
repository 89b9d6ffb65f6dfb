// What Bybit may answer, read by itself: rebates, debts, sides of stops, keys, and refusals with HTTP 200.
import { expect, test } from 'vitest'
import { bybit } from './dialect.ts'
import { limits, refusals } from './refusals.ts'

const said = (result: object) => ({ retCode: 0, retMsg: 'OK', result, time: 1_700_000_000_000 })
const rows = (...list: readonly unknown[]) => said({ category: 'spot', nextPageCursor: '', list })
const ID = 'f'.repeat(32)

const instrument = {
  symbol: 'BTCUSDT',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  status: 'Trading',
  lotSizeFilter: {
    basePrecision: '0.000001',
    minOrderQty: '0.000011',
    maxOrderQty: '83',
    minOrderAmt: '5',
    maxLimitOrderQty: '80',
  },
  priceFilter: { tickSize: '0.1' },
}
const marketOf = (row: object) => bybit.markets.ask(['BTC/USDT']).read(rows(row))?.[0]
const BTC = marketOf(instrument)
if (BTC === undefined) throw new Error('a market that can be read')

test('the rules of a market are those that are still checked', () => {
  expect(BTC.rules).toMatchObject({
    market: 'BTC/USDT',
    step: '0.000001',
    minAmount: '0.000001',
    maxAmount: '80',
    minValue: '5',
    stop: { holds: 'coins', max: 30 },
  })
  const { maxLimitOrderQty: _, ...older } = instrument.lotSizeFilter
  expect(marketOf({ ...instrument, lotSizeFilter: older })?.rules.maxAmount).toBe('83')
  const { maxOrderQty: __, ...none } = older
  expect(marketOf({ ...instrument, lotSizeFilter: none })).toBeUndefined()
})

const order = {
  symbol: 'BTCUSDT',
  orderId: '2196438905311313408',
  orderLinkId: ID,
  orderStatus: 'Untriggered',
  cumExecQty: '0',
  timeInForce: 'GTC',
  stopOrderType: 'tpslOrder',
  triggerPrice: '50000',
  triggerDirection: 0,
  basePrice: '60000',
}
const [realtime, history] = bybit.orderById(BTC, ID)

test.each([
  [{ triggerDirection: 2 }, 'at_or_below'],
  [{ triggerDirection: '2' }, 'at_or_below'],
  [{ triggerDirection: 1 }, 'at_or_above'],
  [{}, 'at_or_below'],
  [{ basePrice: '49000' }, 'at_or_above'],
  [{ basePrice: '50000' }, 'at_or_above'],
  [{ basePrice: '' }, undefined],
  [{ orderStatus: 'New', basePrice: '49000' }, undefined],
])('a stop with %j waits for a price %s its trigger', (change, triggers) => {
  const read = realtime?.read(rows({ ...order, ...change }))
  expect(read).toMatchObject({ kind: 'stop', exchangeId: order.orderId, status: 'open' })
  expect(read !== 'missing' && read?.triggers).toBe(triggers)
})

test.each([
  ['New', 'GTC', 'open'],
  ['PartiallyFilled', 'GTC', 'open'],
  ['Triggered', 'GTC', 'open'],
  ['Filled', 'IOC', 'filled'],
  ['PartiallyFilledCanceled', 'IOC', 'expired'],
  ['Cancelled', 'IOC', 'expired'],
  ['Cancelled', 'GTC', 'canceled'],
  ['Deactivated', 'GTC', 'canceled'],
  ['Rejected', 'GTC', 'rejected'],
])('an order that is %s with %s is %s', (orderStatus, timeInForce, status) => {
  const row = { ...order, orderStatus, timeInForce, stopOrderType: '', triggerPrice: '' }
  expect(realtime?.read(rows(row))).toMatchObject({ kind: 'order', status })
})

test('missing is said by an answer that holds no row, in the view of open orders and in the history', () => {
  for (const question of [realtime, history]) {
    expect(question?.read(rows())).toBe('missing')
    expect(question?.read(rows({ ...order, orderLinkId: 'another' }))).toBeNull()
    expect(question?.read(rows(order, order))).toBeNull()
    expect(question?.read({ retCode: 0 })).toBeNull()
  }
})

const fill = {
  symbol: 'BTCUSDT',
  orderId: '5',
  orderLinkId: ID,
  side: 'Buy',
  execId: '2100000000007764263',
  execPrice: '60000',
  execQty: '0.5',
  execFee: '0.0005',
  feeCurrency: 'BTC',
  execTime: '1700000000000',
}

test.each([
  [{}, { amount: '0.0005', currency: 'BTC' }],
  [{ execFee: '-0.0005' }, { amount: '0', currency: 'BTC' }],
  [
    { execFee: '-30', feeCurrency: '' },
    { amount: '0', currency: 'USDT' },
  ],
  [
    { side: 'Sell', execFee: '-0.0005', feeCurrency: '' },
    { amount: '0', currency: 'BTC' },
  ],
  [
    { execFee: '0.01', feeCurrency: 'MNT' },
    { amount: '0.01', currency: 'MNT' },
  ],
  [{ feeCurrency: '' }, { amount: '0.0005', currency: 'BTC' }],
  [
    { side: 'Sell', execFee: '30', feeCurrency: '' },
    { amount: '30', currency: 'USDT' },
  ],
  [{ execFee: '' }, undefined],
])('a fee of %j is what was taken', (change, fee) => {
  const [trade] = bybit.trades(BTC).read(rows({ ...fill, ...change })) ?? []
  expect(trade?.fee).toEqual(fee)
  expect(trade?.clientOrderId).toBe(ID)
  const paid = 'execFee' in change && change.execFee.startsWith('-')
  expect(trade?.rebate !== undefined).toBe(paid)
})

test('a full page of fills is followed by the next, as its cursor says', () => {
  const list = Array.from({ length: 100 }, (_, k) => ({ ...fill, execId: `${k}` }))
  const page = { category: 'spot', list, nextPageCursor: '132766%3A2%2C132766%3A2' }
  expect(bybit.fills(BTC, '5', null).read(said(page))?.next).toBe(page.nextPageCursor)
  expect(bybit.fills(BTC, '5', page.nextPageCursor).params).toMatchObject({
    cursor: page.nextPageCursor,
  })
  expect(bybit.fills(BTC, '5', null).read(said({ ...page, nextPageCursor: '' }))?.next).toBeNull()
  expect(bybit.fills(BTC, '5', null).read(rows(fill))?.next).toBeNull()
  expect(bybit.fills(BTC, '6', null).read(rows(fill)), 'of another order').toBeNull()
})

test('of a span all that was traded is asked for, and only the fills of the order are taken', () => {
  const question = bybit.fills(BTC, '5', null, { since: 1, until: 2 })
  expect(question.params).toMatchObject({ symbol: 'BTCUSDT', startTime: 1, endTime: 2 })
  expect(question.params).not.toHaveProperty('orderId')
  const page = rows({ ...fill, execId: '1' }, { ...fill, execId: '2', orderId: '6' })
  expect(question.read(page)?.fills.map(({ id }) => id)).toEqual(['1'])
})

test('what is borrowed is not there to be sold, and balances are all there or none', () => {
  const btc = { coin: 'BTC', walletBalance: '1.5', locked: '0.5', spotBorrow: '0.2' }
  const wallet = (...coin: readonly unknown[]) => rows({ accountType: 'UNIFIED', coin })
  const { read } = bybit.balances(new Set(['BTC', 'USDT']))
  const spot = { currency: 'BTC', free: '0.8', used: '0.5', borrowed: '0.2' }
  expect(read(wallet(btc))).toEqual([spot])
  expect(read(wallet({ ...btc, borrowAmount: '0.35' }))).toEqual([{ ...spot, borrowed: '0.35' }])
  const own = { ...btc, spotBorrow: '0', borrowAmount: '' }
  expect(read(wallet(own))).toEqual([{ currency: 'BTC', free: '1', used: '0.5' }])
  const owed = { ...btc, walletBalance: '-0.1', locked: '', spotBorrow: '' }
  expect(read(wallet(owed))).toEqual([{ currency: 'BTC', free: '0', used: '0', borrowed: '0.1' }])
  expect(read(wallet(btc, { coin: 'PEPE', locked: '1e9' }))).toHaveLength(1)
  expect(read(wallet({ ...btc, locked: '1e9' }))).toBeNull()
  expect(read(rows({ accountType: 'SPOT', coin: [btc] }))).toBeNull()
})

const [kindOfAccount, spotMargin] = bybit.borrowing?.() ?? []

test.each([
  [{ unifiedMarginStatus: 5, marginMode: 'REGULAR_MARGIN' }, 'never'],
  [{ unifiedMarginStatus: '6' }, 'never'],
  [{ unifiedMarginStatus: 1 }, 'may'],
  [{}, 'may'],
])('an account with %j borrows: %s', (info, borrowing) => {
  expect(kindOfAccount?.read(said(info))).toBe(borrowing)
})

test('an account whose spot margin is not off may borrow', () => {
  expect(spotMargin?.read(said({ spotMarginMode: '0', spotLeverage: '' }))).toBe('never')
  expect(spotMargin?.read(said({ spotMarginMode: '1', spotLeverage: '3' }))).toBe('may')
  expect(spotMargin?.read(said({}))).toBeNull()
})

test('rights, the IP list and the end of a key are read, and what is not told is unknown', () => {
  const key = {
    readOnly: 0,
    permissions: { Spot: ['SpotTrade'], Wallet: ['AccountTransfer'] },
    ips: ['*'],
    createdAt: '2026-01-01T00:00:00Z',
    expiredAt: '2026-04-01T00:00:00Z',
  }
  expect(bybit.keyRights().read(said(key))).toEqual({
    trade: 'yes',
    withdraw: 'no',
    transfer: 'yes',
    ipList: 'no',
    created: Date.UTC(2026, 0, 1),
    expires: Date.UTC(2026, 3, 1),
  })
  const bound = { ...key, ips: ['203.0.113.7'], expiredAt: '1970-01-01T00:00:00Z' }
  expect(bybit.keyRights().read(said(bound))).not.toHaveProperty('expires')
  expect(
    bybit.keyRights().read(said({ ...bound, permissions: { Wallet: ['Withdraw'] } })),
  ).toMatchObject({
    trade: 'unknown',
    withdraw: 'yes',
    ipList: 'yes',
  })
  expect(bybit.keyRights().read(said({ ...key, readOnly: 1 }))).toMatchObject({
    trade: 'no',
    transfer: 'no',
  })
  expect(bybit.keyRights().read(said({ ...key, ips: undefined }))?.ipList).toBe('unknown')
})

test.each([
  [170131, 'exchange_funds_insufficient'],
  [170137, 'exchange_filter_refused'],
  [10010, 'exchange_key_refused'],
  // The name is used: an order is there.
  [170141, undefined],
  [110072, undefined],
  // Whether it was taken is not known.
  [170007, undefined],
  [170146, undefined],
  [10016, undefined],
  [170999, undefined],
])('HTTP 200 with %s is %s', (retCode, rejection) => {
  const refusal = refusals.read(200, { retCode, retMsg: 'words', result: {} })
  expect(refusal?.code).toBe(String(retCode))
  expect(refusal && refusals.rejection(refusal)).toBe(rejection)
})

test('what a server that fails says proves nothing, and an answer is no refusal', () => {
  expect(refusals.read(500, { retCode: 170131, retMsg: 'words' })).toBeNull()
  expect(refusals.read(200, rows())).toBeNull()
  expect(refusals.read(200, { retCode: 10006, retMsg: 'Too many visits!' })?.why).toBe('limited')
})

test('a market that it does not support is told by its words, where the number says less', () => {
  const refused = (retMsg: string) => refusals.read(200, { retCode: 10001, retMsg, result: {} })
  const isUnknown = (retMsg: string) => {
    const refusal = refused(retMsg)
    return refusal !== null && refusals.isUnknownMarket(refusal)
  }
  expect(isUnknown('Not supported symbols')).toBe(true)
  expect(isUnknown('Request parameter error')).toBe(false)
})

test('it is left alone for ten minutes after a 403, and goes slowly where little is left', () => {
  expect(limits.read(403, {}).backoff).toEqual({ why: 'banned', ms: 600_000 })
  expect(limits.read(200, { 'x-bapi-limit': '50', 'x-bapi-limit-status': '5' })).toEqual({
    backoff: null,
    used: 0.9,
  })
  expect(limits.read(200, {}).used).toBeNull()
})

test('candles come oldest first, from the one that was asked for on', () => {
  const { params, read } = bybit.candles(BTC, '1h', 2, 1_700_000_000_000)
  expect(params).toMatchObject({ interval: '60', start: 1_700_000_000_000, end: 1_700_007_199_999 })
  const row = (at: string) => [at, '1', '2', '1', '2', '5', '10']
  expect(read(rows(row('1700003600000'), row('1700000000000')))?.map(([start]) => start)).toEqual([
    1_700_000_000, 1_700_003_600,
  ])
})

test.each([
  ['1m', '1'],
  ['15m', '15'],
  ['12h', '720'],
  ['1d', 'D'],
  ['1w', 'W'],
])('candles of %s are asked for as %s', (timeframe, interval) => {
  expect(bybit.candles(BTC, timeframe, 2).params).toMatchObject({ interval })
})
