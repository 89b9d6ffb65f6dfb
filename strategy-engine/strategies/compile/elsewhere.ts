// Series of a longer timeframe, of another market, or both, as a rule of this one may know them: of the last candle
// there that had closed.
import { TIMEFRAMES, type Timeframe } from '../../market/candle.ts'
import { type CandleColumns, columnsIn } from '../../market/candle-columns.ts'
import { print } from '../rules/print.ts'
import type { Tree } from '../rules/tree.ts'
import type { Memories } from './memories.ts'
import type { Column } from './operators.ts'

/** The graph of the other series, as far as it is used here. */
interface SeriesGraph {
  readonly timeframe: Timeframe
  series(tree: Tree): { readonly column: Column }
  feed(candles: CandleColumns, from: number, to: number): void
  memories(): Memories | null
}

export class Elsewhere {
  /** Null: the strategy's own. */
  readonly market: string | null
  readonly #graph: SeriesGraph
  /** Seconds of one of the strategy's own candles. */
  readonly #base: number
  readonly #shown: { readonly text: string; readonly from: Column; readonly to: Column }[] = []
  readonly #memory = newMemory()
  /** The longer candle that is under way. */
  readonly #bucket = columnsIn(this.#memory, 1)
  #source: CandleColumns | null = null
  #from = 0

  constructor(market: string | null, own: Timeframe, graph: SeriesGraph) {
    this.market = market
    this.#base = TIMEFRAMES[own]
    this.#graph = graph
  }

  /** Writes the values of `tree` into `to`. */
  show(tree: Tree, to: Column): void {
    const { column } = this.#graph.series(tree)
    this.#shown.push({ text: print(tree), from: column, to: to.fill(Number.NaN) })
  }

  /** Before the steps of a block: where its candles come from. */
  take(
    own: CandleColumns,
    from: number,
    others: ReadonlyMap<string, CandleColumns> | undefined,
  ): void {
    const source = this.market === null ? own : others?.get(this.market)
    if (source === undefined) throw new Error(`no candles of ${this.market} were given`)
    if (source.length !== own.length)
      throw new RangeError(`${this.market} has ${source.length} candles beside ${own.length}`)
    this.#source = source
    this.#from = from
  }

  /** As the graph's own: the longer candle under way, what is shown of the last one, and what their series remember. */
  memories(): Memories | null {
    const inner = this.#graph.memories()
    if (inner === null || !this.#isLonger) return inner
    const shown = this.#shown.map(
      ({ text, from }) => [`shown ${text}`, from.subarray(0, 1)] as const,
    )
    return new Map([...inner, ['under way', this.#memory], ...shown])
  }

  readonly step = (length: number): void => {
    const source = this.#source
    if (source === null) throw new Error('a step before its candles')
    if (!this.#isLonger) {
      this.#graph.feed(source, this.#from, this.#from + length)
      for (const { from, to } of this.#shown) to.set(from.subarray(0, length))
      return
    }
    for (let i = 0; i < length; i++) {
      this.#add(source, this.#from + i)
      for (const { from, to } of this.#shown)
        to[i] = this.#memory[IS_KNOWN] === 1 ? (from[0] as number) : Number.NaN
    }
  }

  get #isLonger(): boolean {
    return TIMEFRAMES[this.#graph.timeframe] !== this.#base
  }

  #add(source: CandleColumns, i: number): void {
    const close = source.close[i] as number
    const start = source.start[i] as number
    const seconds = TIMEFRAMES[this.#graph.timeframe]
    const begins = Math.floor(start / seconds) * seconds
    const it = this.#bucket
    if (it.start[0] !== begins) {
      // Its last candles are missing, or it had closed: it is over in any case.
      this.#close()
      // What was not seen from its beginning is not known. Minutes in which nobody traded have no candle: behind the
      // candle before, it was seen from there.
      this.#memory[IS_WHOLE] = Number(start === begins || it.start[0] === begins - seconds)
      it.start[0] = begins
      this.#memory[HAS_CANDLES] = 0
    }
    if (!Number.isNaN(close)) {
      const isEmpty = this.#memory[HAS_CANDLES] === 0
      it.open[0] = isEmpty ? (source.open[i] as number) : (it.open[0] as number)
      it.high[0] = isEmpty
        ? (source.high[i] as number)
        : Math.max(it.high[0] as number, source.high[i] as number)
      it.low[0] = isEmpty
        ? (source.low[i] as number)
        : Math.min(it.low[0] as number, source.low[i] as number)
      it.volume[0] = (isEmpty ? 0 : (it.volume[0] as number)) + (source.volume[i] as number)
      it.close[0] = close
      this.#memory[HAS_CANDLES] = 1
    }
    if (start + this.#base === begins + seconds) this.#close()
  }

  #close(): void {
    const memory = this.#memory
    if (memory[HAS_CANDLES] === 0) return
    memory[HAS_CANDLES] = 0
    if (memory[IS_WHOLE] === 0) return
    this.#graph.feed(this.#bucket, 0, 1)
    memory[IS_KNOWN] = 1
  }
}

// Behind the six numbers of the longer candle that is under way: whether it was seen from its beginning, whether any of
// its candles had a price, and whether one before it has closed.
const [IS_WHOLE, HAS_CANDLES, IS_KNOWN] = [6, 7, 8]

function newMemory(): Float64Array {
  return new Float64Array(9).fill(Number.NaN, 0, 1)
}
