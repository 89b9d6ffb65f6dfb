// Rules that are code as one series of the graph: asked at each candle, and at no candle that has not closed.
import { TIMEFRAMES, type Timeframe } from '../../market/candle.ts'
import type { Code, CodeRun, Strategy } from '../file/strategy.ts'
import { BLOCK, Graph, type Series } from './graph.ts'

/** Whether a candle enters: rules, or what code says. Adds what they read to the graph. */
export function entrySeries({ enter, code }: Strategy, run: CodeRun | null, graph: Graph): Series {
  if (code === undefined || run === null) return graph.any(enter.map(({ condition }) => condition))
  return codeSeries(code, run, graph)
}

export function codeSeries(code: Code, run: CodeRun, graph: Graph): Series {
  // At the end of a block of several the code would know all of them when it is asked about an exit at the first.
  if (graph.block !== 1) throw new RangeError('code is asked candle by candle: a block of one')
  const reads = code.reads.map((tree) => graph.series(tree))
  const values = new Float64Array(reads.length)
  const seconds = TIMEFRAMES[graph.timeframe]
  return graph.own(reads, (out) => {
    run.answersInto?.(out)
    return () => {
      for (const [at, { column }] of reads.entries()) values[at] = column[0] as number
      out[0] = run.enter(values, (graph.candles.start[graph.offset] as number) + seconds)
    }
  })
}

type Coded = readonly { readonly code?: Code | undefined }[]

/** For strategies of which one may be code: it is fed candle by candle then. */
export function graphFor(strategies: Coded, timeframe: Timeframe): Graph {
  return new Graph(timeframe, strategies.some(({ code }) => code !== undefined) ? 1 : BLOCK)
}

/** Candles begin <= i < end in the blocks of such a graph, in their order. */
export function eachBlock(
  strategies: Coded,
  { begin, end }: { readonly begin: number; readonly end: number },
  run: (from: number, to: number) => void,
): void {
  const code = strategies.find((one) => one.code !== undefined)?.code
  for (let from = begin; from < end; from += BLOCK) {
    const to = Math.min(end, from + BLOCK)
    if (code === undefined) run(from, to)
    else
      code.within(() => {
        for (let at = from; at < to; at++) run(at, at + 1)
      })
  }
}
