// Finds what this device has not done to the account: its balances less the sum of the device's own trades.
import Big from 'big.js'
import type { Fill, OrderRequest } from './exchange.ts'

/** A signed decimal. */
type Signed = string

/** What the device's own trades have done to one coin, ever. */
interface Flow {
  readonly net: Signed
  readonly trades: number
}

/** What somebody else's trades have done to a coin, as they were told; what it explains is told by that. */
interface Explained {
  readonly net: Signed
  /** Unix ms. */
  readonly at: number
}

export interface Account {
  readonly flows: Readonly<Record<string, Flow>>
  /** What is there less the flows, by coin, and how many trades they were of: it stays, unless somebody else moves it. */
  readonly rest: Readonly<Record<string, Flow>>
  /** When it was seen at rest first, Unix ms; 0 for never. */
  readonly since: number
  readonly explained: Readonly<Record<string, Explained>>
}

export const NO_ACCOUNT: Account = { flows: {}, rest: {}, since: 0, explained: {} }

/** By coin. */
export type Moved = Readonly<Record<string, Signed>>

/** An order or a trade at the exchange that this device has not made. */
interface Unexpected {
  readonly type: 'unexpected'
  readonly market: string
  readonly exchangeId: string
  readonly as: 'open' | 'trade'
  /** What its trades did to the account, by coin. */
  readonly moved?: Moved
}

/** An order of ours that was over is open at the exchange, or has a trade that is not here. */
interface Reappeared {
  readonly type: 'reappeared'
  readonly clientOrderId: string
  readonly market: string
  readonly exchangeId: string
  readonly as: 'open' | 'trade'
  readonly moved?: Moved
}

/** The account is at rest with so much beside the device's own trades. */
interface AccountSeen {
  readonly type: 'account_seen'
  readonly rest: Moved
  /** What of it nothing explains; absent where all is. */
  readonly moved?: Moved
}

export type AccountEvent = AccountSeen | Unexpected | Reappeared

type Trade = Pick<Fill, 'amount' | 'price' | 'fee' | 'rebate'>

/** What one trade does to the account, by coin. */
export function movedBy(side: OrderRequest['side'], market: string, trade: Trade): Moved {
  const [base = '', quote = ''] = market.split('/')
  const value = new Big(trade.amount).times(trade.price)
  const sign = side === 'buy' ? 1 : -1
  const moved = new Map<string, Big>()
  const add = (coin: string, amount: Big) => moved.set(coin, (moved.get(coin) ?? NONE).plus(amount))
  add(base, new Big(trade.amount).times(sign))
  add(quote, value.times(-sign))
  if (trade.fee !== undefined) add(trade.fee.currency, new Big(trade.fee.amount).times(-1))
  if (trade.rebate !== undefined) add(trade.rebate.currency, new Big(trade.rebate.amount))
  return Object.fromEntries([...moved].map(([coin, amount]) => [coin, amount.toFixed()]))
}

export function sumMoved(a: Moved, b: Moved): Moved {
  const sum = { ...a }
  for (const [coin, amount] of Object.entries(b))
    sum[coin] = new Big(sum[coin] ?? 0).plus(amount).toFixed()
  return sum
}

export function withOwnTrade(account: Account, moved: Moved): Account {
  const flows = { ...account.flows }
  for (const [coin, amount] of Object.entries(moved)) {
    const { net, trades } = flows[coin] ?? NO_FLOW
    flows[coin] = { net: new Big(net).plus(amount).toFixed(), trades: trades + 1 }
  }
  return { ...account, flows }
}

export function withExplained(account: Account, moved: Moved, at: number): Account {
  const explained = { ...account.explained }
  for (const [coin, amount] of Object.entries(moved)) {
    const net = explainedAt(account, coin, at).plus(amount).toFixed()
    explained[coin] = { net, at }
  }
  return { ...account, explained }
}

export function withRest(
  account: Account,
  { rest, at }: Pick<AccountSeen, 'rest'> & { at: number },
): Account {
  const all = { ...account.rest }
  const explained = { ...account.explained }
  for (const [coin, net] of Object.entries(rest)) {
    all[coin] = { net, trades: (account.flows[coin] ?? NO_FLOW).trades }
    delete explained[coin]
  }
  return { ...account, rest: all, explained, since: account.since === 0 ? at : account.since }
}

/** An external trade that was told explains a change of the balance for this long, ms: later changes have another cause. */
const TOLD_EXPLAINS_MS = 600_000

export function explainedAt({ explained }: Account, coin: string, now: number): Big {
  const known = explained[coin]
  return known === undefined || Math.abs(now - known.at) > TOLD_EXPLAINS_MS
    ? NONE
    : new Big(known.net)
}

/** What of a coin is there beside the device's own trades. */
export function restOf({ flows }: Account, coin: string, there: string): Big {
  return new Big(there).minus((flows[coin] ?? NO_FLOW).net)
}

/** What came before what went: `+0.5 ETH, -1500 USDT`. */
export function signed(moved: Moved, most = Number.POSITIVE_INFINITY): string {
  const rows = Object.entries(moved).toSorted(
    ([, a], [, b]) => Number(a[0] === '-') - Number(b[0] === '-'),
  )
  const named = rows.slice(0, most).map(([coin, by]) => `${by[0] === '-' ? '' : '+'}${by} ${coin}`)
  const more = rows.length > most ? ` and ${rows.length - most} more` : ''
  return `${named.join(', ')}${more}`
}

/** Of a venue's own rounding: no venue counts finer, so that without a trade nothing is let pass. */
const A_TRADE = new Big('0.00000001')

/** Whether `rest` is what it was, but for what the trades since then may have left in the last place. */
export function isUnmoved(account: Account, coin: string, rest: Big): boolean {
  const known = account.rest[coin] ?? NO_FLOW
  const trades = (account.flows[coin] ?? NO_FLOW).trades - known.trades
  return rest.minus(known.net).abs().lte(A_TRADE.times(trades))
}

/** Signed, by coin. */
export function movedSince({ rest }: Account, coin: string, now: Big): Big {
  return now.minus((rest[coin] ?? NO_FLOW).net)
}

const NONE = new Big(0)
const NO_FLOW: Flow = { net: '0', trades: 0 }
