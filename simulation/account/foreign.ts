// Foreign activity on the account, counted by the judge: the device must report all of it and nothing else.
import type { JournalEvent } from '../../executor/core/model/events.ts'
import type { Fill, OrderRequest } from '../../executor/core/model/exchange.ts'
import type { Portfolio } from '../../executor/core/model/state.ts'
import { VALUE_PLACES } from '../base/units.ts'

/** Two looks and the longest pause before them, ms; in the last seconds something of one's own may have been under way. */
const KNOWN_MS = 50_000

interface Traded {
  readonly by: 'device' | 'trader'
  readonly wire: { readonly clientOrderId: string }
  readonly trades: readonly { readonly id: string }[]
}

/** What the judge has read in the journal. */
interface Read {
  readonly portfolio: Pick<Portfolio, 'orders' | 'account'>
  readonly reappeared: ReadonlySet<string>
  readonly orders: ReadonlyMap<
    string,
    { readonly trades: ReadonlySet<string>; readonly policy: unknown; readonly movedAt: number }
  >
}

interface Judging {
  readonly ledger: Read
  readonly orders: readonly Traded[]
  readonly simulation: {
    readonly scheduler: { now(): number }
    violate(invariant: string, message: string): void
    count(what: 'foreign' | 'accounts'): void
  }
}

export class ForeignMoves {
  /** By coin: all that was ever there beside the device's own trades, oldest first, and since when. */
  readonly #rests = new Map<string, { readonly rest: bigint; readonly at: number }[]>()

  /** `by` in the units of a value. */
  #moved(coin: string, by: bigint, at: number): void {
    const all = this.#rests.get(coin) ?? []
    all.push({ rest: (all.at(-1)?.rest ?? 0n) + by, at })
    this.#rests.set(coin, all)
  }

  /** Paid in, or taken out where it begins with a minus. */
  onPaid(coin: string, amount: string, at: number): void {
    this.#moved(coin, unitsOf(amount), at)
  }

  onFill(wire: OrderRequest, { amount, price, fee, at }: Fill): void {
    const [base = '', quote = ''] = wire.market.split('/')
    const sign = wire.side === 'buy' ? 1n : -1n
    const value = (unitsOf(amount) * unitsOf(price)) / ONE
    this.#moved(base, sign * unitsOf(amount), at)
    this.#moved(quote, -sign * value, at)
    if (fee !== undefined) this.#moved(fee.currency, -unitsOf(fee.amount), at)
  }

  /** Each balance that the journal names must have existed. */
  onFact(fact: JournalEvent, { ledger, orders, simulation }: Judging): void {
    if (fact.type !== 'account_seen' || isSurprised(ledger, orders)) return
    for (const [coin, rest] of Object.entries(fact.rest)) {
      const isTrue = (this.#rests.get(coin) ?? []).some((one) => one.rest === unitsOf(rest))
      if (!isTrue && unitsOf(rest) !== 0n)
        simulation.violate('nothing foreign is told that was not', `${rest} ${coin}`)
    }
    if (fact.moved !== undefined) simulation.count('foreign')
  }

  checkSettled({ ledger, orders, simulation }: Judging, lagMs: number): void {
    const { account } = ledger.portfolio
    const until = simulation.scheduler.now() - KNOWN_MS - lagMs
    // While something of its own was under way nothing could be concluded.
    const isMoving = [...ledger.orders.values()].some(
      ({ policy, movedAt }) => policy !== null && movedAt > until,
    )
    if (account.since === 0 || isMoving || isSurprised(ledger, orders)) return
    simulation.count('accounts')
    for (const [coin, all] of this.#rests) {
      const last = all.at(-1)
      const known = unitsOf(account.rest[coin]?.net ?? '0')
      if (last !== undefined && last.at < until && known !== last.rest)
        simulation.violate('what is foreign is told', `${known} of ${last.rest} ${coin}`)
    }
  }
}

/** An order of its own that it had given up has traded all the same: what that did it can only call foreign. */
function isSurprised(ledger: Read, orders: readonly Traded[]): boolean {
  if (ledger.reappeared.size > 0) return true
  return orders.some(({ by, wire, trades }) => {
    const known = ledger.orders.get(wire.clientOrderId)
    const isOver = known === undefined || ledger.portfolio.orders[wire.clientOrderId] === undefined
    return by === 'device' && isOver && trades.some(({ id }) => !known?.trades.has(id))
  })
}

const ONE = 10n ** BigInt(VALUE_PLACES)

function unitsOf(text: string): bigint {
  const [, sign = '', whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (part.length > VALUE_PLACES) throw new RangeError(`${text} does not fit`)
  const units = BigInt(whole + part.padEnd(VALUE_PLACES, '0'))
  return sign === '' ? units : -units
}
