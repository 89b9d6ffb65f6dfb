// One order at the venue: placed once, looked for in every place where it could be, canceled with proof.
import { isDecimal } from '@keyside/protocol'
import { isZero } from '../../core/model/decimals.ts'
import type {
  AccountTrade,
  Answered,
  ExchangeOrder,
  Lookup,
  OrderRequest,
  Placed,
  RejectionCode,
  VenueOrderKind,
} from '../../core/model/exchange.ts'
import type { Dialect, ListedOrder, Question, VenueMarket } from './dialect.ts'
import { asAccepted, newestTrades, type Rows, readable } from './fills.ts'
import { type NoAnswer, type Reply, sentence } from './reply.ts'
import type { RestClient } from './rest-client.ts'

/** What looking for an order and taking it back need of a client. */
export interface OrderClient {
  readonly dialect: Pick<
    Dialect,
    | 'orderById'
    | 'cancelOrder'
    | 'openOrders'
    | 'recentOrders'
    | 'trades'
    | 'triggeredStops'
    | 'orderNumbers'
  > & { readonly refusals: Pick<Dialect['refusals'], 'isUnknownOrder'> }
  ask<T>(question: Question<T>): Promise<Reply<T>>
  answer<T>(question: Question<T>): Promise<Answered<T>>
}

const ORDER_ID = /^[0-9a-f]{32}$/
/** Of an order that waits for no price; a stop has its trigger besides. */
const FIELDS = 7

/** Of the form that every venue is sent: ccxt would send a negative amount, an unknown side or a foreign parameter as they are. */
export function isSendable(order: OrderRequest): boolean {
  const { clientOrderId, market, side, type, timeInForce, amount, price, triggerPrice } = order
  const isStop = type === 'stop_limit'
  return (
    Object.keys(order).length === (isStop ? FIELDS + 1 : FIELDS) &&
    typeof clientOrderId === 'string' &&
    ORDER_ID.test(clientOrderId) &&
    typeof market === 'string' &&
    (side === 'buy' || side === 'sell') &&
    (isStop ? timeInForce === 'GTC' && isPositive(triggerPrice) : type === 'limit') &&
    (timeInForce === 'IOC' || timeInForce === 'GTC') &&
    isPositive(amount) &&
    isPositive(price)
  )
}

function isPositive(amount: unknown): boolean {
  return isDecimal(amount) && !isZero(amount)
}

/** Sends once. Whatever does not prove that the order was taken, or was not, is unknown. */
export async function place(
  client: RestClient,
  market: VenueMarket | undefined,
  order: OrderRequest,
): Promise<Placed> {
  if (!isSendable(order))
    return rejected('order_malformed', 'the order is malformed and was not sent')
  if (market === undefined)
    return rejected('exchange_market_unknown', `${order.market} is not among the loaded markets`)
  const reply = await client.ask(client.dialect.placeOrder(market, order))
  if (reply.got === 'answer') return accepted(client, market, reply.value)
  const code = provenRejection(reply, client.dialect)
  const message = sentence(reply)
  if (code === undefined) return { outcome: 'unknown', message }
  const isShort = code === 'exchange_funds_insufficient' && order.side === 'buy'
  return rejected(code, isShort ? `${message}: ${WHERE_FUNDS_COUNT}` : message)
}

/** Exchanges keep several accounts for one person, and their pages show what is in all of them. */
const WHERE_FUNDS_COUNT =
  'move money to where spot trading takes it (in Funding, P2P or Earn it does not count), or lower the allocation'

/** After a receipt it is asked once what became of the order: what fills at once is known as early as elsewhere. */
async function accepted(
  client: RestClient,
  market: VenueMarket,
  order: ExchangeOrder,
): Promise<Placed> {
  if (client.dialect.placing === 'outcome') return { outcome: 'accepted', order }
  const seen = await findById(client, market, order.clientOrderId)
  const isSame = seen.outcome === 'found' && seen.order.exchangeId === order.exchangeId
  return { outcome: 'accepted', order: isSame ? seen.order : order }
}

function provenRejection(reply: NoAnswer, { refusals }: Dialect): RejectionCode | undefined {
  switch (reply.got) {
    case 'not sent':
      return 'order_not_sent'
    case 'limited':
      return 'exchange_rate_limited'
    case 'refusal':
      return refusals.rejection(reply.refusal)
    case 'ambiguous':
    case 'unreadable':
      return undefined
  }
}

export function rejected(code: RejectionCode, message: string): Placed {
  return { outcome: 'rejected', code, message }
}

/**
 * Missing only when every place where the order could be was asked and answered. `exchangeId`: the number by which it was
 * accepted, or empty: then a trade of nobody may be its own.
 */
export async function find(
  client: OrderClient,
  market: VenueMarket,
  id: string,
  exchangeId = '',
): Promise<Lookup> {
  const { dialect } = client
  const direct = await findById(client, market, id, exchangeId)
  if (direct.outcome !== 'missing') return direct
  const lists = [...dialect.openOrders(market), ...dialect.recentOrders(market)]
  const all = readable(await together(client, lists), 'readable')
  if (!all.ok) return { outcome: 'unknown', message: all.message }
  const listed = all.value
  const order = listed.find(({ clientOrderId }) => clientOrderId === id)
  if (order !== undefined) return followed(client, market, order, exchangeId)
  if (all.unread > 0)
    return { outcome: 'unknown', message: 'the exchange lists an order that cannot be read' }
  if (exchangeId !== '') return { outcome: 'missing' }
  const trades = await newestTrades(client, market)
  if (!trades.ok) return { outcome: 'unknown', message: trades.message }
  const mayBeOurs = trades.value.some((trade) => isUnlisted(trade, id, listed, dialect))
  return mayBeOurs
    ? { outcome: 'unknown', message: 'there are trades of an order that no list shows' }
    : { outcome: 'missing' }
}

