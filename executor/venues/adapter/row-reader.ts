// The rows of a venue's answers: which of them have to be readable, and whether they are about what was asked.
import type { Decimal } from '@keyside/protocol'
import { z } from 'zod'
import type {
  AccountTrade,
  Balance,
  Candle,
  ExchangeOrder,
  Fill,
  OrderRequest,
} from '../../core/model/exchange.ts'
import type { FillPage, ListedOrder, VenueMarket } from './dialect.ts'

/** In our words, with the venue's own name of its market. */
export type OrderRow = ListedOrder & OfMarket
/** `page`: where the page after this row begins, where rows say so. */
export type TradeRow = AccountTrade & OfMarket & { readonly page?: string }

interface OfMarket {
  readonly market: string
}

interface QuoteRow {
  readonly id: string
  readonly bid: Decimal
  readonly ask: Decimal
}

interface VolumeRow {
  readonly id: string
  readonly volume: Decimal
}

type Receipt = Pick<ExchangeOrder, 'exchangeId' | 'clientOrderId'>

interface PageOfFills {
  /** How many one answer holds. */
  readonly most: number
  /** Whether the answer may hold those of other orders too. */
  readonly among?: 'its own' | 'others'
  /** Where the page after a full one begins, where it is not its last row that says so. */
  next?(fills: readonly Fill[], body: unknown): string | null
}

/** Null where the body does not say it. */
type Read<T> = (body: unknown) => T | null
type ReadRows<T> = Read<readonly T[]>

export class RowReader {
  readonly #rowsIn: ReadRows<unknown>

  /** `rowsIn` says where an answer has its rows. */
  constructor(rowsIn: ReadRows<unknown>) {
    this.#rowsIn = rowsIn
  }

