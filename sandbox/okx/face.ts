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
import type { Face, RestRequest } from '../exchange/http.ts'
import {
  type SignedRoute as Routed,
  Routes,
  type SignedCall as Signed,
} from '../exchange/routes.ts'
import { VenueRefusal } from '../exchange/venue-refusal.ts'
import { instrumentOf, type OkxContext } from './context.ts'
import { OKX_ERRORS, refuse } from './errors.ts'
import { marketRoutes } from './market-routes.ts'
import {
  accountOf,
  CANCEL_NAMES,
  checkNames,
  type OkxOrder,
  type OkxParameters,
  ORDER_NAMES,
  orderOf,
  parametersOf,
  required,
  STOP_CANCEL_NAMES,
  STOP_NAMES,
  stopOf,
} from './requests.ts'
import { balanceView, configView, fillView, idOf, orderView, stopView } from './views.ts'

type SignedCall = Signed<OkxParameters>
type SignedRoute = Routed<OkxParameters, readonly unknown[]>

export const NEW_OKX_ORDER = 'POST /api/v5/trade/order'
const NEW_OKX_STOP = 'POST /api/v5/trade/order-algo'

export class OkxFace implements Face {
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

const LIST = ['instType', 'instId', 'limit', 'after']
const STOP_LIST = [...LIST, 'ordType', 'state']

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
    'GET /api/v5/trade/order': reading(['instId', 'ordId', 'clOrdId'], (call) => [
      one(context, 'order', call, orderView),
    ]),
    'GET /api/v5/trade/order-algo': reading(['algoId', 'algoClOrdId'], (call) => [
      one(context, 'stop', call, stopView),
    ]),
    'GET /api/v5/trade/orders-pending': reading(LIST, (call) =>
      newest(
        call,
        seen(context, 'order', call).filter(({ view }) => isOpen(view)),
        orderView,
      ),
    ),
    'GET /api/v5/trade/orders-history': reading(LIST, (call) =>
      newest(
        call,
        seen(context, 'order', call).filter(({ view }) => !isOpen(view)),
        orderView,
      ),
    ),
    'GET /api/v5/trade/orders-algo-pending': reading(STOP_LIST, (call) =>
      newest(
        call,
        seen(context, 'stop', call).filter(({ view }) => isOpen(view)),
        stopView,
      ),
    ),
    'GET /api/v5/trade/orders-algo-history': reading(STOP_LIST, (call) => {
      const state = required(call.parameters, 'state')
      const rows = newest(call, seen(context, 'stop', call), stopView)
      return rows.filter((row) => 'state' in row && row.state === state)
    }),
    'GET /api/v5/trade/fills': reading([...LIST, 'ordId'], (call) => fills(context, call, asOf())),
    'GET /api/v5/trade/fills-history': reading([...LIST, 'ordId'], (call) =>
      fills(context, call, asOf()),
    ),
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

/** Stops are no orders until they trigger, and what they become then is one. */
function seen(context: OkxContext, kind: Kind, { account, parameters }: SignedCall): Seen[] {
  context.trading.advance()
  const { venue } = context.trading
  const { instId } = parameters
  const asOf = context.now() - context.lagMs
  return venue.orders.flatMap((order) => {
    const isMeant =
      order.request.account === account.name &&
      (order.request.triggerPrice === undefined ? 'order' : 'stop') === kind &&
      (instId === undefined || idOf(order) === instId)
    const view = isMeant ? viewAt(venue, order, asOf) : null
    return view === null ? [] : [{ order, view }]
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
  return rows
    .toReversed()
    .slice(0, limitOf(parameters))
    .map((row) => view(row.order, row.view))
}

function fills({ trading }: OkxContext, call: SignedCall, asOf: number): readonly object[] {
  const { account, parameters } = call
  const { ordId, instId, after } = parameters
  trading.advance()
  return tradesAt(trading.venue, account.name, asOf)
    .filter(({ order }) => instId === undefined || idOf(order) === instId)
    .filter(({ order }) => ordId === undefined || String(order.id) === ordId)
    .filter(({ fill }) => after === undefined || fill.id < BigInt(after))
    .toReversed()
    .slice(0, limitOf(parameters))
    .map(({ order, fill }) => fillView(order, fill))
}

function limitOf({ limit = '100' }: OkxParameters): number {
  return Math.min(100, Math.max(1, Number(limit)))
}