async function findById(
  client: OrderClient,
  market: VenueMarket,
  id: string,
  known = '',
): Promise<Lookup> {
  const listed = await listedById(client, market, id)
  return listed.outcome === 'found' ? followed(client, market, listed.order, known) : listed
}

type Listed =
  | { readonly outcome: 'found'; readonly order: ListedOrder }
  | Exclude<Lookup, { outcome: 'found' }>

/** As it stands there, before it is followed to what it became. */
async function listedById(client: OrderClient, market: VenueMarket, id: string): Promise<Listed> {
  for (const question of client.dialect.orderById(market, id)) {
    const reply = await client.ask(question)
    if (reply.got === 'answer') {
      if (reply.value === 'missing') continue
      return { outcome: 'found', order: reply.value }
    }
    if (reply.got !== 'refusal' || !client.dialect.refusals.isUnknownOrder(reply.refusal))
      return { outcome: 'unknown', message: sentence(reply) }
  }
  return { outcome: 'missing' }
}

/** A stop that triggered stands as the order that it became, under the number by which it was accepted. */
async function followed(
  client: OrderClient,
  market: VenueMarket,
  { became, ...stop }: ListedOrder,
  known = '',
): Promise<Lookup> {
  const { triggeredStops } = client.dialect
  if (became === undefined || triggeredStops === undefined) return { outcome: 'found', order: stop }
  const reply = await client.ask(triggeredStops.order(market, became))
  if (reply.got === 'answer') {
    const { kind, exchangeId, clientOrderId } = stop
    return { outcome: 'found', order: { ...reply.value, kind, exchangeId, clientOrderId } }
  }
  // The stop is kept for longer than what became of it: that is known by its trades alone.
  const isGone =
    known === stop.exchangeId &&
    reply.got === 'refusal' &&
    client.dialect.refusals.isUnknownOrder(reply.refusal)
  return isGone ? { outcome: 'missing' } : { outcome: 'unknown', message: sentence(reply) }
}

/** A trade of an order that is in no list. Those that are older than every listed one are passed over. */
function isUnlisted(
  { exchangeId, clientOrderId }: AccountTrade,
  id: string,
  listed: readonly ExchangeOrder[],
  { orderNumbers }: OrderClient['dialect'],
): boolean {
  if (clientOrderId !== undefined) return clientOrderId === id
  if (listed.some((order) => order.exchangeId === exchangeId)) return false
  if (orderNumbers === 'unordered' || listed.length === 0) return true
  return listed.some((order) => BigInt(order.exchangeId) < BigInt(exchangeId))
}

/** Where the answer leaves doubt, it is asked what became of the order; and that one is taken back, where it is another. */
export async function cancel(
  client: OrderClient,
  market: VenueMarket,
  id: string,
  kind: VenueOrderKind,
): Promise<Answered<'canceled' | 'not_open'>> {
  const reply = await askToCancel(client, client.dialect.cancelOrder(market, id, kind))
  if (reply.got === 'answer' && reply.value === 'canceled') return { ok: true, value: 'canceled' }
  const listed = await listedById(client, market, id)
  if (listed.outcome !== 'found') return canceled(listed, reply)
  const { triggeredStops } = client.dialect
  const { became } = listed.order
  if (became === undefined || triggeredStops === undefined) return canceled(listed, reply)
  // The stop is over as itself, so that no cancel of it reaches the order that goes on.
  const other = await client.ask(triggeredStops.cancel(market, became))
  return canceled(await followed(client, market, listed.order), other)
}

/** What came of a cancel, by what is seen of the order after it. */
function canceled(
  found: Listed,
  reply: Reply<'canceled' | 'requested'>,
): Answered<'canceled' | 'not_open'> {
  if (found.outcome === 'unknown') return { ok: false, message: found.message }
  // An order that is not shown yet may still be accepted: that is not "not open".
  if (found.outcome === 'missing')
    return { ok: false, message: 'the exchange does not know this order' }
  if (found.order.status !== 'open')
    return { ok: true, value: found.order.status === 'canceled' ? 'canceled' : 'not_open' }
  const why = reply.got === 'answer' ? 'its cancel is under way' : sentence(reply)
  return { ok: false, message: `the order is still open: ${why}` }
}

async function askToCancel(
  client: OrderClient,
  [question, ...others]: ReturnType<Dialect['cancelOrder']>,
): Promise<Reply<'canceled' | 'requested'>> {
  if (question === undefined) throw new RangeError('a dialect says how an order is canceled')
  const reply = await client.ask(question)
  const isElsewhere =
    reply.got === 'refusal' && client.dialect.refusals.isUnknownOrder(reply.refusal)
  return isElsewhere && others.length > 0 ? askToCancel(client, others) : reply
}

export async function openOrders(
  client: RestClient,
  market: VenueMarket,
  rows: Rows,
): Promise<Answered<readonly ExchangeOrder[]>> {
  const all = readable(await together(client, client.dialect.openOrders(market)), rows)
  return all.ok ? asAccepted(client, market, all) : all
}

/** Of the whole account, under the numbers that they have now, each with the venue's own name of its market. */
export async function allOpenOrders(
  client: RestClient,
): Promise<Answered<readonly ExchangeOrder[]>> {
  return readable(await together(client, client.dialect.allOpenOrders()), 'readable')
}

async function together<T>(
  client: OrderClient,
  lists: readonly Question<readonly T[]>[],
): Promise<Answered<readonly T[]>> {
  const all: T[] = []
  for (const list of lists) {
    const rows = await client.answer(list)
    if (!rows.ok) return rows
    all.push(...rows.value)
  }
  return { ok: true, value: all }
}
