// The only way in which a proof orders: never for more than was announced, each order on the disk before it is sent, and
// in the end nothing is left open or held.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import type { Fill, MarketRules, OrderRequest } from '../../core/model/exchange.ts'
import type { Exchange } from '../port.ts'
import type { OpenOrders } from './open-orders.ts'
import { priceAt, toStep } from './sizes.ts'

/** It could cost more than was announced, or a person wants it to end. */
export class ProofStopped extends Error {
  override name = 'ProofStopped'
}

export interface ProofOrdersOptions {
  readonly exchange: Exchange
  readonly rules: MarketRules
  /** In 32 lower-case hex digits. */
  readonly newId: () => string
  readonly openOrders: OpenOrders
  /** Unix ms. */
  readonly now: () => number
  readonly pass: (ms: number) => Promise<void>
  /** How long an order whose answer is unknown may still be taken, ms. */
  readonly acceptanceMs: number
  readonly stop?: AbortSignal | undefined
}

/** In sentences. */
export interface Settled {
  /** Orders of which nobody knows what became. */
  readonly doubts: readonly string[]
  /** What is still held. */
  readonly coins: readonly string[]
}

interface Sent {
  readonly order: OrderRequest
  /** From when on it counts as never taken where nobody knows it, Unix ms. */
  missingFrom: number
  isOver: boolean
  fills: readonly Fill[]
}

export type Draft = Pick<OrderRequest, 'side' | 'price' | 'amount'> &
  Partial<Pick<OrderRequest, 'timeInForce' | 'triggerPrice'>>

const AGAIN_MS = 250
const SALES = 3
/** Of the bid, for what is sold in the end. */
const SALE = 0.97
/** How often an order that is neither open nor over is asked about before it is told. */
const LOOKS = 40

export class ProofOrders {
  readonly #options: ProofOrdersOptions
  readonly #sent: Sent[] = []
  /** What may be bound at once, quote; nothing before it is announced. */
  most: Decimal = '0'

  constructor(options: ProofOrdersOptions) {
    this.#options = options
    const missingFrom = options.now() + options.acceptanceMs
    for (const order of options.openOrders.read()) this.#keep(order).missingFrom = missingFrom
  }

  /** Whether an earlier run was cut off. */
  get isUnfinished(): boolean {
    return this.#sent.some(({ isOver }) => !isOver)
  }

  /** A new order, under a name of its own. */
  draft({ side, amount, price, timeInForce = 'GTC', triggerPrice }: Draft): OrderRequest {
    const { newId, rules } = this.#options
    return {
      clientOrderId: newId(),
      market: rules.market,
      side,
      type: triggerPrice === undefined ? 'limit' : 'stop_limit',
      timeInForce,
      amount,
      price,
      ...(triggerPrice !== undefined && { triggerPrice }),
    }
  }

