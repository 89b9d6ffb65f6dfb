// What OKX's lists show, and what they refuse to be asked: by its documentation of /api/v5/trade.
import { expect, test } from 'vitest'
import { type Fields, okxHeaders, openDialect } from '../exchange/testing/open-dialect.ts'
import { okxDialect } from './dialect.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SPOT = { instType: 'SPOT', instId: 'BTC-USDT' }
const ORDER = 'GET /api/v5/trade/order'
const HISTORY = 'GET /api/v5/trade/orders-history'
const STOPS = 'GET /api/v5/trade/orders-algo-history'
const FILLS = 'GET /api/v5/trade/fills'
const ALL_FILLS = 'GET /api/v5/trade/fills-history'

interface Answer {
  readonly code: string
  readonly data: readonly {
    readonly clOrdId: string
    readonly ordId: string
    readonly sCode?: string
  }[]
}

function open() {
  const { clock, ask } = openDialect(okxDialect(), okxHeaders)
  const answer = (route: string, fields: Fields = {}) => ask(route, fields) as Answer
  const common = { instId: 'BTC-USDT', tdMode: 'cash', sz: '0.001', ordType: 'ioc', side: 'buy' }
  const place = (clOrdId: string, fields: Fields = {}) =>
    answer('POST /api/v5/trade/order', { ...common, px: '61000', clOrdId, ...fields })
  const names = (route: string, fields: Fields = {}) =>
    answer(route, { ...SPOT, ...fields }).data.map(({ clOrdId }) => clOrdId)
  const code = (route: string, fields: Fields) => {
    const { code: whole, data } = answer(route, fields)
    return data[0]?.sCode ?? whole
  }
  return { clock, place, names, code }
}

test('an order that was canceled without a fill is gone after two hours, whoever asks', () => {
  const { clock, place, names, code } = open()
  place('filled')
  place('unfilled', { px: '59000' })
  const one = (clOrdId: string) => code(ORDER, { instId: 'BTC-USDT', clOrdId })
  expect(names(HISTORY)).toEqual(['unfilled', 'filled'])
  clock.advance(2 * HOUR)
  expect(names(HISTORY)).toEqual(['filled'])
  expect([one('filled'), one('unfilled')]).toEqual(['0', '51603'])
})

test('the list of orders reaches a week back, that of trades three days, and that of all trades three months', () => {
  const { clock, place, names, code } = open()
  place('filled')
  const shown = () => [HISTORY, FILLS, ALL_FILLS].map((route) => names(route).length)
  expect(shown()).toEqual([1, 1, 1])
  clock.advance(3 * DAY)
  expect(shown()).toEqual([1, 0, 1])
  clock.advance(4 * DAY)
  expect(shown()).toEqual([0, 0, 1])
  expect(code(ORDER, { instId: 'BTC-USDT', clOrdId: 'filled' })).toBe('0')
  clock.advance(82 * DAY)
  expect(shown()).toEqual([0, 0, 0])
  expect(code(ORDER, { instId: 'BTC-USDT', clOrdId: 'filled' })).toBe('51603')
})

test('orders and fills come page by page, the newest first, and between two times', () => {
  const { clock, place, names } = open()
  const from = clock.now()
  for (const name of ['one', 'two', 'three']) {
    place(name)
    clock.advance(1_000)
  }
  for (const route of [HISTORY, FILLS, ALL_FILLS]) {
    expect(names(route, { limit: '2' })).toEqual(['three', 'two'])
    expect(names(route, { begin: String(from + 1), end: String(from + 1_000) })).toEqual(['two'])
  }
  expect(names(HISTORY, { after: '1002' })).toEqual(['one'])
  expect(names(FILLS, { after: '2' })).toEqual(['one'])
})

test.each<[string, string, Fields, string]>([
  ['orders of no kind of market', HISTORY, { instId: 'BTC-USDT' }, '50014'],
  ['all trades of no kind of market', ALL_FILLS, { instId: 'BTC-USDT' }, '50014'],
  ['orders of another kind of market', HISTORY, { instType: 'SWAP' }, '51000'],
  ['trades of another kind of market', FILLS, { instType: 'SWAP' }, '51000'],
  ['waiting stops of no kind', 'GET /api/v5/trade/orders-algo-pending', SPOT, '50014'],
  ['stops of no kind', STOPS, { ...SPOT, state: 'canceled' }, '50014'],
  ['stops in no state', STOPS, { ...SPOT, ordType: 'conditional' }, '50014'],
  [
    'stops that wait among those that are over',
    STOPS,
    { ...SPOT, ordType: 'conditional', state: 'live' },
    '51000',
  ],
  ['a state of waiting orders', 'GET /api/v5/trade/orders-pending', { state: 'filled' }, '51000'],
  ['more than one page holds', FILLS, { limit: '101' }, '51000'],
  ['nothing', FILLS, { limit: '0' }, '51000'],
  ['a time that is no number', FILLS, { begin: 'yesterday' }, '51000'],
  ['a page after no number', FILLS, { after: 'one' }, '51000'],
  ['an order on no market', ORDER, { clOrdId: 'one' }, '50014'],
  ['an order of no name', ORDER, { instId: 'BTC-USDT' }, '50014'],
  ['a stop of no name', 'GET /api/v5/trade/order-algo', {}, '50014'],
  ['a cancel on no market', 'POST /api/v5/trade/cancel-order', { clOrdId: 'one' }, '50014'],
  [
    'a cancel on another market',
    'POST /api/v5/trade/cancel-order',
    { clOrdId: 'one', instId: 'ETH-USDT' },
    '51400',
  ],
])('%s is refused', (_, route, fields, code) => {
  const venue = open()
  venue.place('one', { ordType: 'limit', px: '50000' })
  expect(venue.code(route, fields)).toBe(code)
})
