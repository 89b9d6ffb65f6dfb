// What the shared part makes of venues that differ from each other, against a client that answers from a table.
import { expect, test } from 'vitest'
import type { AccountTrade, ExchangeOrder } from '../../core/model/exchange.ts'
import { binance } from '../binance/dialect.ts'
import { order } from '../testing/steps.ts'
import type { Dialect, ListedOrder, Question, VenueMarket } from './dialect.ts'
import { fillsOf, tradesSince } from './fills.ts'
import { allOpenOrders, cancel, find, openOrders, place } from './orders.ts'
import type { Reply } from './reply.ts'
import type { RestClient } from './rest-client.ts'

const MARKET = { id: 'BTC-USDT', rules: { market: 'BTC/USDT' } } as unknown as VenueMarket
const ID = 'a'.repeat(32)
const FILL = { at: 1, amount: '1', price: '2' }

type Answers = Readonly<Record<string, Reply<unknown> | readonly Reply<unknown>[]>>

const answer = (value: unknown): Reply<unknown> => ({ got: 'answer', value })
const refusal = (code: string): Reply<unknown> => ({
  got: 'refusal',
  refusal: { code, text: 'no', why: 'refused' },
})
const UNKNOWN_ORDER = refusal('-2013')

/** Each question is answered by its name; with a list, one after the other. */
function clientOf(change: Partial<Dialect>, answers: Answers) {
  const asked: string[] = []
  const named = <T>(method: string): Question<T> => ({ method, params: {}, read: () => null })
  const dialect: Dialect = {
    ...binance,
    orderNumbers: 'unordered',
    placeOrder: () => named('place'),
    cancelOrder: (_, __, kind) => [named(`cancel ${kind}`), named(`cancel ${kind} elsewhere`)],
    orderById: () => [named('order'), named('stop order')],
    openOrders: () => [named('open'), named('open stops')],
    recentOrders: () => [named('recent')],
    fills: (_, exchangeId, from) => named(`fills ${exchangeId} ${from}`),
    trades: () => named('trades'),
    ...change,
  }
  const ask = async ({ method }: Question<unknown>) => {
    const nth = asked.filter((one) => one === method).length
    asked.push(method)
    const reply = answers[method]
    if (reply === undefined) throw new Error(`nobody expected ${method}`)
    return Array.isArray(reply) ? reply[nth] : reply
  }
  const answered = async (question: Question<unknown>) => {
    const reply = await ask(question)
    return reply.got === 'answer' ? { ok: true, value: reply.value } : { ok: false, message: 'no' }
  }
  return { client: { dialect, ask, answer: answered } as unknown as RestClient, asked }
}

function listed(change: Partial<ListedOrder> = {}): ListedOrder {
  const found = { kind: 'order', exchangeId: '7', clientOrderId: ID, status: 'open' } as const
  return { ...found, filled: '0', fills: [], ...change }
}

function trade(change: Partial<AccountTrade> = {}): AccountTrade {
  return { ...FILL, id: 't1', exchangeId: '7', side: 'sell', ...change }
}

const named = <T>(method: string): Question<T> => ({ method, params: {}, read: () => null })

/** A venue where a stop that triggers is over, and another number goes on. */
const CHILDREN: Partial<Dialect> = {
  triggeredStops: {
    isStop: (exchangeId) => exchangeId.startsWith('stop:'),
    order: () => named<ExchangeOrder>('child'),
    cancel: () => named<'requested'>('cancel child'),
    list: () => named<readonly { order: string; stop: string }[]>('triggered'),
    most: 2,
  },
}
const TRIGGERED = { triggered: answer([{ order: '19', stop: 'stop:92' }]) }

test('after a receipt it is asked once what became of the order', async () => {
  const sent = order({ clientOrderId: ID })
  const { client, asked } = clientOf(
    { placing: 'receipt' },
    { place: answer(listed()), order: answer(listed({ status: 'filled', filled: '0.001' })) },
  )
  expect(await place(client, MARKET, sent)).toMatchObject({ order: { status: 'filled' } })
  expect(asked).toEqual(['place', 'order'])
})

