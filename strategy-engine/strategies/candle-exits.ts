// What a closed candle does to a long position that the device protects: stop, take-profits, trailing stop, break-even,
// as the device follows them. Floats; nothing is made per candle. A candle says only four prices, so the worst order
// that they allow is assumed: the opening first, then the stop, then the take-profits, and the stop rises last.

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
}

export type ExitCause = 'stop' | 'trailing_stop' | 'break_even' | 'take_profit'

/** One position; the object is used again for the next. */
export class HeldPosition {
  /** What is left of it, percent of what was bought; 0 when nothing is held. */
  left = 0
  entry = 0
  /** When it was bought, Unix seconds. */
  since = 0
  stop = 0
  /** The highest and the lowest price since the entry. */
  highest = 0
  lowest = 0
  /** What put the stop where it is. */
  stopCause: ExitCause = 'stop'
  /** Sales at the last candle. */
  readonly sales: { price: number; percent: number; cause: ExitCause }[] = []
  /** Candles that reached stop and take-profit both, or stop and a price that raised it: an assumption decided. */
  assumed = 0
  #rules: ExitRules = { stop: 0, takeProfits: [], trailingStop: null, breakEven: null }
  /** Whether a level was sold, by its place. */
  #sold: boolean[] = []

  open(entry: number, since: number, rules: ExitRules): void {
    this.left = 100
    this.entry = entry
    this.since = since
    this.stop = rules.stop
    this.stopCause = 'stop'
    this.highest = entry
    this.lowest = entry
    this.#rules = rules
    this.#sold = rules.takeProfits.map(() => false)
    this.sales.length = 0
  }

  /** What was not sold by the rules is sold. */
  close(): void {
    this.left = 0
    this.sales.length = 0
  }

  /**
   * The next candle, which opened at `start` (Unix seconds) and not before the position was bought. Gives whether
   * anything was sold: then `sales` has it, and `left` what is left.
   */
  candle(open: number, high: number, low: number, start: number): boolean {
    const { takeProfits, trailingStop, breakEven } = this.#rules
    if (this.sales.length > 0) this.sales.length = 0
    if (open <= this.stop) {
      this.#see(open, open)
      return this.#sell(open, this.left, this.stopCause)
    }
    if (takeProfits.length > 0) this.#takeProfits(open, open, start)
    if (this.left > 0 && low <= this.stop) {
      if (takeProfits.length > 0 && this.#reaches(high, start)) this.assumed += 1
      this.#see(this.stop, open)
      return this.#sell(this.stop, this.left, this.stopCause)
    }
    if (this.left > 0 && takeProfits.length > 0) this.#takeProfits(open, high, start)
    this.#see(low, high)
    if (trailingStop !== null || breakEven !== null) this.#raise(high, low)
    return this.sales.length > 0
  }

  #see(low: number, high: number): void {
    if (high > this.highest) this.highest = high
    if (low < this.lowest) this.lowest = low
  }

  /** Levels that a price up to `high` reaches; one that the opening has passed is sold at the opening. */
  #takeProfits(open: number, high: number, start: number): void {
    const { takeProfits } = this.#rules
    for (let at = 0; at < takeProfits.length; at++) {
      const level = takeProfits[at] as ExitRules['takeProfits'][number]
      if (this.#sold[at] || high < level.price || start < this.since + level.after) continue
      this.#sold[at] = true
      this.#sell(Math.max(open, level.price), Math.min(level.percent, this.left), 'take_profit')
      if (this.#isLastOfAll()) this.#sell(Math.max(open, level.price), this.left, 'take_profit')
      if (this.left <= 0) return
    }
  }

  #reaches(high: number, start: number): boolean {
    return this.#rules.takeProfits.some(
      ({ price, after }, at) => !this.#sold[at] && high >= price && start >= this.since + after,
    )
  }

  /** Levels of 100 % together sell all that is left with the last of them. */
  #isLastOfAll(): boolean {
    const total = this.#rules.takeProfits.reduce((sum, { percent }) => sum + percent, 0)
    return total >= 100 && this.#sold.every(Boolean)
  }

  #sell(price: number, percent: number, cause: ExitCause): boolean {
    if (percent <= 0) return this.sales.length > 0
    this.left -= percent
    // What is left of sums such as 33.3 + 66.7 is no position.
    if (this.left < 1e-9) this.left = 0
    this.sales.push({ price, percent, cause })
    return true
  }

  /** After the candle: within it the stop is where it was at its opening. */
  #raise(high: number, low: number): void {
    const { trailingStop, breakEven } = this.#rules
    const gain = ((high - this.entry) / this.entry) * 100
    const before = this.stop
    if (breakEven !== null && gain >= breakEven && this.entry > this.stop) {
      this.stop = this.entry
      this.stopCause = 'break_even'
    }
    if (trailingStop !== null && gain >= trailingStop.from) {
      const trailing = high - (high * trailingStop.percent) / 100
      if (trailing > this.stop) {
        this.stop = trailing
        this.stopCause = 'trailing_stop'
      }
    }
    if (this.stop > before && low <= this.stop) this.assumed += 1
  }
}