  /** Each has to be readable. */
  all<T>(row: z.ZodType<T>): ReadRows<T> {
    return (body) => z.array(row).safeParse(this.#rowsIn(body)).data ?? null
  }

  /** Those that can be read. */
  readable<T>(row: z.ZodType<T>): ReadRows<T> {
    return (body) => this.#rowsIn(body)?.flatMap((one) => row.safeParse(one).data ?? []) ?? null
  }

  /** The only one. */
  one<T>(row: z.ZodType<T>): Read<T> {
    return (body) => {
      const rows = this.all(row)(body)
      return rows?.length === 1 ? (rows[0] ?? null) : null
    }
  }

  /** The unified symbols of the markets that are traded now. */
  symbols(row: z.ZodType<VenueMarket>): ReadRows<string> {
    return (body) => {
      const traded = this.readable(row)(body)?.filter(({ rules }) => rules.status === 'trading')
      return traded?.map(({ rules }) => rules.market) ?? null
    }
  }

  /** Without those that have no bid or no ask, which is written as 0. */
  quotes(row: z.ZodType<QuoteRow>): ReadRows<QuoteRow> {
    return (body) => {
      const quoted = this.readable(row)(body)?.filter(({ bid, ask }) => bid !== '0' && ask !== '0')
      return quoted?.map(({ id, bid, ask }) => ({ id, bid, ask })) ?? null
    }
  }

  /** What was traded in a day, quote. */
  volumes(row: z.ZodType<VolumeRow>): ReadRows<VolumeRow> {
    return (body) => this.readable(row)(body)?.map(({ id, volume }) => ({ id, volume })) ?? null
  }

  /** Oldest first. */
  candles(row: z.ZodType<Candle>): ReadRows<Candle> {
    return (body) => this.all(row)(body)?.toSorted(([a], [b]) => a - b) ?? null
  }

  /**
   * Null unless each row of `currencies` can be read. Exchanges also list coins by the million million, which no amount
   * here can say. `name`: the field that names the currency.
   */
  balances(
    row: z.ZodType<Balance>,
    name: string,
    currencies: ReadonlySet<string>,
  ): ReadRows<Balance> {
    const named = z.object({ [name]: z.string() })
    const isOther = (one: unknown) => {
      const currency = named.safeParse(one).data?.[name]
      return currency !== undefined && !currencies.has(currency)
    }
    return (body) => {
      const ours = this.#rowsIn(body)?.filter((one) => row.safeParse(one).success || !isOther(one))
      return z.array(row).safeParse(ours).data ?? null
    }
  }

  /** Null for one that cannot be read. */
  orders(row: z.ZodType<OrderRow>, market: VenueMarket): ReadRows<ListedOrder | null> {
    return (body) =>
      this.#listed(market, row, body)?.map((one) => one && withoutMarket(one)) ?? null
  }

  /**
   * Of the whole account, each with its market; null for one that cannot be read. What another hand ordered on a market that
   * this device does not know is nothing to stumble over.
   */
  ordersOfAll(row: z.ZodType<OrderRow>): ReadRows<OrderRow | null> {
    return (body) => this.#rowsIn(body)?.map((one) => row.safeParse(one).data ?? null) ?? null
  }

  /** The only one, which has to be this order. */
  order(
    row: z.ZodType<OrderRow>,
    { id }: VenueMarket,
    asked: { readonly clientOrderId: string } | { readonly exchangeId: string },
  ): Read<ListedOrder> {
    return (body) => {
      const order = this.one(row)(body)
      const { clientOrderId, exchangeId } = { ...order, ...asked }
      const isOurs =
        order?.market === id &&
        order.clientOrderId === clientOrderId &&
        order.exchangeId === exchangeId
      return isOurs ? withoutMarket(order) : null
    }
  }

  /** Null for one that cannot be read. */
  trades(row: z.ZodType<TradeRow>, market: VenueMarket): ReadRows<AccountTrade | null> {
    return (body) => this.#listed(market, row, body)?.map((one) => one && tradeOf(one)) ?? null
  }

  /** Of one order. */
  fills(
    row: z.ZodType<TradeRow>,
    market: VenueMarket,
    exchangeId: string,
    { most, among = 'its own', next = () => null }: PageOfFills,
  ): Read<FillPage> {
    return (body) => {
      const listed = this.#listed(market, row, body)
      const rows = listed?.includes(null) ? null : listed?.filter((one) => one !== null)
      const own = rows?.filter((trade) => trade.exchangeId === exchangeId)
      if (!rows || !own || (among === 'its own' && own.length < rows.length)) return null
      const fills = own.map(fillOf)
      if (rows.length < most) return { fills, next: null }
      return { fills, next: rows.at(-1)?.page ?? next(fills, body) }
    }
  }

  /** A receipt for this order: it was taken, and no more is said of it. */
  receipt(row: z.ZodType<Receipt>, { type, clientOrderId }: OrderRequest): Read<ExchangeOrder> {
    const kind = type === 'limit' ? 'order' : 'stop'
    return (body) => {
      const receipt = this.one(row)(body)
      if (receipt?.clientOrderId !== clientOrderId) return null
      const { exchangeId } = receipt
      return { kind, exchangeId, clientOrderId, status: 'open', filled: '0', fills: [] }
    }
  }

  /** Null where one of them is of another market, which was not asked for. */
  #listed<T extends OfMarket>(
    { id }: VenueMarket,
    row: z.ZodType<T>,
    body: unknown,
  ): readonly (T | null)[] | null {
    const rows = this.#rowsIn(body)?.map((one) => row.safeParse(one).data ?? null)
    return rows?.every((one) => one === null || one.market === id) ? rows : null
  }
}

function fillOf({ id, at, amount, price, fee, rebate }: AccountTrade): Fill {
  return { id, at, amount, price, ...(fee && { fee }), ...(rebate && { rebate }) }
}

function tradeOf({ market: _, page: __, ...trade }: TradeRow): AccountTrade {
  return trade
}

function withoutMarket<T extends OfMarket>({ market: _, ...row }: T): Omit<T, 'market'> {
  return row
}
