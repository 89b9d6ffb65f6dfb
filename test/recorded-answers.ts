// Which of our questions a recorded answer belongs to, and what our reader makes of it.
import { z } from 'zod'
import type { OrderRequest } from '../executor/core/model/exchange.ts'
import type { Dialect, Question, VenueMarket } from '../executor/venues/adapter/dialect.ts'
import { readJson } from '../executor/venues/adapter/json.ts'

const recorded = z.looseObject({
  description: z.string(),
  input: z.array(z.unknown()).optional(),
  httpResponse: z.unknown(),
})

/** As ccxt writes them: by the name of its unified method. */
export const recordedFile = z.looseObject({ methods: z.record(z.string(), z.array(recorded)) })

type Recorded = z.infer<typeof recorded>

export interface Reading {
  /** ccxt's unified one. */
  readonly method: string
  readonly about: string
  /** `other`: of a market, or of a kind, that no question of ours is about. */
  readonly got: 'read' | 'refused' | 'unread' | 'crashed' | 'other'
  readonly why: string
}

export function readRecorded(
  dialect: Dialect,
  { methods }: z.infer<typeof recordedFile>,
): readonly Reading[] {
  return Object.entries(methods).flatMap(([method, answers]) =>
    answers.map((answer) => ({
      method,
      about: answer.description,
      ...readOne(dialect, method, answer),
    })),
  )
}

export function countsOf(readings: readonly Reading[]) {
  const count = (got: Reading['got']) => readings.filter((one) => one.got === got).length
  return {
    read: count('read'),
    refused: count('refused'),
    unread: count('unread'),
    crashed: count('crashed'),
    others: count('other'),
  }
}

function readOne(dialect: Dialect, method: string, answer: Recorded): Pick<Reading, 'got' | 'why'> {
  const body = withNumbers(readJson(JSON.stringify(answer.httpResponse)))
  const other = { got: 'other', why: '' } as const
  const isFuture = ofFuture(body)
  // The forms of its futures are others.
  if (isFuture && dialect.name === 'binance') return other
  try {
    // Of another account than the one that trades.
    if (JSON.stringify(answer.input ?? []).includes('"funding"')) return other
    const questions = questionsOf(dialect, method, body)
    if (questions.length === 0) return other
    const refusal = dialect.refusals.read(200, body) ?? dialect.refusals.read(400, body)
    if (refusal !== null) return { got: 'refused', why: refusal.code }
    // An order may be in any one of several places, each with a form of its own.
    const isRead = questions.some(({ read }) => isWhole(read(body)))
    if (isRead) return { got: 'read', why: isFuture ? 'a future, in the same form' : '' }
    return isFuture ? other : { got: 'unread', why: '' }
  } catch (error) {
    return { got: 'crashed', why: error instanceof Error ? error.message : String(error) }
  }
}

/** Rows say what they are of; what says nothing of it may be of a spot market. */
function ofFuture(body: unknown): boolean {
  const marks = [
    /"(?:instType|category)":"(?!SPOT|spot|normal)/,
    /"positionSide"|"reduceOnly":true|-SWAP"|"positionIdx":"?[12]/,
  ]
  return marks.some((mark) => mark.test(JSON.stringify(body)))
}

/** What an exchange sends as a number. ccxt had quoted all numbers when it wrote these answers down. */
const NUMBERS = new Set(['retCode', 'transactTime', 'serverTime', 'time'])

function withNumbers(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withNumbers)
  if (typeof body !== 'object' || body === null) return body
  const entries = Object.entries(body).map(([name, value]: [string, unknown]) => {
    const isQuoted = typeof value === 'string' && /^\d{1,15}$/.test(value) && NUMBERS.has(name)
    return [name, isQuoted ? Number(value) : withNumbers(value)]
  })
  return Object.fromEntries(entries)
}

