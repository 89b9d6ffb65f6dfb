// What one venue adds to the shared adapter: questions, readers of its answers, and numbers. Data and pure functions.
import type { Decimal } from '@keyside/protocol'
import type {
  AccountTrade,
  Backoff,
  Balance,
  Candle,
  ExchangeOrder,
  Fill,
  KeyRights,
  Liquidity,
  MarketRules,
  OrderRequest,
  RejectionCode,
  Retention,
  VenueOrderKind,
} from '../../core/model/exchange.ts'

type Params = Readonly<Record<string, string | number>>

/** One request, and how its answer is read. */
export interface Question<T> {
  /**
   * ccxt's implicit method for the endpoint: one request, signed by ccxt, which changes nothing in `params`. For what is
   * public everywhere alike, a unified one, and `params` are its arguments.
   */
  readonly method: string
  readonly params: Params | readonly unknown[]
  /** In ccxt's units, where ccxt does not know it. */
  readonly weight?: number
  /** Null unless the body is a readable answer to this very question. */
  read(body: unknown): T | null
}

/** A question that names several markets, or one. */
export interface Batch<M, T> {
  /** How many markets one question may name. */
  readonly most: number
  ask(markets: readonly M[]): Question<readonly T[]>
}

/** The venue said no, in its own words. */
export interface Refusal {
  readonly code: string
  readonly text: string
  /** `limited`: too much was asked, and this was not acted on. */
  readonly why: 'refused' | 'limited'
}

export interface Refusals {
  /** Null where the answer holds no refusal in the venue's own form: its status alone proves nothing. */
  read(status: number, body: unknown): Refusal | null
  /** Set only where the refusal proves that an order was not taken. */
  rejection(refusal: Refusal): RejectionCode | undefined
  /** The time that the request was signed with is refused. */
  isUntimely(refusal: Refusal): boolean
  isUnknownOrder(refusal: Refusal): boolean
  /** Refused for a market that the question names, and not for the account or the rate. */
  isUnknownMarket(refusal: Refusal): boolean
}

/** An order as its venue lists it. */
export interface ListedOrder extends ExchangeOrder {
  /** The number of the order that a triggered stop became, where that is another than the stop's own. */
  readonly became?: string
}

interface TriggeredStops {
  /** Whether a number is a stop's: no order has it, and no fills. */
  isStop(exchangeId: string): boolean
  /** An order that a stop became, by its number. */
  order(market: VenueMarket, exchangeId: string): Question<ExchangeOrder>
  /** Takes that order back, by its number. */
  cancel(market: VenueMarket, exchangeId: string): Question<'canceled' | 'requested'>
  /** The newest of them, each with the number of its stop; null for an order whose number it does not tell. */
  list(market: VenueMarket): Question<readonly { order: string | null; stop: string }[]>
  /** How many one answer holds: one that holds fewer leaves none out. */
  readonly most: number
}

/** Of an HTTP answer, in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

export interface Limits {
  /** How long one unit of ccxt's weights takes to come back, ms. */
  readonly unitMs: number
  /** Least time between two order books, ms. */
  readonly bookMs: number
  /** How long `used` counts, ms. */
  readonly windowMs: number
  /** The longest ban, ms. */
  readonly longestMs: number
  /** What one answer says. `ms` is null where it does not say how long; `used` is a share of what one address may ask. */
  read(status: number, headers: Headers): RateNotice
}

export interface RateNotice {
  readonly backoff: { readonly why: Backoff['why']; readonly ms: number | null } | null
  readonly used: number | null
}

export interface VenueMarket {
  /** The venue's own name of it, such as BTCUSDT. */
  readonly id: string
  readonly rules: MarketRules
  /** A share such as '0.001', where the venue says so. */
  readonly makerFee?: Decimal
}

/** Unix ms of the venue, both included. */
export interface Span {
  readonly since: number
  readonly until: number
}

export interface FillPage {
  readonly fills: readonly Fill[]
  /** Where the next page begins; null after the last. */
  readonly next: string | null
}

