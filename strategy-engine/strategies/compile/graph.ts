// Every series of one market and timeframe, each computed once: live for the candle that just closed, in a backtest for
// a thousand at a time, by the same steps.
import type { PriceName } from '../../indicators/kernel.ts'
import { INDICATORS } from '../../indicators/table.ts'
import { TIMEFRAMES, type Timeframe } from '../../market/candle.ts'
import { type CandleColumns, columnsOf } from '../../market/candle-columns.ts'
import { candlesBefore } from '../rules/candles-before.ts'
import { print } from '../rules/print.ts'
import { type Condition, childrenOf, MAX_AGO, type Numeric, type Tree } from '../rules/tree.ts'
import { Elsewhere } from './elsewhere.ts'
import { History } from './history.ts'
import { KernelSteps } from './kernel-steps.ts'
import { type Memories, StepMemories } from './memories.ts'
import type { Column, Step } from './operators.ts'
import * as operators from './operators.ts'

/** Candles that fit into the fast memory of a processor, some ten series of them. */
export const BLOCK = 1_024

export interface Series {
  /** Its values at the candles of the block that was fed last. */
  readonly column: Column
  /** Candles before the first at which it is known, where all of its inputs are. */
  readonly warmup: number
}

interface Crossings {
  readonly over: Column
  readonly under: Column
}

const NO_CANDLES = columnsOf([])

export class Graph {
  readonly timeframe: Timeframe
  /** The most candles that it is fed at once. */
  readonly block: number
  readonly #series = new Map<string, Series>()
  readonly #crossed = new Map<string, Crossings>()
  readonly #histories = new Map<string, History>()
  readonly #steps: Step[] = []
  readonly #memories = new StepMemories()
  readonly #kernels = new KernelSteps(this.#steps, this.#memories)
  readonly #elsewhere = new Map<string, Elsewhere>()
  /** Prices that a series reads, copied from block to block. */
  readonly #prices = new Map<PriceName, Column>()
  /** The candles that were fed last, and where their block begins. */
  #candles: CandleColumns = NO_CANDLES
  #offset = 0
  /** When the first of them opened, and whether none is missing after it. */
  #opened = 0
  #isWhole = false
  #isFed = false
  readonly #seconds: number

  constructor(timeframe: Timeframe, block = BLOCK) {
    this.timeframe = timeframe
    this.block = block
    this.#seconds = TIMEFRAMES[timeframe]
  }

  /** The candles that were fed last: value `i` of a series is of candle `offset` + i. */
  get candles(): CandleColumns {
    return this.#candles
  }

  get offset(): number {
    return this.#offset
  }

