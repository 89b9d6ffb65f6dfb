// What the strategies of a market remember, as numbers to be stored: a start goes on from there, and asks for no more than
// the candles since. Whatever does not fit leads to all candles being gone through, and never to a guess.
import { z } from 'zod'
import type { Stream } from './decisions.ts'
import type { Candle } from './market/candle.ts'
import type { StoredState } from './publish/state-rows.ts'
import type { Graph } from './strategies/compile/graph.ts'

/** A graph, the strategies over it, and how many candles it has seen. */
export interface Remembering {
  readonly graph: Graph
  readonly streams: ReadonlySet<Stream>
  readonly seen: number
}

/** The number of a stream's last signal. */
type SeqOf = (stream: string) => number

const length = z.int().nonnegative()
const headSchema = z.strictObject({
  /** The last that was seen. */
  candle: z.strictObject({
    start: z.number(),
    open: z.string(),
    high: z.string(),
    low: z.string(),
    close: z.string(),
    volume: z.string(),
  }),
  seen: z.int().positive(),
  /** Names and lengths. */
  series: z.array(z.tuple([z.string(), length])),
  /** Name, digest of the rules, number of the last signal, length. */
  streams: z.array(z.tuple([z.string(), z.string(), z.int(), length])),
})

export interface MarketState {
  readonly candle: Candle
  readonly seen: number
  readonly series: ReadonlyMap<string, Float64Array>
  readonly streams: ReadonlyMap<
    string,
    { readonly rules: string; readonly seq: number; readonly numbers: readonly number[] }
  >
}

/** Null where an indicator, or a rule that is code, keeps what it remembers to itself. `candle` is the last that was seen. */
export function stateOf(
  { graph, streams, seen }: Remembering,
  candle: Candle,
  seqOf: SeqOf,
): StoredState | null {
  const memories = memoriesOf({ graph, streams })
  if (memories === null) return null
  const saved = [...streams].map((stream) => ({ stream, numbers: stream.save() }))
  const head: z.infer<typeof headSchema> = {
    candle,
    seen,
    series: [...memories].map(([name, memory]) => [name, memory.length]),
    streams: saved.map(({ stream, numbers }) => {
      const { name } = stream.strategy
      return [name, stream.rules, seqOf(name), numbers.length]
    }),
  }
  const parts = [...memories.values(), ...saved.map(({ numbers }) => numbers)]
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return { head: JSON.stringify(head), numbers: whole }
}

/** Rules that are code remember what they like. */
function memoriesOf({ graph, streams }: Omit<Remembering, 'seen'>) {
  for (const { strategy } of streams) if (strategy.code !== undefined) return null
  return graph.memories()
}

/** Null for what `stateOf` cannot have given. */
export function readState({ head, numbers }: StoredState): MarketState | null {
  const read = headSchema.safeParse(parsed(head))
  if (!read.success) return null
  const { candle, seen, series, streams } = read.data
  let at = 0
  const next = (count: number) => {
    at += count
    return numbers.subarray(at - count, at)
  }
  const state = {
    candle,
    seen,
    series: new Map(series.map(([name, count]) => [name, next(count)])),
    streams: new Map(
      streams.map(([name, rules, seq, count]) => [name, { rules, seq, numbers: [...next(count)] }]),
    ),
  }
  return at === numbers.length ? state : null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Why these strategies cannot go on from it, in words that follow "because"; null where they can. Nothing is changed. */
export function whyNot(
  state: MarketState,
  { graph, streams }: Remembering,
  seqOf: SeqOf,
): string | null {
  const memories = memoriesOf({ graph, streams })
  if (memories === null)
    return 'a rule is code, or names an indicator, whose state cannot be stored'
  for (const [name, memory] of memories)
    if (state.series.get(name)?.length !== memory.length) return `${name} is new`
  for (const stream of streams) {
    const { name } = stream.strategy
    const since = stream.heldSince
    if (isAsStored(state, stream, seqOf)) {
      if (!stream.fits(state.streams.get(name)?.numbers ?? []))
        return `the numbers of ${name} are damaged`
    } else if (since !== null && since <= state.candle.start)
      return `the position of ${name} is not the stored one`
  }
  return null
}

/** What has no `whyNot`: its graph and strategies remember what is stored. */
export function goOn(state: MarketState, { graph, streams }: Remembering, seqOf: SeqOf): void {
  for (const [name, memory] of graph.memories() ?? [])
    memory.set(state.series.get(name) ?? new Float64Array(memory.length).fill(Number.NaN))
  for (const stream of streams) {
    // Of another one, or of one with other signals since, its signals say what it holds.
    if (isAsStored(state, stream, seqOf))
      stream.load(state.streams.get(stream.strategy.name)?.numbers ?? [])
    stream.skip(state.seen)
  }
}

function isAsStored(state: MarketState, { strategy, rules }: Stream, seqOf: SeqOf): boolean {
  const stored = state.streams.get(strategy.name)
  return stored?.rules === rules && stored.seq === seqOf(strategy.name)
}
