// What the executor asks of an exchange. One adapter a venue; vendor words stay inside its folder.
import type {
  AccountTrade,
  Answered,
  Backoff,
  Balance,
  Candle,
  ExchangeOrder,
  Fill,
  KeyRights,
  Liquidity,
  LookedUp,
  Lookup,
  MarketRules,
  Money,
  OrderRequest,
  Placed,
  Quote,
  Retention,
  VenueOrderKind,
} from '../core/model/exchange.ts'
import type { ApiKeys } from './adapter/api-keys.ts'

export interface Exchange {
  /** `binance` */
  readonly name: string
  /** What is behind it: `sandbox` only while it has lately proved to be one, `paper` where this device keeps the account. */
  readonly money: Money
  /** How long after sending an unseen order may still be accepted, ms (the venue's receive window and more). */
  readonly acceptanceWindowMs: number
  /** How long an order that was taken may be missing in every answer, ms. */
  readonly viewLagMs: number
  readonly retention: Retention
  /** From so many markets on, one question about all open orders costs less than one about each market. */
  readonly wholeAccountFrom: number
  /**
   * Loads market rules and the clock, then keeps rules, quotes and liquidity fresh, of `left` too, where something may
   * be left from before. It does without those that the exchange does not have: they have no `rules`. Rejects with a
   * KeysideError.
   */
  start(markets: readonly string[], left?: readonly string[]): Promise<void>
  stop(): Promise<void>
  /** The last seen. Null for one that the exchange has not had since the start. */
  rules(market: string): MarketRules | null
  /** The last quote seen, however old: the caller judges its age. Null before the first. Of watched ones too. */
  quote(market: string): Quote | null
  /** The last seen, however old. Null before the first. */
  liquidity(market: string): Liquidity | null
  /** Keeps quotes fresh of these too, and of no others besides those of `start`: for whoever only looks. */
  watch(markets: readonly string[]): void
  /** Asks now about any market, also one that nobody trades here. */
  lookUp(market: string): Promise<LookedUp>
  /** Every spot market that is traded there now. */
  symbols(): Promise<Answered<readonly string[]>>
  /** Asks for a quote now. */
  refreshQuote(market: string): Promise<Answered<Quote>>
  refreshBalances(): Promise<Answered<readonly Balance[]>>
  /** Exchange's clock less this device's, ms; null when not known. */
  skewMs(): number | null
  reachable(): boolean
  /** Set while the exchange wants a pause: nothing is sent, and every question is unanswered. */
  backoff(): Backoff | null
  /** `tight` while so little may be asked that each question makes others wait for long. */
  requestBudget(): 'free' | 'tight'
  /** The newest, or the first that begin at or after `since`, Unix ms; oldest first. */
  candles(
    market: string,
    timeframe: string,
    limit: number,
    since?: number,
  ): Promise<Answered<readonly Candle[]>>
  /** Sends once. Never retries, never throws for what the exchange or the network does. */
  place(order: OrderRequest): Promise<Placed>
  /** `exchangeId`: the number by which it was accepted, where it was; then only what has that number is its own. */
  find(market: string, clientOrderId: string, exchangeId?: string): Promise<Lookup>
  /** All that it had, as far back as fills are kept. `since`: when it was first seen there, Unix ms of the exchange. */
  fills(market: string, exchangeId: string, since?: number): Promise<Answered<readonly Fill[]>>
  /** Resolves when the exchange says that it is canceled, or no longer open. */
  cancel(
    market: string,
    clientOrderId: string,
    kind: VenueOrderKind,
  ): Promise<Answered<'canceled' | 'not_open'>>
  /** Of the whole account for null: then, and with `readable`, without rows that nobody can read, and with their number. */
  openOrders(
    market: string | null,
    rows?: 'all' | 'readable',
  ): Promise<Answered<readonly ExchangeOrder[]>>
  /** The account's newest trades since then, Unix ms of the exchange; at most as many as it lists at once. */
  trades(
    market: string,
    since: number,
    rows?: 'all' | 'readable',
  ): Promise<Answered<readonly AccountTrade[]>>
  keyRights(): Promise<Answered<KeyRights>>
  /** Tries a key of the same account, and signs with it from then on if it is taken and may trade and nothing worse; else as before. */
  useKeys(keys: ApiKeys): Promise<Answered<KeyRights>>
}
