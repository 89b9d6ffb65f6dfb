// The model position of a stream, candle by candle, as if every signal were filled at once at its price: the same for every
// subscriber, live and in a backtest. What a device really bought is ruled by its own fills.
import { TIMEFRAMES } from '../market/candle.ts'
import { AveragePrice } from './average-price.ts'
import { EXIT_CAUSES, type ExitRules, HeldPosition } from './candle-exits.ts'
import { entrySeries } from './compile/code.ts'
import { type Distance, distanceOf } from './compile/distance.ts'
import type { Graph } from './compile/graph.ts'
import type { Column } from './compile/operators.ts'
import { type Ask, compileTrade, namesTrade } from './compile/trade.ts'
import { ExitPrices } from './exit-prices.ts'
import type { CodeRun, Strategy } from './file/strategy.ts'
import { heldAfter, heldAt, heldWord } from './held-words.ts'
import type { TradeWord } from './rules/tree.ts'
import { StopMoves } from './stop-moves.ts'

const CAUSES = [...EXIT_CAUSES, 'rule'] as const
export type Cause = (typeof CAUSES)[number]

/** One model of one strategy, over a graph that may serve other strategies too. */
export class Model {
  /** What is held, from the signal's price on. */
  readonly held = new HeldPosition()
  /** What the last decision was. */
  decided: 'entry' | 'add' | 'move' | 'exit' = 'exit'
  /** Why the last exit was decided. */
  cause: Cause = 'rule'
  /** When the candle of the entry opened, Unix seconds. */
  entryCandle = 0
  /** The price of the first entry; `held.entry` is the average of all. */
  firstEntry = 0
  /** How many of the safety orders were bought. */
  added = 0
  /** Candles since that one. */
  candles = 0
  /** The last entry that was due but had no possible stop (above zero and below the price), and how many there were. */
  refused = false
  refusals = 0
  /** Whether its rules may move the stop, and buy a safety order: not at candles of which nobody would be told. */
  movesStop = true
  buysMore = true
  /** Candles before the first at which an entry can be decided. */
  readonly warmup: number
  /** The rules, where they are code. */
  readonly code: CodeRun | null
  readonly #graph: Graph
  readonly #strategy: Strategy
  readonly #seconds: number
  readonly #enter: Column
  /** Of the rules that the market alone decides: never, where there are none. */
  readonly #exit: Column
  readonly #asks: readonly Ask[]
  readonly #stop: Distance
  readonly #trailing: Distance | null
  readonly exitPrices: ExitPrices
  #rules: ExitRules
  readonly #adds: readonly Ask[]
  readonly #moves: StopMoves
  /** Whether anything is asked at each candle while it is held. */
  readonly #asksHeld: boolean
  readonly #average = new AveragePrice()
  /** No entry at a candle that closes before, Unix seconds. */
  #coolUntil = Number.NEGATIVE_INFINITY

