// The words of the port `Exchange` for the orders of a pure venue: what paper and the venues of the tests share.
import {
  type Arithmetic,
  type Order,
  tradesAt,
  type Venue,
  type Fill as VenueFill,
  type OrderRequest as VenueRequest,
  viewAt,
} from '@keyside/venue'
import type {
  AccountTrade,
  Answered,
  ExchangeOrder,
  Fill,
  OrderRequest,
  RejectionCode,
} from '../../core/model/exchange.ts'

export interface PortRequest<N> extends VenueRequest<N> {
  readonly wire: OrderRequest
}

export type PortVenue<N> = Venue<N, PortRequest<N>>
export type PortOrder<N> = Order<N, PortRequest<N>>

export function requestOf<N>(
  math: Arithmetic<N>,
  wire: OrderRequest,
  account: string,
): PortRequest<N> {
  const { clientOrderId, market, side, type, timeInForce, triggerPrice } = wire
  return {
    wire,
    account,
    clientOrderId,
    market,
    side,
    type,
    timeInForce,
    amount: math.amount.parse(wire.amount),
    price: math.price.parse(wire.price),
    triggerPrice: triggerPrice === undefined ? undefined : math.price.parse(triggerPrice),
  }
}

/**
 * As the venue showed it at `asOf`, Unix ms, without its fills; null where it could not be found. A stop that became
 * another order is shown as that one, under its own number.
 */
export function exchangeOrderOf<N>(
  venue: PortVenue<N>,
  order: PortOrder<N>,
  asOf: number,
): ExchangeOrder | null {
  const view = viewOf(venue, order, asOf)
  if (view === null) return null
  const { status, filled } = view
  return {
    kind: order.request.wire.type === 'stop_limit' ? 'stop' : 'order',
    exchangeId: String(order.id),
    clientOrderId: order.request.clientOrderId,
    status: status === 'waiting' || status === 'open' || status === 'triggered' ? 'open' : status,
    filled: venue.math.amount.format(filled),
    ...(status === 'waiting' && {
      triggers: order.triggersOn === 'rise' ? ('at_or_above' as const) : ('at_or_below' as const),
    }),
    fills: [],
  }
}

export function fillsOf<N>(venue: PortVenue<N>, order: PortOrder<N>, asOf: number): Fill[] {
  return (viewOf(venue, order, asOf)?.fills ?? []).map((fill) => fillOf(venue, fill))
}

function viewOf<N>(venue: PortVenue<N>, order: PortOrder<N>, asOf: number) {
  const child = order.child === null ? undefined : venue.order(order.child)
  const later = child === undefined ? null : viewAt(venue, child, asOf)
  return later ?? viewAt(venue, order, asOf)
}

/** Of a stop and the order that it became, the one that is still working. */
function workingOf<N>(venue: PortVenue<N>, order: PortOrder<N>): PortOrder<N> {
  return (order.child === null ? undefined : venue.order(order.child)) ?? order
}

/** By the name of the order, its child in its place. */
export function cancelOf<N>(
  venue: PortVenue<N>,
  { account, clientOrderId, now }: { account: string; clientOrderId: string; now: number },
): Answered<'canceled' | 'not_open'> {
  const order = venue.find(account, clientOrderId)
  if (order === undefined) return { ok: false, message: 'no such order' }
  const working = workingOf(venue, order)
  venue.cancel(working, now)
  return { ok: true, value: working.status === 'canceled' ? 'canceled' : 'not_open' }
}

/** Without the children of stops. */
export function openOrdersOf<N>(
  venue: PortVenue<N>,
  { account, market, asOf }: { account: string; market: string | null; asOf: number },
): readonly ExchangeOrder[] {
  return venue.orders
    .filter(
      ({ request, parent }) =>
        request.account === account &&
        (market === null || request.market === market) &&
        parent === null,
    )
    .map((order) => {
      const view = exchangeOrderOf(venue, order, asOf)
      return view === null || market !== null ? view : { ...view, market: order.request.market }
    })
    .filter((view) => view?.status === 'open')
    .filter((view) => view !== null)
}

export function tradesOf<N>(
  venue: PortVenue<N>,
  { account, market, asOf }: { account: string; market: string; asOf: number },
): readonly AccountTrade[] {
  return tradesAt(venue, account, asOf)
    .filter(({ order }) => order.request.market === market)
    .map(({ order, fill }) => ({
      ...fillOf(venue, fill),
      exchangeId: String(order.parent ?? order.id),
      side: order.request.side,
    }))
}

export function fillOf<N>({ math, markets }: PortVenue<N>, fill: VenueFill<N>): Fill {
  const { id, at, fee } = fill
  const bases = new Set([...markets.values()].map(({ base }) => base))
  return {
    id: String(id),
    at,
    amount: math.amount.format(fill.amount),
    price: math.price.format(fill.price),
    ...(fee !== null && {
      fee: {
        currency: fee.currency,
        amount: (bases.has(fee.currency) ? math.amount : math.value).format(fee.amount),
      },
    }),
  }
}

/** What the venue's refusals are to the executor; `unknown` for one that proves nothing. */
export function rejectionCodeOf(reason: string): RejectionCode | 'unknown' {
  if (reason === 'duplicate_client_order_id') return 'unknown'
  if (reason === 'no_balance') return 'exchange_funds_insufficient'
  return reason === 'stop_would_trigger' ? 'exchange_stop_would_trigger' : 'exchange_filter_refused'
}
