// A trader's account in a backtest: what it buys and sells of a strategy's decisions, and what its protection sells in
// between. It looks only at candles while it holds something. Floats: no money is moved by them.
import type { CandleColumns } from '../market/candle-columns.ts'
import { StartTimes } from '../market/start-times.ts'
import { type ExitRules, HeldPosition } from '../strategies/candle-exits.ts'
import { DetailCandles } from './detail-candles.ts'
import type { Fill, Keeper, TradeEnd } from './fills.ts'
import type { AccountEnd, AccountOptions, EntryOrder, MissedEntries } from './ledger.ts'

export class Account {
  readonly #candles: CandleColumns
  readonly #starts: StartTimes
  readonly #detail: DetailCandles | null
  readonly #options: AccountOptions
  readonly #feeRate: number
  readonly #slip: number
  readonly #held = new HeldPosition()
  readonly #keeper: Keeper
  readonly #missed: MissedEntries = { late: 0, underStop: 0, tooLittle: 0 }
  /** The last one; the object is used again for the next. */
  readonly #fill: Fill = {
    at: 0,
    time: 0,
    price: 0,
    amount: 0,
    cash: 0,
    base: 0,
    end: 'open',
    assumed: false,
    stopPassed: false,
  }
  /** What was paid for one base of what is held, on average, and how much was bought in all. */
  #entryPrice = 0
  #bought = 0
  /** What 100 % of the held position were, base. */
  #initial = 0
  #cash: number
  #base = 0
  #fees = 0
  /** The first candle that its position has not seen. */
  #next = 0

  /** `detail`: finer candles of the same market, where there are some. */
  constructor(
    candles: CandleColumns,
    detail: CandleColumns | null,
    options: AccountOptions,
    keeper: Keeper,
  ) {
    this.#candles = candles
    this.#starts = new StartTimes(candles, options.seconds)
    this.#detail = detail === null ? null : new DetailCandles(detail, options.seconds)
    this.#options = options
    this.#keeper = keeper
    this.#feeRate = options.fee / 100
    this.#slip = (options.spread / 2 + options.slippage) / 100
    this.#cash = options.balance
  }

  /** An entry that was decided at the close of candle `at`. What is held becomes more. */
  enter(at: number, { size, rules }: EntryOrder): void {
    this.#walk(at + 1)
    const { fill, seconds, validFor } = this.#options
    const { length, open, close } = this.#candles
    const decided = this.#starts.at(at) + seconds
    const index = fill === 'open' ? at + 1 : at
    if (index >= length) return
    const time = fill === 'open' ? this.#starts.at(index) : decided
    const market = (fill === 'open' ? open[index] : close[index]) as number
    if (time - decided > validFor) {
      this.#missed.late += 1
      return
    }
    if (market <= rules.stop) {
      this.#missed.underStop += 1
      return
    }
    const price = market * (1 + this.#slip)
    const amount = this.#affordable(size, price)
    if (amount <= 0) {
      this.#missed.tooLittle += 1
      return
    }
    this.#buy(index, time, price, amount, rules)
    this.#next = at + 1
  }

  /** An exit that was decided at the close of candle `at`. */
  leave(at: number, why: TradeEnd): void {
    this.#walk(at + 1)
    if (this.#base === 0) return
    const { length, open, close } = this.#candles
    const index = this.#options.fill === 'open' ? at + 1 : at
    if (index >= length) return
    const isOpen = index > at
    const price = (isOpen ? open[index] : close[index]) as number
    const time = this.#starts.at(index) + (isOpen ? 0 : this.#options.seconds)
    this.#sell(index, time, price, this.#base, why)
  }

  /** A stop that was moved up at the close of candle `at`, quote per base. */
  moveStop(at: number, to: number): void {
    this.#walk(at + 1)
    if (this.#base > 0) this.#held.moveStop(to, 0)
  }

  /** After the last decision. */
  finish(): AccountEnd {
    const { length } = this.#candles
    this.#walk(length)
    const close = length === 0 ? 0 : (this.#candles.close[length - 1] as number)
    const time = length === 0 ? 0 : this.#starts.at(length - 1) + this.#options.seconds
    return {
      missed: this.#missed,
      fees: this.#fees,
      equity: this.#cash + this.#base * close,
      last: { at: length - 1, time, close, assumed: this.#held.assumed > 0 },
    }
  }

  /** What the protection sells at candles before `to`. */
  #walk(to: number): void {
    const held = this.#held
    let i = held.left > 0 ? this.#next : to
    while (i < to) {
      i = this.#firstReach(i, to)
      if (i === to) break
      this.#look(i)
      i = held.left > 0 ? i + 1 : to
    }
    this.#next = to
  }

  /** The first candle, from <= i < to, that may sell something or raise the stop; `to` for none. */
  #firstReach(from: number, to: number): number {
    const { high, low } = this.#candles
    const { stop, rises, until } = this.#held
    let i = from
    while (i < to && (low[i] as number) > stop && (high[i] as number) < rises) i += 1
    if (until === Number.POSITIVE_INFINITY) return i
    let timed = from
    while (timed < i && this.#starts.at(timed) < until) timed += 1
    return timed
  }

  #look(i: number): void {
    const { open, high, low, close, start } = this.#candles
    const [from, to] = this.#detail?.within(start[i] as number) ?? NOTHING
    if (this.#detail === null || from === to) {
      this.#see(
        i,
        open[i] as number,
        high[i] as number,
        low[i] as number,
        close[i] as number,
        start[i] as number,
      )
      return
    }
    const { candles } = this.#detail
    for (let j = from; this.#held.left > 0 && j < to; j++)
      this.#see(
        i,
        candles.open[j] as number,
        candles.high[j] as number,
        candles.low[j] as number,
        candles.close[j] as number,
        candles.start[j] as number,
      )
  }

  #see(i: number, open: number, high: number, low: number, close: number, start: number): void {
    const held = this.#held
    const before = held.left
    if (!held.candle(open, high, low, close, start)) return
    let left = before
    for (const { price, percent, cause } of held.sales) {
      left = Math.max(0, left - percent)
      if (price < held.stop && cause !== 'max_hold') this.#fill.stopPassed = true
      const isAll = left < 1e-9
      const amount = isAll
        ? this.#base
        : this.#partOf(this.#base - (this.#initial * left) / 100, price)
      if (amount > 0) this.#sell(i, start, price, amount, cause)
      if (this.#base === 0) return
    }
  }

  #buy(index: number, time: number, price: number, amount: number, rules: ExitRules): void {
    const fee = price * amount * this.#feeRate
    this.#cash -= price * amount + fee
    this.#fees += fee
    const held = this.#held
    let own = rules
    if (this.#base === 0) {
      this.#entryPrice = price
      this.#bought = amount
    } else {
      // The newer entry brings its own exits. Of the stops the higher one counts, as at the device, and it is never
      // lowered: what was bought under the higher stop was allowed because of it.
      const paid = this.#entryPrice * this.#bought + price * amount
      this.#bought += amount
      this.#entryPrice = paid / this.#bought
      if (held.stop > rules.stop) own = { ...rules, stop: held.stop }
    }
    this.#base += amount
    this.#initial = this.#base
    this.#note(index, time, price, amount, 'open')
    held.open(this.#entryPrice, time, own)
  }

  #sell(index: number, time: number, market: number, amount: number, end: TradeEnd): void {
    const price = market * (1 - this.#slip)
    const fee = price * amount * this.#feeRate
    this.#cash += price * amount - fee
    this.#fees += fee
    this.#base = amount === this.#base ? 0 : this.#base - amount
    this.#note(index, time, price, -amount, end)
    if (this.#base === 0) this.#held.close()
  }

  #note(at: number, time: number, price: number, amount: number, end: TradeEnd): void {
    const fill = this.#fill
    fill.at = at
    fill.time = time
    fill.price = price
    fill.amount = amount
    fill.cash = this.#cash
    fill.base = this.#base
    fill.end = end
    fill.assumed = this.#held.assumed > 0
    this.#keeper.add(fill)
    fill.stopPassed = false
  }

  /** At most what the cash pays for; 0 if that is below the market's minimum. */
  #affordable({ unit, value }: EntryOrder['size'], price: number): number {
    const { balance } = this.#options
    const quote = unit === 'percent' ? (balance * value) / 100 : value
    const asked = unit === 'base' ? value : quote / price
    const most = this.#cash / (price * (1 + this.#feeRate))
    const amount = this.#whole(Math.min(asked, most))
    return this.#isTooLittle(amount, price) ? 0 : amount
  }

  /** All of it if the rest would be too small to keep; nothing while it is too small to sell: the next sale includes it. */
  #partOf(wanted: number, price: number): number {
    const amount = this.#whole(wanted)
    const rest = this.#base - amount
    if (rest <= 0 || this.#isTooLittle(rest, this.#held.stop)) return this.#base
    return this.#isTooLittle(amount, price) ? 0 : amount
  }

  #whole(amount: number): number {
    const { steps } = this.#options
    return steps === null ? amount : Math.floor(amount / steps.step + 1e-9) * steps.step
  }

  #isTooLittle(amount: number, price: number): boolean {
    const { steps } = this.#options
    if (steps === null) return amount <= 0
    return amount <= 0 || amount < steps.leastAmount || amount * price < steps.leastValue
  }
}

const NOTHING: readonly [number, number] = [0, 0]