  /** Throws ProofStopped, and sends nothing, where more than what was announced would be bound. */
  async send<T>(order: OrderRequest, send: (order: OrderRequest) => Promise<T>): Promise<T> {
    const { stop, openOrders, now, acceptanceMs } = this.#options
    if (stop?.aborted) throw new ProofStopped('it was stopped')
    if (order.side === 'sell') this.#refuseSale(order)
    else this.#refuseMore(order)
    const sent = this.#keep(order)
    openOrders.write(this.#sent.map((one) => one.order))
    const answer = await send(order)
    sent.missingFrom = now() + acceptanceMs
    return answer
  }

  /** Cancels it where it is open, and learns what came of it. Throws ProofStopped where that cannot be learned. */
  async conclude(order: OrderRequest): Promise<void> {
    const sent = this.#sent.find((one) => one.order === order)
    if (sent !== undefined && !(await this.#end(sent)))
      throw new ProofStopped(`what became of order ${order.clientOrderId} cannot be learned`)
  }

  /** An order that was to wait and has traded: the market has moved by a fifth. Throws ProofStopped. */
  refuseTraded(order: OrderRequest): void {
    if (this.#sent.some((one) => one.order === order && one.fills.length > 0))
      throw new ProofStopped('an order far from the price was filled: the market moves too much')
  }

  /** Of the base currency, less what fees took. */
  held(): Decimal {
    const { base } = this.#options.rules
    const sum = this.#sent.reduce((all, { order, fills }) => {
      const traded = fills.reduce(
        (part, { amount, fee }) =>
          part
            .plus(order.side === 'buy' ? amount : `-${amount}`)
            .minus(fee?.currency === base ? fee.amount : 0),
        new Big(0),
      )
      return all.plus(traded)
    }, new Big(0))
    return toDecimal(sum.lt(0) ? new Big(0) : sum)
  }

  /** What may be sold of it. */
  sellable(): Decimal {
    return toStep(new Big(this.held()), this.#options.rules.step, Big.roundDown)
  }

  /** Cancels and sells all that is left. */
  async settle(): Promise<Settled> {
    const left: string[] = []
    for (const sent of this.#sent) if (!(await this.#end(sent))) left.push(tell(sent.order))
    for (let sale = 0; sale < SALES && (await this.#sellOnce()); sale += 1);
    for (const sent of await this.#stillListed()) {
      sent.isOver = false
      if (!(await this.#end(sent)) && !left.includes(tell(sent.order))) left.push(tell(sent.order))
    }
    const { openOrders, rules } = this.#options
    if (left.length === 0 && !this.#isWorthSelling()) openOrders.clear()
    const held = this.held()
    const why = this.#isWorthSelling() ? 'could not be sold' : 'is less than may be sold'
    return { doubts: left, coins: held === '0' ? [] : [`${held} ${rules.base} ${why}`] }
  }

  /** Whatever was learned of them: one may have shown late, and the venue may have made two of it. */
  async #stillListed(): Promise<readonly Sent[]> {
    const { exchange, rules } = this.#options
    const open = await exchange.openOrders(rules.market)
    const isListed = ({ order, isOver }: Sent) =>
      open.ok
        ? open.value.some(({ clientOrderId }) => clientOrderId === order.clientOrderId)
        : !isOver
    return this.#sent.filter(isListed)
  }

  async #sellOnce(): Promise<boolean> {
    const { exchange, rules, openOrders } = this.#options
    const quote = await exchange.refreshQuote(rules.market)
    if (!quote.ok || !this.#isWorthSelling()) return false
    const price = priceAt(quote.value.bid, SALE, rules)
    const order = this.draft({ side: 'sell', price, amount: this.sellable(), timeInForce: 'IOC' })
    const sent = this.#keep(order)
    openOrders.write(this.#sent.map((one) => one.order))
    await exchange.place(order)
    sent.missingFrom = this.#options.now() + this.#options.acceptanceMs
    await this.#end(sent)
    return true
  }

  #isWorthSelling(): boolean {
    const { exchange, rules } = this.#options
    const amount = new Big(this.sellable())
    const price = new Big(exchange.quote(rules.market)?.bid ?? 0).times(SALE)
    return amount.gt(0) && amount.gte(rules.minAmount) && amount.times(price).gte(rules.minValue)
  }

  #keep(order: OrderRequest): Sent {
    const known = this.#sent.find((one) => one.order === order)
    if (known !== undefined) return known
    const sent: Sent = { order, missingFrom: 0, isOver: false, fills: [] }
    this.#sent.push(sent)
    return sent
  }

  #refuseMore(order: OrderRequest): void {
    const open = this.#sent.filter(({ order: one, isOver }) => !isOver && one.side === 'buy')
    const bound = [order, ...open.map((one) => one.order)]
      .reduce((sum, { amount, price }) => sum.plus(new Big(amount).times(price)), new Big(0))
      .plus(new Big(this.held()).times(order.price))
    if (bound.gt(this.most))
      throw new ProofStopped(
        `${bound.round(2, Big.roundUp)} ${this.#options.rules.quote} would be bound, and ${this.most} was announced`,
      )
  }

  /** The coins that it bought; of the trader's own at most a smallest order, which is to be refused or waits far away. */
  #refuseSale({ amount, price }: OrderRequest): void {
    if (new Big(amount).gt(this.held()) && new Big(amount).times(price).gt(this.most))
      throw new ProofStopped('it would sell more than it bought')
  }

  async #end(sent: Sent): Promise<boolean> {
    const { exchange, now, pass } = this.#options
    const { market, clientOrderId, type } = sent.order
    for (let look = 0; look < LOOKS && !sent.isOver; look += 1) {
      const found = await exchange.find(market, clientOrderId)
      if (found.outcome === 'found' && found.order.status === 'open')
        await exchange.cancel(market, clientOrderId, type === 'stop_limit' ? 'stop' : 'order')
      else if (found.outcome === 'found')
        sent.isOver = await this.#learn(sent, found.order.exchangeId, found.order.filled)
      else if (found.outcome === 'missing' && now() >= sent.missingFrom) sent.isOver = true
      if (!sent.isOver) await pass(Math.max(AGAIN_MS, this.#wait(sent)))
    }
    return sent.isOver
  }

  #wait({ missingFrom }: Sent): number {
    return Math.min(5_000, missingFrom - this.#options.now())
  }

  /** Fills may show later than the order that they filled. */
  async #learn(sent: Sent, exchangeId: string, filled: Decimal): Promise<boolean> {
    const listed = await this.#options.exchange.fills(sent.order.market, exchangeId)
    if (!listed.ok) return false
    sent.fills = listed.value
    const sum = listed.value.reduce((all, { amount }) => all.plus(amount), new Big(0))
    return sum.eq(filled)
  }
}

function tell({ clientOrderId, side, amount, market }: OrderRequest): string {
  return `order ${clientOrderId} (${side} ${amount} ${market}): what became of it cannot be learned; look at the exchange`
}
