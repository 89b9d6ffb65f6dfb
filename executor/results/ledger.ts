// Every sale with what it brought, from the journal's events, in their order. Pure.
import type { Decimal, SaleRow } from '@keyside/protocol'
import { addFee, isZero, minus, plus, times } from '../core/model/decimals.ts'
import type { FactOf, JournalEvent } from '../core/model/events.ts'
import type { Fee, Fill } from '../core/model/exchange.ts'
import { feePriceKey, priceNeeded } from '../core/model/fee-prices.ts'
import { addTaken, addToLots, goneWith, type Lot, lotOf, takeFromLots } from '../core/model/lots.ts'
import type { OrderKind } from '../core/model/order.ts'
import { type CloseReason, positionKey } from '../core/model/position.ts'
import { NO_SALE, type Sale, type Trade, tradeOf } from './trade.ts'

/** Coins that went out of a position without a sale: no profit and no loss. */
export interface Left {
  readonly at: number
  readonly stream: string
  readonly market: string
  readonly why: 'written_off' | 'adjusted'
  readonly amount: Decimal
  /** Quote paid for them. */
  readonly cost: Decimal
}

/** The events that it is made of. */
export const LEDGER_EVENTS = [
  'ordered',
  'mapped',
  'fill',
  'fee_priced',
  'closing',
  'stop_moved',
  'written_off',
  'adjusted',
] as const satisfies readonly JournalEvent['type'][]

export type LedgerEvent = FactOf<(typeof LEDGER_EVENTS)[number]>

interface KnownOrder {
  readonly stream: string
  readonly market: string
  readonly kind: OrderKind
  readonly reason: SaleRow['reason']
}

interface Holding {
  readonly stream: string
  readonly market: string
  readonly lots: readonly Lot[]
  /** When each lot's order was first filled, by its client order id, Unix ms. */
  readonly bought: ReadonlyMap<string, number>
  /** What a stop is since it was moved. */
  readonly stop: 'stop' | 'trailing_stop' | 'break_even'
  readonly closing: CloseReason | null
  readonly stops: Trade['stops']
}

/** What a stop is that was moved. */
const MOVED: { readonly [Why in FactOf<'stop_moved'>['why']]: Holding['stop'] } = {
  trailing_stop: 'trailing_stop',
  break_even: 'break_even',
  trader: 'stop',
  signal: 'stop',
}

const CLOSED: { readonly [Reason in CloseReason]: SaleRow['reason'] } = {
  stop: 'stop',
  hold: 'max_hold',
  small: 'too_small',
  flatten: 'halt',
  silence: 'silence',
  head: 'missed_exit',
  exit: 'exit',
  trader: 'trader',
}

export class Ledger {
  readonly #orders = new Map<string, KnownOrder>()
  readonly #holdings = new Map<string, Holding>()
  readonly #sales = new Map<string, Sale>()
  /** By `feePriceKey`; null where nobody knows it. */
  readonly #prices = new Map<string, Decimal | null>()
  readonly #left: Left[] = []

  /** Oldest first. */
  trades(): readonly Trade[] {
    return [...this.#sales.values()].map((sale) => tradeOf(sale, this.#prices))
  }

  /** What an order has sold. */
  trade(clientOrderId: string): Trade | undefined {
    const sale = this.#sales.get(clientOrderId)
    return sale && tradeOf(sale, this.#prices)
  }

  left(): readonly Left[] {
    return this.#left
  }

  /** Every such event of the journal once, in its order. */
  apply(event: LedgerEvent): undefined {
    switch (event.type) {
      case 'ordered':
        return this.#ordered(event)
      case 'mapped':
        return this.#mapped(event)
      case 'closing':
        return this.#change(event.position, { closing: event.why })
      case 'stop_moved':
        return this.#change(event.position, { stop: MOVED[event.why] })
      case 'fill':
        return this.#filled(event)
      case 'fee_priced':
        return this.#priced(event)
      case 'written_off':
        return this.#take(event.position, event.amount, 'written_off', event.at)
      case 'adjusted':
        return this.#adjusted(event)
    }
  }

  #ordered({ order, at }: FactOf<'ordered'>): undefined {
    const { clientOrderId, stream, kind, intent, takeProfitLevels, cause } = order
    const key = positionKey(order)
    const holding = this.#holdings.get(key)
    if (kind === 'stop' && holding !== undefined)
      this.#change(key, { stops: [...holding.stops, { at, order: clientOrderId }] })
    const closing = holding?.closing ?? null
    const reason =
      kind === 'stop'
        ? (holding?.stop ?? 'stop')
        : takeProfitLevels !== undefined
          ? 'take_profit'
          : closing === null
            ? (cause ?? 'exit')
            : CLOSED[closing]
    this.#orders.set(clientOrderId, { stream, market: intent.market, kind, reason })
  }

  #mapped({ clientOrderId, intent: { market } }: FactOf<'mapped'>): undefined {
    this.#orders.set(clientOrderId, { ...this.#order(clientOrderId), market })
  }