test('a receipt counts although nobody sees the order yet', async () => {
  const { client } = clientOf(
    { placing: 'receipt' },
    { place: answer(listed()), order: UNKNOWN_ORDER, 'stop order': UNKNOWN_ORDER },
  )
  const placed = await place(client, MARKET, order({ clientOrderId: ID }))
  expect(placed).toMatchObject({ outcome: 'accepted', order: { exchangeId: '7', status: 'open' } })
})

test('a receipt is not taken for another order that has the same name', async () => {
  const other = listed({ exchangeId: '6', status: 'filled', filled: '0.001' })
  const { client } = clientOf(
    { placing: 'receipt' },
    { place: answer(listed()), order: answer(other) },
  )
  const placed = await place(client, MARKET, order({ clientOrderId: ID }))
  expect(placed).toMatchObject({ outcome: 'accepted', order: { exchangeId: '7', status: 'open' } })
})

test('a triggered stop that only a list shows is followed to the order that it became', async () => {
  const stop = listed({ kind: 'stop', exchangeId: 'stop:92', became: '19' })
  const { client } = clientOf(CHILDREN, {
    order: UNKNOWN_ORDER,
    'stop order': UNKNOWN_ORDER,
    open: answer([]),
    'open stops': answer([]),
    recent: answer([stop]),
    child: answer(listed({ exchangeId: '19', status: 'filled', filled: '1' })),
  })
  const found = await find(client, MARKET, ID)
  expect(found).toMatchObject({ order: { exchangeId: 'stop:92', status: 'filled', filled: '1' } })
})

test.each(['order', 'stop order', 'open', 'open stops', 'recent', 'trades'])(
  'an order is missing only when each place has said so, and not where "%s" did not answer',
  async (silent) => {
    const empty = answer([])
    const everywhere = {
      order: UNKNOWN_ORDER,
      'stop order': UNKNOWN_ORDER,
      open: empty,
      'open stops': empty,
      recent: empty,
      trades: empty,
    }
    expect(await find(clientOf({}, everywhere).client, MARKET, ID)).toEqual({ outcome: 'missing' })
    const silence = { ...everywhere, [silent]: { got: 'ambiguous', message: 'no' } as const }
    expect(await find(clientOf({}, silence).client, MARKET, ID)).toMatchObject({
      outcome: 'unknown',
    })
  },
)

test.each([
  ['carries its name', trade({ clientOrderId: ID }), 'unknown'],
  ['carries another name', trade({ clientOrderId: 'b'.repeat(32) }), 'missing'],
  ['carries no name and is of an order that no list has', trade(), 'unknown'],
])('a trade that %s makes an order that nobody lists %s', async (_, traded, outcome) => {
  const { client } = clientOf(
    {},
    {
      order: UNKNOWN_ORDER,
      'stop order': UNKNOWN_ORDER,
      open: answer([]),
      'open stops': answer([]),
      recent: answer([]),
      trades: answer([traded]),
    },
  )
  expect((await find(client, MARKET, ID)).outcome).toBe(outcome === 'unknown' ? 'unknown' : outcome)
})

test('a stop that triggered stands as the order that it became, under its own number', async () => {
  const stop = listed({ kind: 'stop', exchangeId: 'stop:92', status: 'filled', became: '19' })
  const child = { ...listed({ exchangeId: '19', clientOrderId: '' }), filled: '0.4' }
  const { client } = clientOf(CHILDREN, {
    order: UNKNOWN_ORDER,
    'stop order': answer(stop),
    child: answer(child),
  })
  expect(await find(client, MARKET, ID)).toEqual({
    outcome: 'found',
    order: {
      kind: 'stop',
      exchangeId: 'stop:92',
      clientOrderId: ID,
      status: 'open',
      filled: '0.4',
      fills: [],
    },
  })
})