  /** Adds what the strategy reads to the graph. */
  constructor(strategy: Strategy, graph: Graph) {
    const { exit, stop, exits, adds, moves } = strategy
    this.#graph = graph
    this.#strategy = strategy
    this.#seconds = TIMEFRAMES[strategy.timeframe]
    const code = strategy.code?.begin(() => heldAfter(this, graph)) ?? null
    const entries = entrySeries(strategy, code, graph)
    const asked = exit.filter(({ condition }) => namesTrade(condition))
    const seen = exit.filter((rule) => !asked.includes(rule))
    const exitSeries = seen.length > 0 ? graph.any(seen.map(({ condition }) => condition)) : null
    this.#stop = distanceOf(stop, graph)
    this.#trailing = exits.trailingStop === undefined ? null : distanceOf(exits.trailingStop, graph)
    this.#enter = entries.column
    this.#exit = exitSeries?.column ?? new Float64Array(graph.block)
    const asks = asked.map(({ condition }) => compileTrade(condition, graph, this.trade))
    this.#asks = code === null ? asks : [...asks, (i) => code.exit(heldAt(this.trade, i))]
    this.code = code
    this.#adds = adds.map(({ condition }) => compileTrade(condition, graph, this.trade))
    this.#moves = new StopMoves(moves, graph, this.trade)
    this.#asksHeld = this.#asks.length > 0 || adds.length > 0 || moves.length > 0
    this.exitPrices = new ExitPrices(exits, graph)
    this.#rules = this.exitPrices.rules
    const needed = [entries, exitSeries, this.#stop, this.#trailing, this.exitPrices]
    this.warmup = Math.max(...needed.map((series) => series?.warmup ?? 0))
  }

  /** Of the entry that was decided last; the object is used again for the next. */
  get rules(): ExitRules {
    return this.#rules
  }

  /** The next candle of the block, from `from` on, at which it enters or leaves; `to` if there is none before. */
  scan(from: number, to: number): number {
    const enter = this.#enter
    let i = from
    while (i < to) {
      if (this.held.left === 0) {
        while (i < to && enter[i] !== 1) i += 1
        if (i === to) return to
        if (this.#closeOf(i) >= this.#coolUntil && this.#open(i)) {
          this.decided = 'entry'
          return i
        }
        i += 1
        continue
      }
      if (!this.#asksHeld) i = this.#hold(i, to)
      if (i === to) return to
      if (this.#isOver(i)) {
        this.decided = 'exit'
        this.forget(this.#closeOf(i))
        return i
      }
      if (this.#addsAt(i) || this.#movesAt(i)) return i
      i += 1
    }
    return to
  }

  /** The first candle of the block, from `from` on, at which what is held may be sold or its stop may rise; `to` for none. */
  #hold(from: number, to: number): number {
    const { high, low } = this.#graph.candles
    const { offset } = this.#graph
    const { stop, rises } = this.held
    const exit = this.#exit
    let i = from
    while (
      i < to &&
      (low[offset + i] as number) > stop &&
      (high[offset + i] as number) < rises &&
      exit[i] !== 1
    )
      i += 1
    const ends = this.#ends
    if (ends !== null) {
      const quiet = i
      i = from
      while (i < quiet && this.#closeOf(i) < ends) i += 1
    }
    this.candles += i - from
    return i
  }

  /** When its longest time is over, Unix seconds; null without one. */
  get #ends(): number | null {
    const { maxHold } = this.#strategy.exits
    return maxHold === undefined ? null : this.held.since + maxHold
  }

  /** Whether it goes on holding; its rules are not asked. For candles that were decided on before. */
  pass(i: number): boolean {
    this.candles += 1
    const { open, high, low, close, start } = this.#graph.candles
    const at = this.#graph.offset + i
    const highest = high[at] as number
    const lowest = low[at] as number
    const { held } = this
    if (lowest > held.stop && highest < held.rises) {
      if (highest > held.highest) held.highest = highest
      if (lowest < held.lowest) held.lowest = lowest
      return true
    }
    held.candle(open[at] as number, highest, lowest, close[at] as number, start[at] as number)
    if (held.left > 0) return true
    this.cause = held.sales.at(-1)?.cause ?? 'stop'
    return false
  }

  /** As if its position had ended at `soldAt`, Unix seconds; null: as if there had been none. */
  forget(soldAt: number | null): void {
    this.held.close()
    if (soldAt !== null) this.#coolUntil = soldAt + this.#strategy.cooldown
  }

  /** Holds what was entered at the close of a candle. */
  enter(price: number, candle: number, rules: ExitRules): void {
    this.entryCandle = candle
    this.candles = 0
    this.firstEntry = price
    this.added = 0
    this.#average.clear()
    if (this.#adds.length > 0) this.#average.buy(price, this.#strategy.size)
    this.#rules = rules
    if (rules !== this.exitPrices.rules)
      this.exitPrices.levels = rules.takeProfits.map((level) => (level.price / price - 1) * 100)
    this.held.open(price, candle + this.#seconds, rules)
  }

  /** Holds the next safety order too: the rules are above the average price then, and the stop is where it was. */
  add(price: number): void {
    const { held } = this
    const addition = this.#strategy.adds[this.added]
    // The file was changed since: it has no such order any more.
    if (addition === undefined) return
    this.added += 1
    this.#average.buy(price, addition.size)
    const { stop, stopCause, highest, lowest } = held
    const average = this.#average.value
    this.#rules = { ...this.#rules, stop, takeProfits: this.exitPrices.levelsAt(average) }
    held.open(average, held.since, this.#rules)
    held.stopCause = stopCause
    held.highest = highest
    held.lowest = lowest
  }

  /** All that it remembers beside the graph: `load` on a model of the same strategy goes on there. */
  save(): readonly number[] {
    const { entryCandle, candles, firstEntry, added, held } = this
    const { cost, bought } = this.#average
    const own = [entryCandle, candles, firstEntry, added, cost, bought, this.#coolUntil]
    return [...own, CAUSES.indexOf(this.cause), ...this.exitPrices.levels, ...held.save()]
  }

  /** False, and nothing is changed, for what `save` cannot have given. */
  load(saved: readonly number[]): boolean {
    const [entryCandle = 0, candles = 0, firstEntry = 0, added = 0, ...rest] = saved
    const [cost = 0, bought = 0, coolUntil = Number.NaN, at = -1, ...more] = rest
    const cause = CAUSES[at]
    const levels = this.exitPrices.levels.length
    if (cause === undefined || Number.isNaN(coolUntil) || !this.held.load(more.slice(levels)))
      return false
    this.exitPrices.levels = more
    Object.assign(this.#average, { cost, bought })
    this.#coolUntil = coolUntil
    Object.assign(this, { entryCandle, candles, firstEntry, added, cause })
    this.#rules = this.held.rules
    return true
  }

  /** What a trade word means at a candle of the block. */
  readonly trade = (word: TradeWord, i: number): number =>
    heldWord(word, this, this.#closePrice(i), this.#closeOf(i))

  /** How far below the close of candle `i` the stop is, quote per base. */
  stopDistance(i: number): number {
    return this.code?.stop ?? this.#stop.below(this.#closePrice(i), i)
  }

  #closePrice(i: number): number {
    const { candles, offset } = this.#graph
    return candles.close[offset + i] as number
  }

  #closeOf(i: number): number {
    return this.#graph.startOf(i) + this.#seconds
  }

  #open(i: number): boolean {
    const close = this.#closePrice(i)
    const trailing = this.#trailing?.below(close, i) ?? null
    const rules = this.exitPrices.at(close, i, this.stopDistance(i), trailing)
    this.refused = rules === 'refused'
    if (this.refused) this.refusals += 1
    if (rules === null || rules === 'refused') return false
    this.enter(close, this.#graph.startOf(i), rules)
    return true
  }

  /** In their order, at most one a candle, and none at or under the stop. */
  #addsAt(i: number): boolean {
    const ask = this.#adds[this.added]
    if (!this.buysMore || ask === undefined || ask(i) !== 1) return false
    const close = this.#closePrice(i)
    if (close <= this.held.stop) return false
    this.add(close)
    this.decided = 'add'
    return true
  }

  #movesAt(i: number): boolean {
    if (!this.movesStop || !this.held.moveStop(this.#moves.at(i), this.#closePrice(i))) return false
    this.decided = 'move'
    return true
  }

  #isOver(i: number): boolean {
    if (!this.pass(i)) return true
    if (this.#exit[i] === 1 || this.#asks.some((ask) => ask(i) === 1)) {
      this.cause = 'rule'
      return true
    }
    const ends = this.#ends
    if (ends !== null && this.#closeOf(i) >= ends) {
      this.cause = 'max_hold'
      return true
    }
    // A stop that belongs at the price or above it is reached.
    if (this.#moves.at(i) < this.#closePrice(i)) return false
    this.cause = 'stop'
    return true
  }
}
