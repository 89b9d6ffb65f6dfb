// Looks for an order in every place where it could be, and says that it is missing only when all of them answered.
import { z } from 'zod'
import type { Lookup } from '../core/model/exchange.ts'
import { orderAnswer, tradeAnswer } from './answers.ts'
import type { Line } from './line.ts'
import type { BinanceApi } from './load-ccxt.ts'
import { fromOrder } from './map.ts'
import { sentence } from './reply.ts'

/** "Order does not exist." */
const NO_SUCH_ORDER = -2013

/** The most that one answer holds. */
export const PAGE = '1000'

type VenueOrder = z.infer<typeof orderAnswer>
export type Listed<T> = { ok: true; rows: T[] } | { ok: false; message: string }

export async function find(line: Line, symbol: string, clientOrderId: string): Promise<Lookup> {
  const named = await findByName(line, symbol, clientOrderId)
  if (named.outcome !== 'missing') return named
  const open = await list(line, orderAnswer, (api) => api.privateGetOpenOrders({ symbol }))
  if (!open.ok) return unknown(open.message)
  const all = await list(line, orderAnswer, (api) =>
    api.privateGetAllOrders({ symbol, limit: PAGE }),
  )
  if (!all.ok) return unknown(all.message)
  const rows = [...open.rows, ...all.rows]
  const order = rows.find((row) => isNamed(row, symbol, clientOrderId))
  if (order !== undefined) return { outcome: 'found', order: fromOrder(order) }
  return findByTrades(line, symbol, rows)
}

/** Asks by name only. */
export async function findByName(
  line: Line,
  symbol: string,
  clientOrderId: string,
): Promise<Lookup> {
  const reply = await line.ask((api) =>
    api.privateGetOrder({ symbol, origClientOrderId: clientOrderId }),
  )
  if (reply.got === 'refusal' && reply.code === NO_SUCH_ORDER) return { outcome: 'missing' }
  if (reply.got !== 'answer') return unknown(sentence(reply))
  const read = orderAnswer.safeParse(reply.body)
  if (!read.success || !isNamed(read.data, symbol, clientOrderId))
    return unknown('the answer is not about the order that was asked for')
  return { outcome: 'found', order: fromOrder(read.data) }
}

/** Trades carry no client order id: one whose order is in no list may be ours. */
async function findByTrades(line: Line, symbol: string, orders: VenueOrder[]): Promise<Lookup> {
  const trades = await list(line, tradeAnswer, (api) =>
    api.privateGetMyTrades({ symbol, limit: PAGE }),
  )
  if (!trades.ok) return unknown(trades.message)
  const known = new Set(orders.map((order) => order.orderId))
  const oldest = orders.map((order) => BigInt(order.orderId)).reduce(least, null)
  const stray = trades.rows.some(
    ({ orderId }) => !known.has(orderId) && (oldest === null || BigInt(orderId) > oldest),
  )
  return stray ? unknown('there are trades of an order that no list shows') : { outcome: 'missing' }
}

function least(a: bigint | null, b: bigint): bigint {
  return a === null || b < a ? b : a
}

/** All rows, or a reason why not: one row that cannot be read spoils the answer. `weight` as in `Line.ask`. */
export async function list<T extends z.ZodType>(
  line: Line,
  row: T,
  question: (api: BinanceApi) => Promise<unknown>,
  weight?: number,
): Promise<Listed<z.infer<T>>> {
  const reply = await line.ask(question, weight)
  if (reply.got !== 'answer') return { ok: false, message: sentence(reply) }
  const read = z.array(row).safeParse(reply.body)
  return read.success
    ? { ok: true, rows: read.data }
    : { ok: false, message: "the exchange's list cannot be read" }
}

function isNamed(order: VenueOrder, symbol: string, clientOrderId: string): boolean {
  return order.symbol === symbol && order.clientOrderId === clientOrderId
}

function unknown(message: string): Lookup {
  return { outcome: 'unknown', message }
}
