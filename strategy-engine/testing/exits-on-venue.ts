// The slow judge of candle exits: the device's orders on the venue's model, walked through each candle as a path of prices.
import { type Arithmetic, BestPriceFills, decimals, type Order, Venue } from '@keyside/venue'
import type { ExitCause, ExitRules } from '../strategies/candle-exits.ts'

type Numbers<Math> = Math extends Arithmetic<infer N> ? N : never
type Big = Numbers<ReturnType<typeof decimals>>

export interface PathCandle {
  readonly start: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

export interface Sold {
  readonly price: number
  readonly percent: number
  readonly cause: ExitCause
}

const STEP = '0.000000000001'
const MARKET = { symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', tick: STEP, step: STEP }

/** 100 BTC are held, bought at `entry`, so that an amount is a percentage. Levels are of 100 % together at most. */
export class ExitsOnVenue {
  readonly sold: Sold[] = []
  readonly #math = decimals(12)
  readonly #venue: Venue<Big>
  readonly #rules: ExitRules
  readonly #entry: number
  readonly #since: number
  #left = 100
  #price: number
  #now = 0
  #stop: { price: number; cause: ExitCause }
  #stopOrder: Order<Big> | null = null
  readonly #placed = new Set<ExitRules['takeProfits'][number]>()

  constructor(entry: number, since: number, rules: ExitRules) {
    this.#entry = entry
    this.#since = since
    this.#rules = rules
    this.#price = entry
    this.#stop = { price: rules.stop, cause: 'stop' }
    const best = () => this.#decimal(this.#price)
    this.#venue = new Venue<Big>(
      {
        math: this.#math,
        markets: [MARKET],
        fills: new BestPriceFills(this.#math, { bid: best, ask: best }),
        fees: { rate: '0', rounding: 'down', takenFrom: 'everything' },
        behavior: { stopsHold: 'nothing' },
      },
      ({ type, order, fill }) => {
        if (type !== 'filled' || fill === null) return
        const [cause] = order.request.clientOrderId.split(' ') as [ExitCause]
        this.sold.push({ price: Number(fill.price), percent: Number(fill.amount), cause })
        this.#left = Number((this.#left - Number(fill.amount)).toFixed(9))
      },
    )
    this.#venue.wallet('a').deposit('BTC', this.#decimal(100))
    this.#raise(entry)
    this.#protect()
  }

  /** The opening, the low, the high, the close; and in between every price at which an order waits. */
  walk({ start, open, high, low, close }: PathCandle): void {
    const { maxHold, takeProfits } = this.#rules
    if (maxHold !== null && start >= this.#since + maxHold) {
      this.#cancelStop()
      this.#price = open
      this.#sell('max_hold', 'market', this.#left)
    }
    this.#leap(open)
    for (const level of takeProfits.toSorted((a, b) => a.price - b.price))
      if (start >= this.#since + level.after && !this.#placed.has(level)) {
        this.#placed.add(level)
        const type = level.price <= open ? 'market' : 'take_profit_market'
        this.#sell('take_profit', type, level.percent, level.price)
      }
    this.#protect()
    this.#raise(open)
    this.#protect()
    this.#glide(low)
    this.#glide(high)
    this.#raise(high)
    this.#protect()
    this.#glide(close)
  }

  /** As a rule says at the close of a candle: up, or not at all. */
  moveStop(to: number): void {
    if (this.#left === 0 || to <= this.#stop.price) return
    this.#stop = { price: to, cause: 'stop' }
    this.#protect()
  }

  /** The price is another one, without one in between. */
  #leap(to: number): void {
    this.#price = to
    this.#now += 1
    this.#venue.advance(this.#now)
    this.#protect()
  }

  #glide(to: number): void {
    const from = this.#price
    const waiting = [this.#stop.price, ...this.#rules.takeProfits.map(({ price }) => price)]
    const between = waiting.filter((price) => (price - from) * (price - to) < 0)
    for (const price of between.sort((a, b) => (to > from ? a - b : b - a))) this.#leap(price)
    this.#leap(to)
  }

  #raise(price: number): void {
    const { trailingStop, breakEven } = this.#rules
    const gain = (percent: number) => this.#entry + (this.#entry * percent) / 100
    const before = this.#stop.price
    if (trailingStop !== null && price >= gain(trailingStop.from)) {
      const trailing = price - (price * trailingStop.percent) / 100
      if (trailing - before >= price / 1000)
        this.#stop = { price: trailing, cause: 'trailing_stop' }
    }
    const isEven = breakEven !== null && price > this.#entry && price >= gain(breakEven)
    if (isEven && this.#entry > this.#stop.price)
      this.#stop = { price: this.#entry, cause: 'break_even' }
  }

  /** The stop rests where it is to be, for what is left. */
  #protect(): void {
    const request = this.#stopOrder?.request
    const isRight =
      Number(request?.triggerPrice) === this.#stop.price && Number(request?.amount) === this.#left
    if (isRight) return
    this.#cancelStop()
    this.#stopOrder = this.#sell(this.#stop.cause, 'stop_market', this.#left, this.#stop.price)
  }

  #cancelStop(): void {
    if (this.#stopOrder !== null) this.#venue.cancel(this.#stopOrder, this.#now)
    this.#stopOrder = null
  }

  #sell(
    cause: ExitCause,
    type: 'market' | 'stop_market' | 'take_profit_market',
    percent: number,
    trigger?: number,
  ): Order<Big> | null {
    if (this.#left === 0) return null
    this.#now += 1
    const submitted = this.#venue.submit(
      {
        account: 'a',
        clientOrderId: `${cause} ${this.#now}`,
        market: MARKET.symbol,
        side: 'sell',
        type,
        timeInForce: 'GTC',
        amount: this.#decimal(percent),
        ...(type !== 'market' && trigger !== undefined && { triggerPrice: this.#decimal(trigger) }),
      },
      this.#now,
    )
    if (submitted.outcome === 'rejected') throw new Error(submitted.reason)
    return submitted.order
  }

  #decimal(count: number): Big {
    return this.#math.price.parse(count.toFixed(12))
  }
}