test('its fills, its trades and its rest are told under that number too', async () => {
  const { client } = clientOf(CHILDREN, {
    ...TRIGGERED,
    'fills 19 null': answer({ fills: [{ ...FILL, id: 't1' }], next: null }),
    trades: answer([trade({ exchangeId: '19' }), trade({ id: 't2', exchangeId: '20' })]),
    open: answer([listed({ exchangeId: '19' })]),
    'open stops': answer([]),
  })
  const fills = await fillsOf(client, MARKET, 'stop:92')
  expect(fills).toMatchObject({ ok: true, value: [{ id: 't1' }] })
  const trades = await tradesSince(client, MARKET, 0)
  expect(trades.ok && trades.value.map(({ exchangeId }) => exchangeId)).toEqual(['stop:92', '20'])
  const open = await openOrders(client, MARKET, 'all')
  expect(open.ok && open.value.map(({ exchangeId }) => exchangeId)).toEqual(['stop:92'])
})

test('a row that cannot be read leaves a list of a market unanswered, or is counted where that is wanted', async () => {
  const lists = { open: answer([listed(), null]), 'open stops': answer([]), trades: answer([null]) }
  const { client } = clientOf({}, lists)
  expect(await openOrders(client, MARKET, 'all')).toMatchObject({ ok: false })
  const other = clientOf({}, lists).client
  expect(await openOrders(other, MARKET, 'readable')).toMatchObject({
    ok: true,
    value: [{ clientOrderId: ID }],
    unread: 1,
  })
  expect(await tradesSince(client, MARKET, 0)).toMatchObject({ ok: false })
  expect(await tradesSince(other, MARKET, 0, 'readable')).toEqual({
    ok: true,
    value: [],
    unread: 1,
  })
})

test('an order is found beside a row that cannot be read, and is never missing beside one', async () => {
  const nowhere = { order: UNKNOWN_ORDER, 'stop order': UNKNOWN_ORDER, recent: answer([null]) }
  const open = (rows: unknown) => ({ ...nowhere, open: answer(rows), 'open stops': answer([]) })
  expect(await find(clientOf({}, open([listed()])).client, MARKET, ID)).toMatchObject({
    outcome: 'found',
  })
  expect(await find(clientOf({}, open([])).client, MARKET, ID, '7')).toMatchObject({
    outcome: 'unknown',
  })
})

test('rows of the whole account that nobody can read are counted', async () => {
  const order = { ...listed(), market: 'BTCUSDT' }
  const lists = { all: answer([order, null]), 'all stops': answer([null]) }
  const { client } = clientOf({ allOpenOrders: () => [named('all'), named('all stops')] }, lists)
  expect(await allOpenOrders(client)).toEqual({ ok: true, value: [order], unread: 2 })
})

test('a stop that waits has no fills, and none are asked for', async () => {
  const { client, asked } = clientOf(CHILDREN, TRIGGERED)
  expect(await fillsOf(client, MARKET, 'stop:93')).toEqual({ ok: true, value: [] })
  expect(asked).toEqual(['triggered'])
})

test('a stop that is not among the newest that triggered may have triggered before them', async () => {
  const rows = [
    { order: '19', stop: 'stop:92' },
    { order: null, stop: 'stop:93' },
  ]
  const { client, asked } = clientOf(CHILDREN, { triggered: answer(rows) })
  expect((await fillsOf(client, MARKET, 'stop:91')).ok).toBe(false)
  expect((await fillsOf(client, MARKET, 'stop:93')).ok, 'it does not say as what').toBe(false)
  expect(asked).toEqual(['triggered', 'triggered'])
})

test('fills of an order that is older than one question reaches are asked for span by span', async () => {
  const WEEK = 7 * 86_400_000
  const now = 30 * WEEK
  const spans: unknown[] = []
  const { client, asked } = clientOf(
    {
      fillsSpanMs: WEEK,
      fills: (_, exchangeId, from, span) => {
        if (span !== undefined) spans.push(span)
        return named(`fills ${exchangeId} ${from} ${span === undefined ? 'all' : spans.length}`)
      },
    },
    {
      'fills 7 null all': answer({ fills: [], next: null }),
      'fills 7 null 1': answer({ fills: [], next: 'b' }),
      'fills 7 b 2': answer({ fills: [{ ...FILL, id: '1' }], next: null }),
      'fills 7 null 3': answer({ fills: [{ ...FILL, id: '2' }], next: null }),
    },
  )
  const young = await fillsOf(client, MARKET, '7', { since: now - WEEK + 3_600_001, now })
  expect(young).toEqual({ ok: true, value: [] })
  const old = await fillsOf(client, MARKET, '7', { since: now - 1.5 * WEEK, now })
  expect(old.ok && old.value.map(({ id }) => id)).toEqual(['1', '2'])
  const from = now - 1.5 * WEEK - 3_600_000
  const first = { since: from, until: from + WEEK - 1 }
  expect(spans).toEqual([first, first, { since: from + WEEK, until: now }])
  expect(asked).toHaveLength(4)
})