  #order(clientOrderId: string): KnownOrder {
    const order = this.#orders.get(clientOrderId)
    if (order === undefined) throw new Error(`${clientOrderId} was never ordered`)
    return order
  }

  /** A price that was recorded is never changed. */
  #priced({ market, minute, price }: FactOf<'fee_priced'>): undefined {
    const key = feePriceKey({ market, minute })
    this.#prices.set(key, this.#prices.get(key) ?? price)
  }

  #filled({ clientOrderId, trade: fill }: FactOf<'fill'>): undefined {
    const order = this.#order(clientOrderId)
    const trade = { ...fill, ...(fill.fee && { fee: feeIn(order.market, fill.fee, fill.at) }) }
    const key = positionKey({ stream: order.stream, intent: order })
    const { market, stream } = order
    const holding = this.#holdings.get(key) ?? { ...EMPTY, stream, market }
    if (order.kind === 'entry') this.#holdings.set(key, bought(holding, clientOrderId, trade))
    else this.#sold(key, holding, { ...order, clientOrderId }, trade)
  }

  #sold(
    key: string,
    holding: Holding,
    order: KnownOrder & { clientOrderId: string },
    trade: Fill,
  ): undefined {
    const { clientOrderId, market } = order
    const { kind: _, ...about } = order
    const gone = goneWith(market, trade)
    const taken = takeFromLots(holding.lots, gone)
    const opened = holding.bought.get(holding.lots[0]?.order ?? '') ?? trade.at
    const before = this.#sales.get(clientOrderId) ?? {
      ...NO_SALE,
      ...about,
      number: this.#sales.size + 1,
      opened,
      entry: holding.lots[0]?.order ?? null,
    }
    this.#sales.set(clientOrderId, {
      ...before,
      closed: Math.max(before.closed, trade.at),
      stops: holding.stops,
      amount: plus(before.amount, trade.amount),
      gone: plus(before.gone, gone),
      proceeds: plus(before.proceeds, times(trade.amount, trade.price)),
      fees: trade.fee ? addFee(before.fees, trade.fee) : before.fees,
      baseFees: plus(before.baseFees, times(minus(gone, trade.amount), trade.price)),
      costBasis: addTaken(before.costBasis, taken, trade.at),
    })
    this.#keep(key, { ...holding, lots: taken.left })
  }

  #adjusted({ positions, at }: FactOf<'adjusted'>): undefined {
    for (const [key, amount] of Object.entries(positions)) {
      const held = (this.#holdings.get(key)?.lots ?? []).reduce(
        (sum, lot) => plus(sum, lot.amount),
        '0',
      )
      this.#take(key, minus(held, amount), 'adjusted', at)
    }
  }

  #take(key: string, amount: Decimal, why: Left['why'], at: number): undefined {
    const holding = this.#holdings.get(key)
    if (holding === undefined || isZero(amount)) return
    const { left: lots, cost, amount: taken } = takeFromLots(holding.lots, amount)
    const { stream, market } = holding
    this.#left.push({ at, stream, market, why, amount: taken, cost })
    this.#keep(key, { ...holding, lots })
  }

  #change(key: string, change: Partial<Holding>): undefined {
    const holding = this.#holdings.get(key)
    if (holding !== undefined) this.#holdings.set(key, { ...holding, ...change })
  }

  #keep(key: string, holding: Holding): undefined {
    if (holding.lots.length === 0) this.#holdings.delete(key)
    else this.#holdings.set(key, holding)
  }
}

function bought(holding: Holding, order: string, trade: Fill): Holding {
  const first = holding.bought.get(order) ?? trade.at
  return {
    ...holding,
    bought: new Map(holding.bought).set(order, first),
    lots: addToLots(holding.lots, lotOf(holding.market, order, trade)),
  }
}

const EMPTY = {
  lots: [],
  bought: new Map<string, number>(),
  stop: 'stop',
  closing: null,
  stops: [],
} as const

/** With the minute whose price it needs, where it needs one. */
function feeIn(market: string, fee: Fee, at: number): Fee {
  const needed = priceNeeded(market, fee, at)
  return needed === null ? fee : { ...fee, minute: needed.minute }
}
