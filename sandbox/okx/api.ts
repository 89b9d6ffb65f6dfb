// OKX's spot API as an unmodified ccxt speaks it: endpoints over the same venue as the other dialect's.
import {
  balancesAt,
  isOpen,
  type OrderEffects,
  type OrderView,
  tradesAt,
  viewAt,
} from '@keyside/venue'
import type Big from 'big.js'
import type { Answer } from '../exchange/control.ts'
import type { SaidWrong } from '../exchange/faults.ts'
import type { RestRequest, VenueApi } from '../exchange/http.ts'
import {
  type SignedRoute as Routed,
  Routes,
  type SignedCall as Signed,
} from '../exchange/routes.ts'
import { VenueRefusal } from '../exchange/venue-refusal.ts'
import { instrumentOf, type OkxContext } from './context.ts'
import { OKX_ERRORS, refuse } from './errors.ts'
import { KEPT_MS, pageOf, spanOf } from './lists.ts'
import { marketRoutes } from './market-routes.ts'
import {
  accountOf,
  CANCEL_NAMES,
  checkNames,
  type OkxOrder,
  type OkxParameters,
  ORDER_NAMES,
  oneOf,
  orderOf,
  parametersOf,
  required,
  STOP_CANCEL_NAMES,
  STOP_NAMES,
  stopOf,
} from './requests.ts'
import { balanceView, configView, fillView, idOf, orderView, stopState, stopView } from './views.ts'

type SignedCall = Signed<OkxParameters>
type SignedRoute = Routed<OkxParameters, readonly unknown[]>

export const NEW_OKX_ORDER = 'POST /api/v5/trade/order'
const NEW_OKX_STOP = 'POST /api/v5/trade/order-algo'

export class OkxApi implements VenueApi {
  readonly headers = {}
  readonly #routes: Routes<OkxParameters, readonly unknown[]>

  constructor(context: OkxContext) {
    const { accounts, now } = context
    this.#routes = new Routes({
      open: marketRoutes(context),
      signed: signedRoutes(context),
      accountOf: (request) => accountOf(accounts, request, now()),
      parametersOf,
      checkNames,
      noPermission: () => refuse('no_permission'),
      nothing: [],
    })
  }

  knows(route: string): boolean {
    return this.#routes.knows(route)
  }

  isNewOrder(route: string): boolean {
    return route === NEW_OKX_ORDER || route === NEW_OKX_STOP
  }

  admit(request: RestRequest): (effects: OrderEffects) => unknown {
    const answer = this.#routes.admit(request)
    return (effects) => said(answer(effects))
  }

  /** What refuses an order stands in its row; what refuses to listen, in front of it. */
  refused(error: unknown): Answer | null {
    if (!(error instanceof VenueRefusal)) return null
    const { code, message, status } = error
    const row = { ordId: '', clOrdId: '', sCode: code, sMsg: message }
    const isOfRow = status === 200 && code.startsWith('51') && code !== OKX_ERRORS.no_order.code
    return isOfRow
      ? { status, body: { code: '1', msg: 'All operations failed', data: [row] } }
      : { status, body: { code, msg: message, data: [] } }
  }

  wrong(what: SaidWrong, _answer: unknown): Answer {
    if (what === 'other_order')
      return { status: 200, body: said([{ ordId: '1', clOrdId: 'another', sCode: '0', sMsg: '' }]) }
    const { status, code, msg } = OKX_ERRORS[what]
    return { status, body: { code, msg, data: [] } }
  }
}

function said(data: readonly unknown[]): object {
  return { code: '0', msg: '', data }
}

const SPOT = 'SPOT'
const LIST = ['instType', 'instId', 'limit', 'after']
const SPAN = ['begin', 'end']
const FILL_LIST = [...LIST, ...SPAN, 'ordId']