test('an order whose number is known is missing although others have traded, and although what its stop became is gone', async () => {
  const places = { open: answer([]), 'open stops': answer([]), recent: answer([]) }
  const gone = { order: UNKNOWN_ORDER, 'stop order': UNKNOWN_ORDER, ...places }
  const strange = { trades: answer([trade({ exchangeId: '8' })]) }
  const unnumbered = clientOf({}, { ...gone, ...strange })
  expect((await find(unnumbered.client, MARKET, ID)).outcome).toBe('unknown')
  const numbered = clientOf({}, gone)
  expect((await find(numbered.client, MARKET, ID, '7')).outcome).toBe('missing')
  const stop = listed({ exchangeId: 'stop:92', became: '19' })
  const triggered = clientOf(CHILDREN, { ...gone, order: answer(stop), child: UNKNOWN_ORDER })
  expect((await find(triggered.client, MARKET, ID, 'stop:92')).outcome).toBe('missing')
  expect((await find(triggered.client, MARKET, ID)).outcome, 'it was there').toBe('unknown')
})

test('pages of fills may overlap and come in any order, and each fill counts once', async () => {
  const page = (ids: readonly string[], next: string | null) =>
    answer({ fills: ids.map((id) => ({ ...FILL, id })), next })
  const { client } = clientOf(
    {},
    { 'fills 7 null': page(['9', '3', '7'], 'b'), 'fills 7 b': page(['3', '1'], null) },
  )
  const fills = await fillsOf(client, MARKET, '7')
  expect(fills.ok && fills.value.map(({ id }) => id)).toEqual(['9', '3', '7', '1'])
})

test('a page that brings nothing new ends the questions, and is no answer', async () => {
  const page = answer({ fills: [{ ...FILL, id: '1' }], next: 'b' })
  const { client, asked } = clientOf({}, { 'fills 7 null': page, 'fills 7 b': page })
  expect((await fillsOf(client, MARKET, '7')).ok).toBe(false)
  expect(asked).toHaveLength(2)
})

test('a stop that has become another order is taken back as that one', async () => {
  const stop = listed({ kind: 'stop', exchangeId: 'stop:92', became: '19' })
  const { client, asked } = clientOf(CHILDREN, {
    'cancel stop': refusal('51400'),
    order: answer(stop),
    'cancel child': answer('requested'),
    child: answer(listed({ exchangeId: '19', status: 'canceled' })),
  })
  expect(await cancel(client, MARKET, ID, 'stop')).toEqual({ ok: true, value: 'canceled' })
  expect(asked).toEqual(['cancel stop', 'order', 'cancel child', 'child'])
})

test('that it has become another order which cannot be taken back is said', async () => {
  const stop = listed({ kind: 'stop', exchangeId: 'stop:92', became: '19' })
  const { client } = clientOf(CHILDREN, {
    'cancel stop': refusal('51400'),
    order: answer(stop),
    'cancel child': refusal('50001'),
    child: answer(listed({ exchangeId: '19' })),
  })
  expect(await cancel(client, MARKET, ID, 'stop')).toMatchObject({ ok: false })
})

test.each([
  ['open', false],
  ['canceled', { ok: true, value: 'canceled' }],
  ['filled', { ok: true, value: 'not_open' }],
] as const)('a cancel that was only requested is looked after: %s', async (status, told) => {
  const { client, asked } = clientOf(
    {},
    {
      'cancel stop': answer('requested'),
      order: UNKNOWN_ORDER,
      'stop order': answer(listed({ status })),
    },
  )
  const answered = await cancel(client, MARKET, ID, 'stop')
  expect(told === false ? answered.ok : answered).toEqual(told)
  expect(asked).toEqual(['cancel stop', 'order', 'stop order'])
})
