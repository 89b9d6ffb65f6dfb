// What a closed candle does to a long position that the device protects: stop, take-profits, trailing stop, break-even
// and the longest time, as the device follows them. Floats; nothing is made per candle. A candle says only four prices,
// so the worst order that they allow is assumed: the opening, the low, the high, the close.

/** Of a position that is held: what the entry's signal said, with prices in quote per base. */
export interface ExitRules {
  readonly stop: number
  readonly takeProfits: readonly {
    readonly price: number
    /** Of what was bought, percent. */
    readonly percent: number
    /** It counts from so many seconds after the entry. */
    readonly after: number
  }[]
  /** The stop follows the highest price so many percent below it, from a gain of `from` percent on; null for none. */
  readonly trailingStop: { readonly percent: number; readonly from: number } | null
  /** From a gain of so many percent on the stop is at the entry price; null for none. */
  readonly breakEven: number | null
  /** All is sold so many seconds after the entry; null for never. */
  readonly maxHold: number | null
}

export interface Sale {
  price: number
  /** Of what was bought. */
  percent: number
  cause: ExitCause
}

export const EXIT_CAUSES = [
  'stop',
  'trailing_stop',
  'break_even',
  'take_profit',
  'max_hold',
] as const
export type ExitCause = (typeof EXIT_CAUSES)[number]

/** A trailing stop rises by at least this part of the price, as at the device. */
const MIN_RISE = 0.001
/** The bound of the fast check is lower by this part: candles above it are checked in full. */
const MARGIN = 1e-9

/** One position; the object is used again for the next. */
export class HeldPosition {
  /** What is left of it, percent of what was bought; 0 when nothing is held. */
  left = 0
  entry = 0
  /** When it was bought, Unix seconds. */
  since = 0
  stop = 0
  /** The highest and the lowest price since the entry, as far as it was held. */
  highest = 0
  lowest = 0
  /** What put the stop where it is. */
  stopCause: ExitCause = 'stop'
  /** While a candle's high is below it, its low above the stop and its start before `until`, `candle` sells and moves nothing. */
  rises = Number.POSITIVE_INFINITY
  until = Number.POSITIVE_INFINITY
  /** Candles since the entry in which another order of the same four prices would have sold otherwise. */
  assumed = 0
  /** Sales at the last candle. The objects are used again: read at once. */
  readonly sales: Sale[] = []
  readonly #spare: Sale[] = []
  #rules: ExitRules = NONE
  #percents = 0
  /** The lowest level comes first, what is sold leaves. */
  readonly #levels: ExitRules['takeProfits'][number][] = []

  open(entry: number, since: number, rules: ExitRules): void {
    this.left = 100
    this.entry = entry
    this.since = since
    this.stop = rules.stop
    this.stopCause = 'stop'
    this.highest = entry
    this.lowest = entry
    this.assumed = 0
    this.until = rules.maxHold === null ? Number.POSITIVE_INFINITY : since + rules.maxHold
    this.#rules = rules
    this.#takeBack()
    if (this.#levels.length > 0 || rules.takeProfits.length > 0) this.#setLevels(rules)
    if (rules.trailingStop !== null || rules.breakEven !== null) this.#raise(entry)
    this.#setRises()
  }

  get rules(): ExitRules {
    return this.#rules
  }

  /** Up to `to`, at the close of a candle at `price`, by no less than a trailing stop rises; false where it stays. */
  moveStop(to: number, price: number): boolean {
    if (to <= this.stop || to - this.stop < price * MIN_RISE) return false
    this.stop = to
    this.stopCause = 'stop'
    this.#setRises()
    return true
  }

  /** All that it remembers: `load` on another one goes on there. */
  save(): readonly number[] {
    const { trailingStop, breakEven } = this.#rules
    return [
      ...[this.left, this.entry, this.since, this.stop, EXIT_CAUSES.indexOf(this.stopCause)],
      ...[this.highest, this.lowest, this.rises, this.until, this.assumed, this.#percents],
      ...[trailingStop?.percent ?? Number.NaN, trailingStop?.from ?? Number.NaN],
      breakEven ?? Number.NaN,
      ...this.#levels.flatMap(({ price, percent, after }) => [price, percent, after]),
    ]
  }

  /** False, and nothing is changed, for what `save` cannot have given. */
  load(saved: readonly number[]): boolean {
    const [left = -1, entry = 0, since = 0, stop = 0, cause = -1, ...rest] = saved
    const [highest = 0, lowest = 0, rises = 0, until = 0, assumed = 0, percents = 0] = rest
    const [trailing = Number.NaN, from = 0, breakEven = Number.NaN, ...levels] = rest.slice(6)
    const stopCause = EXIT_CAUSES[cause]
    if (stopCause === undefined || !(left >= 0 && left <= 100) || levels.length % 3 !== 0)
      return false
    Object.assign(this, { left, entry, since, stop, stopCause })
    Object.assign(this, { highest, lowest, rises, until, assumed })
    this.#percents = percents
    this.#levels.length = 0
    for (const [at, price] of levels.entries())
      if (at % 3 === 0)
        this.#levels.push({ price, percent: levels[at + 1] ?? 0, after: levels[at + 2] ?? 0 })
    this.#rules = {
      stop,
      takeProfits: [...this.#levels],
      trailingStop: Number.isNaN(trailing) ? null : { percent: trailing, from },
      breakEven: Number.isNaN(breakEven) ? null : breakEven,
      maxHold: null,
    }
    return true
  }

  #setLevels({ takeProfits }: ExitRules): void {
    this.#levels.length = 0
    this.#percents = 0
    for (const level of takeProfits) {
      this.#percents += level.percent
      this.#levels.push(level)
    }
    this.#levels.sort((a, b) => a.price - b.price)
  }

  /** Sells the rest, for an exit by the rules. */
  close(): void {
    this.left = 0
    this.assumed = 0
    this.#takeBack()
  }

  /**
   * The next candle, which opened at `start` (Unix seconds) and not before the position was bought. Gives whether
   * anything was sold: then `sales` has it, and `left` what is left.
   */
  candle(open: number, high: number, low: number, close: number, start: number): boolean {
    this.#takeBack()
    this.#see(open)
    if (start >= this.until) return this.#sellAll(open, 'max_hold')
    if (open <= this.stop) return this.#sellAll(open, this.stopCause)
    // The opening is the first price, whatever the order of the others.
    this.#takeProfits(open, open, start)
    if (this.left === 0) return true
    this.#raise(open)
    this.#rest(open, high, low, close, start)
    this.#setRises()
    return this.sales.length > 0
  }

  /** Low, high, close. */
  #rest(open: number, high: number, low: number, close: number, start: number): void {
    if (low <= this.stop) {
      if (this.#isReached(high, start) || this.#wouldRaise(high)) this.assumed += 1
      this.#see(this.stop)
      this.#sellAll(this.stop, this.stopCause)
      return
    }
    this.#see(low)
    this.#takeProfits(open, high, start)
    if (this.left === 0) return
    this.#see(high)
    this.#raise(high)
    // From the high down to the close it has certainly been at the stop; with the high first, at the low already.
    if (close <= this.stop) this.#sellAll(this.stop, this.stopCause)
    else if (low <= this.stop) this.assumed += 1
  }

  #see(price: number): void {
    if (price > this.highest) this.highest = price
    if (price < this.lowest) this.lowest = price
  }

