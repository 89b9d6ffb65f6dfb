// An exchange that finds a closed order by its name only for some time, or only while it is open: after that its lists and
// trades tell. Or it forgets one wholly that it has not shown for long: then its fills tell, by its number. The adapter's own
// look-up and its own cancel ask it, question by question.
import type { Answered, Lookup, OrderRequest, Placed } from '../executor/core/model/exchange.ts'
import type { ListedOrder, Question, VenueMarket } from '../executor/venues/adapter/dialect.ts'
import {
  exchangeOrderOf,
  openOrdersOf,
  type PortOrder,
  tradesOf,
} from '../executor/venues/adapter/model-port.ts'
import { cancel, find, type OrderClient } from '../executor/venues/adapter/orders.ts'
import { type Reply, sentence } from '../executor/venues/adapter/reply.ts'
import { isFoundByName } from '../venue/index.ts'
import { type ExchangeOptions, SimulatedExchange } from './exchange.ts'
import { ACCOUNT } from './venue.ts'

const NO_SUCH_ORDER = {
  code: 'no_such_order',
  text: 'there is no such order',
  why: 'refused',
} as const

/** As the venue is. */
export function exchangeOf(options: ExchangeOptions): SimulatedExchange {
  const { closedMs, keptMs } = options.venue
  return Number.isFinite(Math.min(closedMs, keptMs))
    ? new ForgetfulExchange(options)
    : new SimulatedExchange(options)
}

class ForgetfulExchange extends SimulatedExchange {
  readonly #options: ExchangeOptions
  readonly #client: OrderClient