  /** When candle `i` of the block opened, Unix seconds: reckoned, since fetching one number of a long column takes long. */
  startOf(i: number): number {
    if (this.#isWhole) return this.#opened + i * this.#seconds
    return this.#candles.start[this.#offset + i] as number
  }

  /** Before the first candle: a series cannot catch up. Trade words have no series. */
  series(tree: Tree): Series {
    const text = print(tree)
    const known = this.#series.get(text)
    if (known !== undefined) return known
    if (this.#isFed) throw new Error(`the series ${text} comes after the first candle`)
    const made = { column: this.#make(tree), warmup: candlesBefore(tree, this.timeframe) }
    this.#series.set(text, made)
    return made
  }

  /** Holds where any of the conditions does; those that are unknown do not. */
  any(conditions: readonly Condition[]): Series {
    const each = conditions.map((condition) => this.series(condition))
    const [only] = each
    if (only !== undefined && each.length === 1) return only
    const columns = each.map(({ column }) => column)
    return this.own(each, (out) => operators.any(columns, out))
  }

  /** Of a series, as far back as x[n] reaches. */
  history(tree: Tree): History {
    const key = `history of ${print(tree)}`
    const known = this.#histories.get(key)
    if (known !== undefined) return known
    const history = new History(this.series(tree).column, MAX_AGO, this.block)
    this.#histories.set(key, history)
    this.#memories.add(key, history.memory)
    this.#steps.push(history.step)
    return history
  }

  /** A series that is computed from others of this graph by a step of the caller's own. */
  own(of: readonly Series[], make: (out: Column) => Step): Series {
    return { column: this.#step(make), warmup: Math.max(0, ...of.map(({ warmup }) => warmup)) }
  }

  /**
   * The candles from <= i < to, at most `block` of them; then every series has its values, the first at 0. Of other
   * markets: candles at the same indices, NaN where there is none.
   */
  feed(
    candles: CandleColumns,
    from: number,
    to: number,
    others?: ReadonlyMap<string, CandleColumns>,
  ): void {
    const length = to - from
    if (length > this.block) throw new RangeError(`a block is at most ${this.block} candles`)
    this.#isFed = true
    this.#candles = candles
    this.#offset = from
    this.#opened = candles.start[from] as number
    const seconds = (candles.start[to - 1] as number) - this.#opened
    this.#isWhole = seconds === (length - 1) * this.#seconds
    for (const [price, column] of this.#prices) column.set(candles[price].subarray(from, to))
    for (const elsewhere of this.#elsewhere.values()) elsewhere.take(candles, from, others)
    for (const step of this.#steps) step(length)
  }

  /** For a graph whose block is one candle. Null if the state of an indicator cannot be read. */
  memories(): Memories | null {
    return this.#memories.with(this.#elsewhere)
  }

  #make(tree: Tree): Column {
    const of = (part: Tree) => this.series(part).column
    switch (tree.is) {
      case 'number':
        return new Float64Array(this.block).fill(tree.value)
      case 'price':
        return this.#price(tree.name)
      case 'indicator':
      case 'pattern':
        return this.#indicator(tree)
      case 'ago': {
        const series = of(tree.of)
        if (tree.candles === 0) return series
        const memory = this.#memories.add(print(tree), operators.ring(tree.candles))
        return this.#step((out) => operators.ago(series, tree.candles, out, memory))
      }
      case 'elsewhere':
        return this.#from(tree)
      case 'negative':
      case 'not': {
        const series = of(tree.of)
        const negate = tree.is === 'not' ? operators.not : operators.negative
        return this.#step((out) => negate(series, out))
      }
      case 'arithmetic':
      case 'compare':
      case 'cross':
      case 'logic':
        return this.#pair(tree)
      case 'share': {
        const [value, percent] = [of(tree.of), of(tree.percent)]
        return this.#step((out) => operators.share(value, percent, out))
      }
      case 'call':
      case 'some': {
        const columns = childrenOf(tree).map(of)
        const { call, some } = operators
        return this.#step((out) =>
          tree.is === 'call' ? call(tree.function, columns, out) : some(tree.count, columns, out),
        )
      }
      case 'if': {
        const [when, yes, no] = [of(tree.when), of(tree.yes), of(tree.no)]
        return this.#step((out) => operators.choose(when, yes, no, out))
      }
      case 'when': {
        const [when, value] = [of(tree.when), of(tree.of)]
        const memory = this.#memories.add(print(tree), Float64Array.of(Number.NaN))
        return this.#step((out) => operators.when(when, value, out, memory))
      }
      case 'time': {
        const closeOf = (i: number) => this.startOf(i) + this.#seconds
        return this.#step((out) => operators.time(operators.TIME_OF[tree.name], closeOf, out))
      }
      case 'past':
      case 'trade':
        throw new Error(`"${print(tree)}" is no series`)
    }
  }

  #price(name: PriceName): Column {
    const column = this.#prices.get(name) ?? new Float64Array(this.block)
    this.#prices.set(name, column)
    return column
  }

  #pair(tree: Extract<Tree, { is: 'arithmetic' | 'compare' | 'cross' | 'logic' }>): Column {
    const [a, b] = [this.series(tree.left).column, this.series(tree.right).column]
    switch (tree.is) {
      case 'arithmetic':
        return this.#step((out) => operators.ARITHMETIC_STEPS[tree.operator](a, b, out))
      case 'compare':
        return this.#step((out) => operators.COMPARE_STEPS[tree.operator](a, b, out))
      case 'logic': {
        const join = tree.operator === 'and' ? operators.and : operators.or
        return this.#step((out) => join(a, b, out))
      }
      case 'cross': {
        const { over, under } = this.#crossings(tree, a, b)
        return tree.operator === 'crossover' ? over : under
      }
    }
  }

  /** Both directions are found in one go: a strategy that enters at one mostly leaves at the other. */
  #crossings(tree: Extract<Tree, { is: 'cross' }>, left: Column, right: Column): Crossings {
    const key = print({ ...tree, operator: 'crossover' })
    const known = this.#crossed.get(key)
    if (known !== undefined) return known
    const [over, under] = [new Float64Array(this.block), new Float64Array(this.block)]
    const memory = this.#memories.add(key, new Float64Array([Number.NaN]))
    this.#steps.push(operators.crossings(left, right, over, under, memory))
    const made = { over, under }
    this.#crossed.set(key, made)
    return made
  }

  /** The outputs of an indicator are computed together, whichever of them are named. */
  #indicator(tree: Extract<Tree, { is: 'indicator' | 'pattern' }>): Column {
    const indicator = INDICATORS[tree.name]
    if (indicator === undefined) throw new Error(`no indicator "${tree.name}"`)
    const { inputs } = indicator
    const fed =
      inputs === 'series'
        ? [this.series(tree.input ?? CLOSE)]
        : inputs.map((name) => this.series({ is: 'price', name }))
    const key = print({ ...tree, output: 0 })
    const outputs = this.#kernels.outputs(key, {
      make: () => indicator.create(tree.parameters),
      inputs: fed.map(({ column }) => column),
      outputs: indicator.outputs.length,
      block: this.block,
    })
    const column = outputs[tree.output]
    if (column === undefined) throw new Error(`${tree.name} has no output ${tree.output}`)
    return column
  }

  #from({ of, timeframe, market }: Extract<Tree, { is: 'elsewhere' }>): Column {
    const key = `${market ?? ''} ${timeframe ?? this.timeframe}`
    let elsewhere = this.#elsewhere.get(key)
    if (elsewhere === undefined) {
      const inner = new Graph(timeframe ?? this.timeframe, timeframe === null ? this.block : 1)
      elsewhere = new Elsewhere(market, this.timeframe, inner)
      this.#elsewhere.set(key, elsewhere)
      this.#steps.push(elsewhere.step)
    }
    const column = new Float64Array(this.block)
    elsewhere.show(of, column)
    return column
  }

  #step(make: (out: Column) => Step): Column {
    const column = new Float64Array(this.block)
    this.#steps.push(make(column))
    return column
  }
}

const CLOSE: Numeric = { is: 'price', name: 'close' }
