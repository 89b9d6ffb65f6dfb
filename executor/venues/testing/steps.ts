// Steps of the contract's checks: orders to send, and what must be seen of them within the time that a venue may lag.
import assert from 'node:assert/strict'
import type {
  AccountTrade,
  ExchangeOrder,
  OrderRequest,
  Placed,
} from '../../core/model/exchange.ts'
import type { Exchange } from '../port.ts'

export interface TestVenue {
  readonly exchange: Exchange
  /** Makes the next order go wrong, in the venue's own way of going wrong. */
  breakNextOrder(fault: string): void
  /** How many orders with this client id the venue took. */
  taken(clientOrderId: string): number
  /** Waits until the venue has taken the order. */
  untilTaken(clientOrderId: string): Promise<void>
  /** Lets this much time pass, ms. */
  pass(ms: number): Promise<void>
  /** Moves the market to this share of its price: 0.9 is ten per cent lower. What triggers has triggered after it. */
  moveTo(share: number): Promise<void>
}

let made = 0

export function newId(): string {
  made += 1
  return made.toString(16).padStart(32, '0')
}

/** Buys a little of BTC/USDT at far above 60 000, so that it fills. */
export function order(change: Partial<OrderRequest> = {}): OrderRequest {
  return {
    clientOrderId: newId(),
    market: 'BTC/USDT',
    side: 'buy',
    type: 'limit',
    timeInForce: 'IOC',
    amount: '0.001',
    price: '60100',
    ...change,
  }
}

export const AGAIN_MS = 20

/** What is not there at once may come as late as the venue says. */
export async function within<T>(venue: TestVenue, check: () => Promise<T>): Promise<T> {
  for (let left = venue.exchange.viewLagMs; ; left -= AGAIN_MS) {
    try {
      return await check()
    } catch (error) {
      if (left <= 0) throw error
      await venue.pass(AGAIN_MS)
    }
  }
}

export async function found(
  venue: TestVenue,
  { market, clientOrderId }: OrderRequest,
  check: (order: ExchangeOrder) => void = () => undefined,
): Promise<void> {
  await within(venue, async () => {
    const lookup = await venue.exchange.find(market, clientOrderId)
    assert.equal(lookup.outcome, 'found')
    assert.ok(lookup.outcome === 'found')
    assert.equal(lookup.order.clientOrderId, clientOrderId)
    check(lookup.order)
  })
}

export async function canceled(venue: TestVenue, { market, clientOrderId, type }: OrderRequest) {
  const kind = type === 'stop_limit' ? 'stop' : 'order'
  await within(venue, async () => {
    const answer = await venue.exchange.cancel(market, clientOrderId, kind)
    assert.deepEqual(answer, { ok: true, value: 'canceled' })
  })
}

/** All of them: together as much as was filled. */
export async function allFills(
  venue: TestVenue,
  market: string,
  exchangeId: string,
  amount: string,
): Promise<Fills> {
  return within(venue, async () => {
    const fills = await venue.exchange.fills(market, exchangeId)
    assert.ok(fills.ok)
    const sum = fills.value.reduce((all, fill) => all + Number(fill.amount), 0)
    assert.equal(sum.toFixed(8), Number(amount).toFixed(8))
    return fills.value
  })
}

export type Fills = Extract<Awaited<ReturnType<Exchange['fills']>>, { ok: true }>['value']

interface Traded {
  readonly market: string
  readonly exchangeId: string
  readonly side: 'buy' | 'sell'
  readonly fills: Fills
}

/** Each fill is among the account's trades, with the order's number: or reconciliation takes it for somebody else's. */
export async function traded(
  venue: TestVenue,
  { market, exchangeId, side, fills }: Traded,
): Promise<void> {
  await within(venue, async () => {
    const trades = await venue.exchange.trades(market, 0)
    assert.ok(trades.ok)
    for (const { id } of fills) {
      const trade: AccountTrade | undefined = trades.value.find((one) => one.id === id)
      assert.deepEqual([trade?.exchangeId, trade?.side], [exchangeId, side])
    }
  })
}

export function accepted(placed: Placed) {
  assert.equal(placed.outcome, 'accepted')
  assert.ok(placed.outcome === 'accepted')
  return placed.order
}

/** Without having been filled to the end. */
export function isOver(status: ExchangeOrder['status']): boolean {
  return status === 'expired' || status === 'canceled'
}