  constructor(options: ExchangeOptions) {
    super(options)
    this.#options = options
    this.#client = {
      dialect: this.#dialect(),
      ask: (question) => this.#ask(question),
      answer: async (question) => {
        const reply = await this.#ask(question)
        if (reply.got === 'answer') return { ok: true, value: reply.value }
        return { ok: false, message: sentence(reply) }
      },
    }
  }

  override async find(market: string, clientOrderId: string, exchangeId = ''): Promise<Lookup> {
    const found = await find(this.#client, this.#marketOf(market), clientOrderId, exchangeId)
    if (found.outcome === 'found') this.#show(clientOrderId)
    return found
  }

  override async place(order: OrderRequest): Promise<Placed> {
    const placed = await super.place(order)
    if (placed.outcome === 'accepted') this.#show(order.clientOrderId)
    return placed
  }

  override async openOrders(market: string | null) {
    const open = await super.openOrders(market)
    const { shownAt } = this.#options.venue
    // A missing row in a list proves nothing about an unknown order.
    for (const { clientOrderId } of open.ok ? open.value : [])
      if (shownAt.has(clientOrderId)) this.#show(clientOrderId)
    return open
  }

  #show(clientOrderId: string): void {
    const { venue, simulation } = this.#options
    venue.shownAt.set(clientOrderId, simulation.scheduler.now())
  }

  /** One that was filled is kept: nobody may take it for one that never came. Unseen for long enough that nobody need wonder. */
  #isForgotten({ child, request, ...order }: PortOrder<bigint>): boolean {
    const { venue, simulation } = this.#options
    const became = child === null ? undefined : venue.core.order(child)
    const closedAt = became === undefined ? order.closedAt : became.closedAt
    const shownAt = venue.shownAt.get(request.wire.clientOrderId)
    const now = simulation.scheduler.now()
    const isFilled = order.fills.length > 0 || (became !== undefined && became.fills.length > 0)
    if (isFilled || closedAt === null || shownAt === undefined) return false
    if (now - closedAt < venue.keptMs) return false
    return now - shownAt >= 1.25 * venue.keptMs + WONDERED_MS
  }

  override cancel(
    market: string,
    clientOrderId: string,
  ): Promise<Answered<'canceled' | 'not_open'>> {
    return cancel(this.#client, this.#marketOf(market), clientOrderId, 'order')
  }

  #marketOf(market: string): VenueMarket {
    const rules = this.rules(market)
    if (rules === null) throw new RangeError(`no market ${market}`)
    return { id: market, rules }
  }

  #dialect(): OrderClient['dialect'] {
    return {
      orderNumbers: 'grow',
      refusals: { isUnknownOrder: ({ code }) => code === NO_SUCH_ORDER.code },
      orderById: (_, id) => [question(`find ${id.slice(0, 6)}`, () => this.#byName(id))],
      cancelOrder: (_, id) => [question(`${CANCEL} ${id.slice(0, 6)}`, () => this.#takeBack(id))],
      openOrders: (market) => [question('open orders', () => this.#open(market))],
      recentOrders: (market) => [question('recent orders', () => this.#recent(market))],
      trades: (market) => question('newest trades', () => this.#trades(market)),
    }
  }

  /** One request on its way. Nothing read is the venue's "there is no such order". */
  #ask<T>({ method, read }: Question<T>): Promise<Reply<T>> {
    const kind = method.startsWith(CANCEL) ? 'cancel' : 'query'
    return this.travel<Reply<T>>(
      { kind, about: method },
      () => {
        const value = read(null)
        return value === null
          ? { got: 'refusal', refusal: NO_SUCH_ORDER }
          : { got: 'answer', value }
      },
      () => ({ got: 'ambiguous', message: 'no answer' }),
    )
  }

  #byName(clientOrderId: string): ListedOrder | null {
    const { venue, simulation } = this.#options
    const order = venue.find(clientOrderId)
    if (order === undefined) return null
    if (this.#isForgotten(order)) {
      simulation.fault('closed order forgotten', clientOrderId.slice(0, 6))
      venue.truth.onForgotten(clientOrderId, simulation.scheduler.now())
      return null
    }
    const asOf = this.asOf()
    const child = order.child === null ? undefined : venue.core.order(order.child)
    if (isFoundByName(order, child, { closedMs: venue.closedMs, asOf }))
      return exchangeOrderOf(venue.core, order, asOf)
    simulation.fault('closed order not found by its name', clientOrderId.slice(0, 6))
    return null
  }

  #takeBack(clientOrderId: string): 'canceled' | null {
    const { venue, simulation, onCancel } = this.#options
    onCancel(clientOrderId)
    const order = venue.find(clientOrderId)
    if (order !== undefined && this.#isForgotten(order)) return null
    const done = venue.cancel(clientOrderId, simulation.scheduler.now())
    return done.ok && done.value === 'canceled' ? 'canceled' : null
  }

  #open({ id: market }: VenueMarket): readonly ListedOrder[] {
    const about = { account: ACCOUNT, market, asOf: this.asOf() }
    return openOrdersOf(this.#options.venue.core, about)
  }

  #recent({ id }: VenueMarket): readonly ListedOrder[] {
    const { core } = this.#options.venue
    const asOf = this.asOf()
    return core.orders
      .filter(({ request, parent }) => request.market === id && parent === null)
      .filter((order) => !this.#isForgotten(order))
      .flatMap((order) => exchangeOrderOf(core, order, asOf) ?? [])
  }

  /** Of an order that is in no list the newest trades show nothing either: whoever forgets it later keeps both as long. */
  #trades({ id: market }: VenueMarket) {
    const { core } = this.#options.venue
    const trades = tradesOf(core, { account: ACCOUNT, market, asOf: this.asOf() })
    return trades.filter(({ exchangeId }) => {
      const order = core.order(BigInt(exchangeId))
      return order === undefined || !this.#isForgotten(order)
    })
  }
}

/** The executor's margin, and what two measurements of a clock may differ by, ms. */
const WONDERED_MS = 12_000

const CANCEL = 'cancel'

function question<T>(method: string, read: () => T | null): Question<T> {
  return { method, params: {}, read }
}