function questionsOf(
  dialect: Dialect,
  method: string,
  body: unknown,
): readonly Question<unknown>[] {
  if (dialect.name === 'binance' && !isAsked(method, body)) return []
  const market = marketOf(body)
  const name = textAt(body, [
    // Of a canceled order the other is another.
    'origClientOrderId',
    'clientOrderId',
    'clOrdId',
    'algoClOrdId',
    'orderLinkId',
  ])
  const number = textAt(body, ['orderId', 'ordId'])
  switch (method) {
    case 'fetchTime':
      return [dialect.time()]
    case 'fetchTicker':
    case 'fetchTickers':
    case 'fetchBidsAsks':
      return [dialect.quotes.ask([market]), dialect.volumes.ask([market])]
    case 'fetchOrderBook':
      return [dialect.asks(market)]
    case 'fetchOHLCV':
      return [dialect.candles(market, '1m', 100)]
    case 'fetchBalance':
      return [dialect.balances(new Set(['BTC', 'USDT']))]
    case 'createOrder':
    case 'createMarketBuyOrderWithCost':
      return ['limit', 'stop_limit'].map((type) =>
        dialect.placeOrder(market, orderOf(body, name, type as OrderRequest['type'])),
      )
    case 'cancelOrder':
      return [dialect.cancelOrder(market, name, 'order')].flat()
    case 'fetchOrder':
      return dialect.orderById(market, name)
    case 'fetchAccounts':
      return [dialect.keyRights(), ...(dialect.borrowing?.() ?? [])]
    case 'fetchOpenOrders':
      return dialect.openOrders(market)
    case 'fetchOrders':
    case 'fetchClosedOrders':
    case 'fetchCanceledOrders':
      return dialect.recentOrders(market)
    case 'fetchMyTrades':
      return [dialect.trades(market)]
    case 'fetchOrderTrades':
      return [dialect.fills(market, number, null)]
    default:
      return []
  }
}

/** Each row of it can be read. */
function isWhole(answer: unknown): boolean {
  return answer !== null && !(Array.isArray(answer) && answer.includes(null))
}

/** Binance answers in several forms, of which a question asks for one: a list of prices, and an order with its fills. */
function isAsked(method: string, body: unknown): boolean {
  if (method === 'fetchTicker') return Array.isArray(body)
  if (!method.startsWith('create') || textAt(body, ['msg']) !== '') return true
  const type = textAt(body, ['type'])
  return ['LIMIT', 'STOP_LOSS_LIMIT'].includes(type) && JSON.stringify(body).includes('"fills"')
}

/** What must have been asked for, to be answered so. */
function orderOf(body: unknown, clientOrderId: string, type: OrderRequest['type']): OrderRequest {
  const text = (...names: string[]) => textAt(body, names)
  return {
    clientOrderId,
    market: 'BTC/USDT',
    side: text('side').toLowerCase() === 'sell' ? 'sell' : 'buy',
    type,
    timeInForce: text('timeInForce') === 'IOC' ? 'IOC' : 'GTC',
    amount: text('origQty') || '1',
    price: text('price') || '1',
    ...(type === 'stop_limit' && { triggerPrice: text('stopPrice') || '1' }),
  }
}

function marketOf(body: unknown): VenueMarket {
  const id = textAt(body, ['instId', 'symbol', 's']) || 'BTCUSDT'
  const market = 'BTC/USDT'
  const [tick, step, minAmount] = ['0.01', '0.00001', '0.00001']
  return {
    id,
    rules: {
      ...{
        market,
        base: 'BTC',
        quote: 'USDT',
        tick,
        step,
        minAmount,
        maxAmount: '9000',
        minValue: '5',
      },
      stop: { holds: 'coins', max: null },
      takerFee: '0.001',
      status: 'trading',
    },
  }
}

/** The first of these names anywhere in the answer, outermost first. */
function textAt(body: unknown, names: readonly string[]): string {
  for (let level: readonly unknown[] = [body]; level.length > 0; ) {
    const objects = level.filter((one): one is object => typeof one === 'object' && one !== null)
    for (const one of objects)
      for (const name of names) {
        const value: unknown = Reflect.get(one, name)
        if (typeof value === 'string' && value !== '') return value
        if (typeof value === 'number') return String(value)
      }
    level = objects.flatMap((one) => Object.values(one))
  }
  return ''
}