  /** Levels that a price up to `high` reaches, the lowest first; one that `open` has passed is sold there. */
  #takeProfits(open: number, high: number, start: number): void {
    for (let at = 0; at < this.#levels.length; ) {
      const level = this.#levels[at]
      if (level === undefined || level.price > high) return
      if (start < this.since + level.after) {
        at += 1
        continue
      }
      this.#levels.splice(at, 1)
      const price = Math.max(open, level.price)
      // Levels of 100 % together sell all that is left with the last of them.
      const isAll = this.#levels.length === 0 && this.#percents >= 100
      this.#see(price)
      this.#sell(price, isAll ? this.left : Math.min(level.percent, this.left), 'take_profit')
      if (this.left === 0) return
    }
  }

  #isReached(high: number, start: number): boolean {
    return this.#levels.some(({ price, after }) => high >= price && start >= this.since + after)
  }

  #sellAll(price: number, cause: ExitCause): boolean {
    return this.#sell(price, this.left, cause)
  }

  #sell(price: number, percent: number, cause: ExitCause): boolean {
    const rest = this.left - percent
    // A rest below this is rounding, such as of 33.3 + 66.7, and no position.
    this.left = rest < 1e-9 ? 0 : rest
    const sale = this.#spare.pop() ?? { price: 0, percent: 0, cause: 'stop' }
    sale.price = price
    sale.percent = percent
    sale.cause = cause
    this.sales.push(sale)
    return true
  }

  #takeBack(): void {
    if (this.sales.length === 0) return
    for (let sale = this.sales.pop(); sale !== undefined; sale = this.sales.pop())
      this.#spare.push(sale)
  }

  /** Of a trailing stop and the entry price the higher one counts; a stop is never lowered. */
  #raise(price: number): void {
    const even = this.#evenAt(price)
    const trailing = this.#trailingAt(price)
    if (even > this.stop && even > trailing) {
      this.stop = even
      this.stopCause = 'break_even'
    } else if (trailing > this.stop) {
      this.stop = trailing
      this.stopCause = 'trailing_stop'
    }
  }

  #wouldRaise(price: number): boolean {
    return this.#evenAt(price) > this.stop || this.#trailingAt(price) > this.stop
  }

  /** Where a price puts the stop by break-even; 0 for nowhere. */
  #evenAt(price: number): number {
    const { breakEven } = this.#rules
    if (breakEven === null || price <= this.entry || this.entry <= this.stop) return 0
    return price >= this.#gained(breakEven) ? this.entry : 0
  }

  /** Where a price puts the stop by trailing; 0 for nowhere. */
  #trailingAt(price: number): number {
    const { trailingStop } = this.#rules
    if (trailingStop === null || price < this.#gained(trailingStop.from)) return 0
    const trailing = price - (price * trailingStop.percent) / 100
    return trailing - this.stop >= price * MIN_RISE ? trailing : 0
  }

  /** The price at a gain of so many percent. */
  #gained(percent: number): number {
    return this.entry + (this.entry * percent) / 100
  }

  #setRises(): void {
    const { trailingStop, breakEven } = this.#rules
    let rises = this.#levels[0]?.price ?? Number.POSITIVE_INFINITY
    if (breakEven !== null && this.entry > this.stop)
      rises = Math.min(rises, this.#gained(breakEven))
    if (trailingStop !== null) {
      const left = 1 - trailingStop.percent / 100 - MIN_RISE
      const next = left > 0 ? this.stop / left : Number.POSITIVE_INFINITY
      const from = trailingStop.from === 0 ? 0 : this.#gained(trailingStop.from)
      rises = Math.min(rises, Math.max(next, from))
    }
    // Infinity stays what it is.
    this.rises = rises * (1 - MARGIN)
  }
}

const NONE: ExitRules = {
  stop: 0,
  takeProfits: [],
  trailingStop: null,
  breakEven: null,
  maxHold: null,
}
