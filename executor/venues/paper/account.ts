// The paper account: a pure venue whose orders and balances are on the disk before anybody is told of them.
import type { DatabaseSync } from 'node:sqlite'
import { KeysideError, openDatabase, openLocked, transaction } from '@keyside/runtime'
import { type MarketSetup, SeenMarketFills, Venue } from '@keyside/venue'
import type Big from 'big.js'
import { z } from 'zod'
import type { PortOrder, PortRequest, PortVenue } from '../adapter/model-port.ts'
import { ACCOUNT, math } from './math.ts'
import { readOrder, writeOrder } from './stored-order.ts'

const SCHEMA = `
-- One row: whose market data the account was made on.
CREATE TABLE account (id INTEGER PRIMARY KEY CHECK (id = 1), venue TEXT NOT NULL) STRICT;
CREATE TABLE balances (currency TEXT PRIMARY KEY, free TEXT NOT NULL, held TEXT NOT NULL) STRICT;
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  -- The last line of defence: no order is taken twice.
  client_id TEXT NOT NULL UNIQUE,
  open INTEGER NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX open_orders ON orders (id) WHERE open = 1;
-- Steps and fees, for markets that the exchange does not tell of at the moment; and until when each was looked at.
CREATE TABLE markets (symbol TEXT PRIMARY KEY, setup TEXT, seen_at INTEGER) STRICT;
`

/** Of those that are over, so many are at hand without a look into the database. */
const KEPT_ORDERS = 1_000

/** SQLite's name for a database that is gone when it is closed. */
export const MEMORY = ':memory:'

export interface AccountOptions {
  readonly path: string
  /** ccxt's name of the exchange whose markets these are. */
  readonly venue: string
  /** What a new account begins with. */
  readonly balances: Readonly<Record<string, string>>
}

const setup = z.object({
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  tick: z.string(),
  step: z.string(),
  minAmount: z.string(),
  maxAmount: z.string(),
  minValue: z.string(),
  fees: z.object({ maker: z.string(), taker: z.string() }),
})

export type PaperMarketSetup = z.infer<typeof setup>

export class PaperAccount {
  readonly fills = new SeenMarketFills(math)
  readonly #database: DatabaseSync
  readonly #close: () => void
  readonly #changed = new Set<PortOrder<Big>>()
  /** The only market that is looked at just now. */
  #looking: string | null = null
  #state: 'open' | 'closed' = 'open'
  #venue: PortVenue<Big>

  /** Throws `paper_in_use`, `paper_of_another`, `database_other` or `database_busy`. */
  constructor({ path, venue, balances }: AccountOptions) {
    const open = (file: string) => {
      const value = openDatabase(file, SCHEMA)
      return { value, close: () => value.close() }
    }
    const opened =
      path === MEMORY ? open(path) : openLocked(path, (file) => openDatabase(file, SCHEMA))
    if (opened === null)
      throw new KeysideError(
        'paper_in_use',
        `another program has the paper account ${path} open: stop it first ("keyside up", or "keyside executor")`,
      )
    this.#database = opened.value
    this.#close = opened.close
    try {
      this.#begin(path, venue, balances)
      this.#venue = this.#load()
    } catch (error) {
      this.#close()
      throw error
    }
  }

  get state(): 'open' | 'closed' {
    return this.#state
  }

  get venue(): PortVenue<Big> {
    return this.#venue
  }

