// Series of a longer timeframe, of another market, or both, as a rule of this one may know them: of the last candle
// there that had closed.
import { TIMEFRAMES, type Timeframe } from '../../market/candle.ts'
import type { CandleColumns } from '../../market/candle-columns.ts'
import type { Tree } from '../rules/tree.ts'
import type { Column } from './operators.ts'

/** The graph of the other series, as far as it is used here. */
interface SeriesGraph {
  readonly timeframe: Timeframe
  series(tree: Tree): { readonly column: Column; readonly warmup: number }
  feed(candles: CandleColumns, from: number, to: number): void
}

export class Elsewhere {
  /** Null: the strategy's own. */
  readonly market: string | null
  readonly #graph: SeriesGraph
  /** Seconds of one of the strategy's own candles. */
  readonly #base: number
  readonly #shown: { readonly from: Column; readonly to: Column }[] = []
  readonly #bucket = bucket()
  #source: CandleColumns | null = null
  #from = 0

  constructor(market: string | null, own: Timeframe, graph: SeriesGraph) {
    this.market = market
    this.#base = TIMEFRAMES[own]
    this.#graph = graph
  }

  /** Writes the values of `tree` into `to`; gives the candles (of the strategy's own) before the first of them. */
  show(tree: Tree, to: Column): number {
    const { column, warmup } = this.#graph.series(tree)
    this.#shown.push({ from: column, to: to.fill(Number.NaN) })
    if (!this.#isLonger) return warmup
    const ratio = TIMEFRAMES[this.#graph.timeframe] / this.#base
    // The first of the longer candles is seldom seen from its beginning.
    return (warmup + 2) * ratio
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
        to[i] = this.#isKnown ? (from[0] as number) : Number.NaN
    }
  }

  #isKnown = false

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
      it.start[0] = begins
      // What was not seen from its beginning is not known.
      it.isWhole = start === begins
      it.isEmpty = true
    }
    if (!Number.isNaN(close)) {
      it.open[0] = it.isEmpty ? (source.open[i] as number) : (it.open[0] as number)
      it.high[0] = it.isEmpty
        ? (source.high[i] as number)
        : Math.max(it.high[0] as number, source.high[i] as number)
      it.low[0] = it.isEmpty
        ? (source.low[i] as number)
        : Math.min(it.low[0] as number, source.low[i] as number)
      it.volume[0] = (it.isEmpty ? 0 : (it.volume[0] as number)) + (source.volume[i] as number)
      it.close[0] = close
      it.isEmpty = false
    }
    if (start + this.#base === begins + seconds) this.#close()
  }

  #close(): void {
    const it = this.#bucket
    if (it.isEmpty) return
    it.isEmpty = true
    if (!it.isWhole) return
    this.#graph.feed(it, 0, 1)
    this.#isKnown = true
  }
}

/** The longer candle that is under way. */
function bucket() {
  const column = () => new Float64Array(1)
  return {
    length: 1,
    start: column().fill(Number.NaN),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    isWhole: false,
    isEmpty: true,
  }
}