export interface Dialect extends MarketQuestions, AccountQuestions, OrderQuestions {
  readonly name: string
  /** ccxt's class and its options. */
  readonly ccxt: { readonly id: string; readonly options: Readonly<Record<string, unknown>> }
  /** What an API key of this venue consists of besides itself and its secret. */
  readonly credentials: readonly 'passphrase'[]
  /** The highest fee of a taker, as a share of what is traded: '0.001'. */
  readonly takerFee: Decimal
  /** How long after its signing a request is still acted on, ms. */
  readonly receiveWindowMs: number
  /** From a request's first byte to its answer's last, ms. */
  readonly timeoutMs: number
  readonly limits: Limits
  readonly refusals: Refusals
  /** How long an order that was taken may be missing in every answer, ms. */
  readonly viewLagMs: number
  readonly retention: Retention
  /** How far back one question about the fills of an order reaches, ms: for older ones it takes spans of so long. */
  readonly fillsSpanMs: number
  /** What is done with a stop whose trigger price is already reached; `taken`: it would wait for the other direction. */
  readonly wrongSidedStop: 'refused' | 'taken'
  /** Whether the number of a later order is higher. */
  readonly orderNumbers: 'grow' | 'unordered'
}

/** What anybody may ask. */
export interface MarketQuestions {
  /** Unix ms. */
  time(): Question<number>
  /** By unified symbol. Only spot markets whose rules can be read and whose name is exactly the one asked for. */
  readonly markets: Batch<string, VenueMarket>
  /** The unified symbols of all spot markets that are traded now. */
  symbols(): Question<readonly string[]>
  /** Without those that have no bid or no ask. */
  readonly quotes: Batch<VenueMarket, { id: string; bid: Decimal; ask: Decimal }>
  readonly volumes: Batch<VenueMarket, { id: string; volume: Decimal }>
  asks(market: VenueMarket): Question<Liquidity['asks']>
  /** The newest, or the first from `since` on, Unix ms. */
  candles(
    market: VenueMarket,
    timeframe: string,
    limit: number,
    since?: number,
  ): Question<readonly Candle[]>
}

export interface AccountQuestions {
  /** Null unless every row of `currencies` can be read: a coin that is left out would look as if it were sold. */
  balances(currencies: ReadonlySet<string>): Question<readonly Balance[]>
  keyRights(): Question<KeyRights>
  /** Only where the account's own settings say whether an order may borrow what is not there: each has to say never. */
  readonly borrowing?: () => readonly Question<'never' | 'may'>[]
}

export interface OrderQuestions {
  /** Whether the answer to an order is its outcome, or says no more than that it was received. */
  readonly placing: 'outcome' | 'receipt'
  placeOrder(market: VenueMarket, order: OrderRequest): Question<ExchangeOrder>
  /** `requested`: it may still fill. The next is asked where one does not know the order. */
  cancelOrder(
    market: VenueMarket,
    clientOrderId: string,
    kind: VenueOrderKind,
  ): readonly Question<'canceled' | 'requested'>[]
  /** The order may be in any one of these places, each of which may say that it is not there. */
  orderById(
    market: VenueMarket,
    clientOrderId: string,
  ): readonly Question<ListedOrder | 'missing'>[]
  /** Only where a stop that triggers becomes an order with another number. */
  readonly triggeredStops?: TriggeredStops
  /** Null for a row that cannot be read, here and in the other lists. */
  openOrders(market: VenueMarket): readonly Question<readonly (ListedOrder | null)[]>[]
  /** Of the whole account, each with the venue's name of its market. */
  allOpenOrders(): readonly Question<readonly (ListedOrder | null)[]>[]
  /** From so many markets on, that of the whole account costs less than one for each. */
  readonly wholeAccountFrom: number
  /** The newest, whatever became of them. */
  recentOrders(market: VenueMarket): readonly Question<readonly (ListedOrder | null)[]>[]
  /** Of one order, from the page that `from` names; the first for null. With `span`, of what was traded in it. */
  fills(
    market: VenueMarket,
    exchangeId: string,
    from: string | null,
    span?: Span,
  ): Question<FillPage>
  /** The account's newest, at most as many as one answer holds. */
  trades(market: VenueMarket): Question<readonly (AccountTrade | null)[]>
}