  #begin(path: string, venue: string, balances: AccountOptions['balances']): void {
    const made = this.#database.prepare('SELECT venue FROM account').get()
    if (made !== undefined && made['venue'] !== venue)
      throw new KeysideError(
        'paper_of_another',
        `${path} is an account on the markets of ${made['venue']}, and config.yaml says "of: ${venue}": its orders mean nothing there. Add another account for the other exchange (keyside accounts add)`,
      )
    if (made !== undefined) return
    transaction(this.#database, () => {
      this.#database.prepare('INSERT INTO account VALUES (1, ?)').run(venue)
      this.#putBalances(balances)
    })
  }

  #putBalances(balances: AccountOptions['balances']): void {
    const put = this.#database.prepare("INSERT INTO balances VALUES (?, ?, '0')")
    for (const [currency, free] of Object.entries(balances)) put.run(currency, free)
  }

  #load(): PortVenue<Big> {
    const venue = new Venue<Big, PortRequest<Big>>(
      {
        math,
        markets: this.#setups(),
        fills: this.fills,
        // Never better than a real one: rounded up, and where the market's fee is not known far above the usual.
        fees: { rate: '0.005', rounding: 'up', takenFrom: 'everything' },
        isTraded: (symbol) => symbol === this.#looking,
      },
      ({ order }) => this.#changed.add(order),
    )
    const rows = this.#database
      .prepare(
        `SELECT body FROM orders WHERE open = 1 OR id > (SELECT coalesce(max(id), 0) - ${KEPT_ORDERS} FROM orders) ORDER BY id`,
      )
      .all()
    for (const { body } of rows) venue.restore(readOrder(String(body)))
    const wallet = venue.wallet(ACCOUNT)
    for (const row of this.#database.prepare('SELECT * FROM balances').all()) {
      const [free, held] = [row['free'], row['held']].map((text) => math.value.parse(String(text)))
      if (free === undefined || held === undefined) continue
      wallet.deposit(String(row['currency']), free.plus(held))
      wallet.hold(String(row['currency']), held)
    }
    return venue
  }

  #setups(): MarketSetup[] {
    return this.#database
      .prepare('SELECT setup FROM markets WHERE setup IS NOT NULL')
      .all()
      .map((row) => setup.parse(JSON.parse(String(row['setup']))))
  }

  /** Steps and fees as the exchange tells them now. */
  use(setups: readonly PaperMarketSetup[]): void {
    const known = new Map(this.#setups().map((one) => [one.symbol, JSON.stringify(one)]))
    const news = setups.filter((one) => known.get(one.symbol) !== JSON.stringify(setup.parse(one)))
    if (news.length === 0) return
    const put = this.#database.prepare(
      'INSERT INTO markets (symbol, setup) VALUES (?, ?) ON CONFLICT (symbol) DO UPDATE SET setup = excluded.setup',
    )
    transaction(this.#database, () => {
      for (const one of news) put.run(one.symbol, JSON.stringify(setup.parse(one)))
    })
    this.#venue = this.#load()
  }

  /** What `work` does at this market is on the disk when this returns. Where the disk refuses, it never happened. */
  change<T>(market: string, work: (venue: PortVenue<Big>) => T, seenAt?: number): T {
    this.#looking = market
    try {
      const result = work(this.#venue)
      if (this.#changed.size > 0) this.#save(market, seenAt)
      return result
    } catch (error) {
      if (this.#state === 'open') this.#venue = this.#load()
      throw error
    } finally {
      this.#changed.clear()
      this.#looking = null
    }
  }

  #save(market: string, seenAt: number | undefined): void {
    const wallet = this.#venue.wallet(ACCOUNT)
    const putOrder = this.#database.prepare(
      'INSERT INTO orders VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET open = excluded.open, body = excluded.body',
    )
    const putBalance = this.#database.prepare('INSERT OR REPLACE INTO balances VALUES (?, ?, ?)')
    transaction(this.#database, () => {
      for (const order of this.#changed) {
        const open = this.#venue.open.has(order) ? 1 : 0
        putOrder.run(order.id, order.request.clientOrderId, open, writeOrder(order))
      }
      for (const currency of wallet.currencies) {
        const { free, held } = wallet.balance(currency)
        putBalance.run(currency, free.toFixed(), held.toFixed())
      }
      if (seenAt !== undefined) this.markSeen(market, seenAt)
    })
  }

  /** The market was looked at until then, Unix ms of the venue. */
  markSeen(market: string, at: number): void {
    this.#database
      .prepare(
        'INSERT INTO markets (symbol, seen_at) VALUES (?, ?) ON CONFLICT (symbol) DO UPDATE SET seen_at = excluded.seen_at',
      )
      .run(market, at)
  }

  /** Null for one that was never looked at. */
  seenAt(market: string): number | null {
    const row = this.#database.prepare('SELECT seen_at FROM markets WHERE symbol = ?').get(market)
    const at = row?.['seen_at']
    return at === undefined || at === null ? null : Number(at)
  }

  /** Also one that is over for long. */
  find(clientOrderId: string): PortOrder<Big> | null {
    const known = this.#venue.find(ACCOUNT, clientOrderId)
    if (known !== undefined) return known
    const row = this.#database
      .prepare('SELECT body FROM orders WHERE client_id = ?')
      .get(clientOrderId)
    return row === undefined ? null : readOrder(String(row['body']))
  }

  /** By its number. */
  order(id: string): PortOrder<Big> | null {
    const row = /^\d{1,15}$/.test(id)
      ? this.#database.prepare('SELECT body FROM orders WHERE id = ?').get(Number(id))
      : undefined
    return row === undefined ? null : readOrder(String(row['body']))
  }

  /** Begins anew with these balances; orders and trades of before stay on record. Throws `paper_orders_open`. */
  reset(balances: AccountOptions['balances']): void {
    if (this.#venue.open.size > 0)
      throw new KeysideError(
        'paper_orders_open',
        `${this.#venue.open.size} orders are open in the paper account: sell what is held first ("keyside halt --sell" while it runs), then reset it`,
      )
    transaction(this.#database, () => {
      this.#database.exec('DELETE FROM balances')
      this.#putBalances(balances)
    })
    this.#venue = this.#load()
  }

  close(): void {
    this.#state = 'closed'
    this.#close()
  }
}