function signedRoutes(context: OkxContext): Readonly<Record<string, SignedRoute>> {
  const { now, lagMs } = context
  const asOf = () => now() - lagMs
  return {
    [NEW_OKX_ORDER]: placing(context, ORDER_NAMES, orderOf, ({ id, request }) => {
      return { ordId: String(id), clOrdId: request.clientOrderId, sCode: '0', sMsg: '' }
    }),
    [NEW_OKX_STOP]: placing(context, STOP_NAMES, stopOf, ({ id, request }) => {
      return { algoId: String(id), algoClOrdId: request.clientOrderId, sCode: '0', sMsg: '' }
    }),
    'POST /api/v5/trade/cancel-order': canceling(context, 'order', CANCEL_NAMES),
    'POST /api/v5/trade/cancel-algos': canceling(context, 'stop', STOP_CANCEL_NAMES),
    'GET /api/v5/trade/order': reading(['instId', 'ordId', 'clOrdId'], (call) => {
      required(call.parameters, 'instId')
      return [one(context, 'order', call, orderView)]
    }),
    'GET /api/v5/trade/order-algo': reading(['algoId', 'algoClOrdId'], (call) => [
      one(context, 'stop', call, stopView),
    ]),
    'GET /api/v5/trade/orders-pending': reading(LIST, (call) =>
      newest(call, pending(context, 'order', call), orderView),
    ),
    'GET /api/v5/trade/orders-history': reading([...LIST, ...SPAN], (call) => {
      oneOf(call.parameters, 'instType', [SPOT])
      return newest(call, over(context, 'order', call, KEPT_MS.ordersListed), orderView)
    }),
    'GET /api/v5/trade/orders-algo-pending': reading([...LIST, 'ordType'], (call) => {
      oneOf(call.parameters, 'ordType', ['conditional'])
      return newest(call, pending(context, 'stop', call), stopView)
    }),
    'GET /api/v5/trade/orders-algo-history': reading([...LIST, 'ordType', 'state'], (call) => {
      oneOf(call.parameters, 'ordType', ['conditional'])
      const state = oneOf(call.parameters, 'state', ['effective', 'canceled', 'order_failed'])
      const ended = over(context, 'stop', call, KEPT_MS.stopsListed)
      return newest(
        call,
        ended.filter(({ view }) => stopState(view) === state),
        stopView,
      )
    }),
    'GET /api/v5/trade/fills': reading(FILL_LIST, (call) =>
      fills(context, call, KEPT_MS.fillsListed),
    ),
    'GET /api/v5/trade/fills-history': reading(FILL_LIST, (call) => {
      oneOf(call.parameters, 'instType', [SPOT])
      return fills(context, call, KEPT_MS.traded)
    }),
    'GET /api/v5/account/balance': reading(['ccy'], ({ account }) => {
      context.trading.advance()
      return [balanceView(balancesAt(context.trading.venue, account.name, asOf()), now())]
    }),
    'GET /api/v5/account/config': reading([], ({ account }) => [configView(account)]),
  }
}

function reading(names: readonly string[], answer: SignedRoute['answer']): SignedRoute {
  return { right: 'read', names, answer }
}

function placing(
  context: OkxContext,
  names: readonly string[],
  read: typeof orderOf,
  receipt: (order: OkxOrder) => object,
): SignedRoute {
  return {
    right: 'trade',
    names,
    answer: ({ parameters, account, effects }) => {
      const instrument = instrumentOf(context, required(parameters, 'instId'))
      if (!context.listings.isTraded(instrument.symbol)) throw refuse('suspended')
      const request = read(parameters, { account: account.name, instrument })
      return [receipt(context.trading.place(request, effects))]
    },
  }
}

/** The receipt of a cancel says no more than that it was heard. */
function canceling(context: OkxContext, kind: Kind, names: readonly string[]): SignedRoute {
  return {
    right: 'trade',
    names,
    answer: (call) => {
      instrumentOf(context, required(call.parameters, 'instId'))
      const found = named(context, kind, call)
      if (found === undefined) throw refuse('not_open')
      context.trading.cancel(found.order)
      return [{ ...call.parameters, sCode: '0', sMsg: '' }]
    },
  }
}

