// What Bybit's lists show, and what they refuse to be asked: by its documentation of /v5/order and /v5/execution.
import { expect, test } from 'vitest'
import { bybitHeaders, type Fields, openDialect } from '../exchange/testing/open-dialect.ts'
import { bybitDialect } from './dialect.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SPOT = { category: 'spot', symbol: 'BTCUSDT' }
const CREATE = 'POST /v5/order/create'
const HISTORY = 'GET /v5/order/history'
const FILLS = 'GET /v5/execution/list'

function open() {
  const { clock, ask } = openDialect(bybitDialect({ closedMs: HOUR }), bybitHeaders)
  const answer = (route: string, fields: Fields) => ask(route, { ...SPOT, ...fields }) as Answer
  const list = (route: string, fields: Fields = {}) => answer(route, fields).result.list ?? []
  const common = { orderType: 'Limit', qty: '0.001', timeInForce: 'IOC' }
  const place = (orderLinkId: string, fields: Fields = {}) =>
    answer(CREATE, { ...common, side: 'Buy', price: '61000', orderLinkId, ...fields }).result
  const code = (route: string, fields: Fields) => answer(route, fields).retCode
  return { clock, answer, list, place, code }
}

interface Answer {
  readonly retCode: number
  readonly result: {
    readonly list?: readonly { readonly orderLinkId: string }[]
    readonly nextPageCursor?: string
    readonly orderId?: string
  }
}

test('fills are those of the last week, or of a week that is asked for', () => {
  const { clock, list, place } = open()
  place('old')
  const at = clock.now()
  clock.advance(8 * DAY)
  place('new')
  const names = (fields: Fields) => list(FILLS, fields).map(({ orderLinkId }) => orderLinkId)
  expect(names({})).toEqual(['new'])
  expect(names({ startTime: at })).toEqual(['old'])
  expect(names({ endTime: at })).toEqual(['old'])
  expect(names({ startTime: at, endTime: at + 7 * DAY })).toEqual(['old'])
  expect(names({ startTime: at + DAY, endTime: at + 8 * DAY })).toEqual(['new'])
})

test('of an order that is named, the times are passed over: an old one is not shown', () => {
  const { clock, list, place } = open()
  const { orderId = '' } = place('old')
  const at = clock.now()
  expect(list(FILLS, { orderId })).toHaveLength(1)
  clock.advance(8 * DAY)
  expect(list(FILLS, { orderId, startTime: at, endTime: at + DAY })).toEqual([])
})

test('fills of more than two years ago are gone', () => {
  const { clock, list, place } = open()
  place('old')
  const at = clock.now()
  clock.advance(729 * DAY)
  expect(list(FILLS, { startTime: at, endTime: at + DAY })).toHaveLength(1)
  clock.advance(2 * DAY)
  expect(list(FILLS, { startTime: at, endTime: at + DAY })).toEqual([])
})

test('an order without a fill is gone after a day, one with fills stands for a week, and later where it is asked for', () => {
  const { clock, list, place } = open()
  place('filled')
  place('unfilled', { price: '59000' })
  const at = clock.now()
  const names = (fields: Fields = {}) => list(HISTORY, fields).map(({ orderLinkId }) => orderLinkId)
  expect(names()).toEqual(['unfilled', 'filled'])
  clock.advance(DAY)
  expect(names()).toEqual(['filled'])
  clock.advance(7 * DAY)
  expect(names()).toEqual([])
  expect(names({ orderLinkId: 'filled' })).toEqual([])
  expect(names({ startTime: at, endTime: at + DAY })).toEqual(['filled'])
})

test('orders and fills come page by page, the newest first', () => {
  const { answer, place } = open()
  for (const name of ['one', 'two', 'three']) place(name)
  for (const [route, limit] of [
    [FILLS, 2],
    [HISTORY, 2],
  ] as const) {
    const first = answer(route, { limit }).result
    expect(first.list?.map(({ orderLinkId }) => orderLinkId)).toEqual(['three', 'two'])
    const rest = answer(route, { limit, cursor: first.nextPageCursor ?? '' }).result
    expect(rest.list?.map(({ orderLinkId }) => orderLinkId)).toEqual(['one'])
    expect(rest.nextPageCursor).toBe('')
  }
})

test.each<[string, string, Fields, number]>([
  ['more than a week', FILLS, { startTime: 1, endTime: 7 * DAY + 2 }, 181010],
  ['more than a week of orders', HISTORY, { startTime: 1, endTime: 7 * DAY + 2 }, 181010],
  ['a span that ends before it begins', FILLS, { startTime: 2, endTime: 1 }, 10001],
  ['a time that is no number', FILLS, { startTime: 'yesterday' }, 10001],
  ['more fills than one page holds', FILLS, { limit: 101 }, 10001],
  ['more orders than one page holds', HISTORY, { limit: 51 }, 10001],
  ['nothing', FILLS, { limit: 0 }, 10001],
  ['orders that are neither open nor over', 'GET /v5/order/realtime', { openOnly: 2 }, 10001],
  ['a span of what is open now', 'GET /v5/order/realtime', { startTime: 1 }, 10001],
  ['the cancel of no order in particular', 'POST /v5/order/cancel', {}, 10001],
  [
    'the cancel of a kind that is none',
    'POST /v5/order/cancel',
    { orderLinkId: 'one', orderFilter: 'Stop' },
    10001,
  ],
  [
    'the cancel of an order on another market',
    'POST /v5/order/cancel',
    { orderLinkId: 'one', symbol: 'ETHUSDT' },
    170213,
  ],
])('%s is refused', (_, route, fields, code) => {
  const venue = open()
  venue.place('one', { timeInForce: 'GTC', price: '50000' })
  expect(venue.code(route, fields)).toBe(code)
})