type Kind = 'order' | 'stop'

interface Seen {
  readonly order: OkxOrder
  readonly view: OrderView<Big>
}

/** Stops are no orders until they trigger, and what they become then is one. What is over is forgotten in time. */
function seen(context: OkxContext, kind: Kind, { account, parameters }: SignedCall): Seen[] {
  context.trading.advance()
  const { venue } = context.trading
  const { instId } = parameters
  const now = context.now()
  oneOf({ instType: SPOT, ...parameters }, 'instType', [SPOT])
  return venue.orders.flatMap((order) => {
    const isMeant =
      order.request.account === account.name &&
      (order.request.triggerPrice === undefined ? 'order' : 'stop') === kind &&
      (instId === undefined || idOf(order) === instId)
    const view = isMeant ? viewAt(venue, order, now - context.lagMs) : null
    return view === null || now - endOf(order, view) >= keptMs(kind, view) ? [] : [{ order, view }]
  })
}

/** Unix ms; of one that is open, now and ever. */
function endOf({ closedAt }: OkxOrder, view: OrderView<Big>): number {
  return isOpen(view) || closedAt === null ? Number.POSITIVE_INFINITY : closedAt
}

function keptMs(kind: Kind, { fills }: OrderView<Big>): number {
  return kind === 'order' && fills.length === 0 ? KEPT_MS.unfilled : KEPT_MS.traded
}

function pending(context: OkxContext, kind: Kind, call: SignedCall): Seen[] {
  return seen(context, kind, call).filter(({ view }) => isOpen(view))
}

function over(context: OkxContext, kind: Kind, call: SignedCall, listedMs: number): Seen[] {
  const { since, until } = spanOf(call.parameters)
  return seen(context, kind, call).filter(({ order, view }) => {
    const end = endOf(order, view)
    return (
      !isOpen(view) &&
      context.now() - end < listedMs &&
      order.createdAt >= since &&
      order.createdAt <= until
    )
  })
}

function named(context: OkxContext, kind: Kind, call: SignedCall): Seen | undefined {
  const [number, name] = kind === 'order' ? ['ordId', 'clOrdId'] : ['algoId', 'algoClOrdId']
  const { [number ?? '']: id, [name ?? '']: clientId } = call.parameters
  if (id === undefined && clientId === undefined) throw refuse('missing_parameter', name)
  return seen(context, kind, call).findLast(
    ({ order }) =>
      (id === undefined || String(order.id) === id) &&
      (clientId === undefined || order.request.clientOrderId === clientId),
  )
}

function one(
  context: OkxContext,
  kind: Kind,
  call: SignedCall,
  view: (order: OkxOrder, seen: OrderView<Big>) => object,
): object {
  const found = named(context, kind, call)
  if (found === undefined) throw refuse('no_order')
  return view(found.order, found.view)
}

function newest(
  { parameters }: SignedCall,
  rows: readonly Seen[],
  view: (order: OkxOrder, seen: OrderView<Big>) => object,
): object[] {
  const page = pageOf(parameters, rows, ({ order }) => order.id)
  return page.map((row) => view(row.order, row.view))
}

function fills(context: OkxContext, call: SignedCall, listedMs: number): readonly object[] {
  const { account, parameters } = call
  const { trading, now, lagMs } = context
  const { ordId, instId } = parameters
  const { since, until } = spanOf(parameters)
  trading.advance()
  oneOf({ instType: SPOT, ...parameters }, 'instType', [SPOT])
  const rows = tradesAt(trading.venue, account.name, now() - lagMs)
    .filter(({ order }) => instId === undefined || idOf(order) === instId)
    .filter(({ order }) => ordId === undefined || String(order.id) === ordId)
    .filter(({ fill: { at } }) => at >= since && at <= until && now() - at < listedMs)
  const page = pageOf(parameters, rows, ({ fill }) => fill.id)
  return page.map(({ order, fill }) => fillView(order, fill))
}
