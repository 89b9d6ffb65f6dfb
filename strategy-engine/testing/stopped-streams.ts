// A stream without its engine, that is stopped, stored and started again, or goes through all candles again instead.

import { Stream } from '../decisions.ts'
import type { Candle } from '../market/candle.ts'
import type { CandleColumns } from '../market/candle-columns.ts'
import { goOn, readState, stateOf, whyNot } from '../market-state.ts'
import { openOutbox } from '../publish/database.ts'
import { signalClaims } from '../publish/signal-claims.ts'
import { StateRows } from '../publish/state-rows.ts'
import { Graph } from '../strategies/compile/graph.ts'
import type { Strategy } from '../strategies/file/strategy.ts'
import { type PastSignal, Runner } from '../strategies/runner.ts'
import { randomCandles } from './random-candles.ts'

export const FILE = { name: 'demo', market: 'ETH/USDT', timeframe: '5m', size: '10 %' }

export const LENGTH = 200
/** Candles of history before the first that is decided on. */
export const PAST = 60
const shape = { length: LENGTH, seconds: 300, range: 0.02 }
const OWN = randomCandles({ ...shape, seed: 3 })
const OTHERS = new Map([['BTC/USDT', randomCandles({ ...shape, seed: 4 })]])
export const CANDLES: readonly Candle[] = Array.from({ length: LENGTH }, (_, i) => candleAt(OWN, i))

function candleAt(columns: CandleColumns, i: number): Candle {
  const text = (name: 'open' | 'high' | 'low' | 'close' | 'volume') => String(columns[name][i])
  const prices = { open: text('open'), high: text('high'), low: text('low'), close: text('close') }
  return { start: columns.start[i] ?? 0, ...prices, volume: text('volume') }
}

type SignalOf = ReturnType<typeof signalClaims>

/** One stream, with the signals that its outbox would have. */
export class Life {
  readonly signals: SignalOf[]
  readonly #strategy: Strategy
  readonly #rows: StateRows
  readonly graph = new Graph('5m', 1)
  readonly stream: Stream
  seen = 0

  constructor(strategy: Strategy, rows: StateRows, before?: Life, lastCandle?: number) {
    this.#strategy = strategy
    this.#rows = rows
    this.signals = [...(before?.signals ?? [])]
    const row = { name: 'demo', plan: 'demo', market: 'ETH/USDT', hash: '', since: 0 } as const
    const state = {
      seq: this.signals.length,
      position: 'flat',
      lastCandle: lastCandle ?? null,
    } as const
    this.stream = new Stream(strategy, this.graph, {
      row: { ...row, ...state },
      signals: positionSignals(this.signals),
    })
  }

  get warmup(): number {
    return new Runner(this.#strategy, new Graph('5m', 1)).warmup
  }

  get part() {
    return { graph: this.graph, streams: new Set([this.stream]), seen: this.seen }
  }

  readonly #seqOf = () => this.signals.length

  run(from: number, to: number, origin: 'history' | 'live'): this {
    for (let i = from; i < to; i++) {
      this.graph.feed(OWN, i, i + 1, OTHERS)
      this.seen += 1
      const candle = CANDLES[i] as Candle
      const { decision } = this.stream.decide(candle, origin)
      if (decision === undefined) continue
      const input = { issuer: 'home', strategy: this.#strategy, start: candle.start, decision }
      const seq = this.signals.length + 1
      this.signals.push(signalClaims(input, { plan: 'demo', seq, prev: '' }))
    }
    return this
  }

  /** As at a stop after candle `last`; false where it cannot be stored. */
  store(last: number): boolean {
    const state = stateOf(this.part, CANDLES[last] as Candle, this.#seqOf)
    if (state !== null) this.#rows.store(new Map([['ETH/USDT 5m', state]]))
    return state !== null
  }

  /** Why it cannot go on from what is stored; null if it has. */
  restore(): string | null {
    const stored = this.#rows.read('ETH/USDT 5m')
    const state = stored === null || typeof stored === 'string' ? null : readState(stored)
    if (state === null) return `${stored}`
    const why = whyNot(state, this.part, this.#seqOf)
    if (why !== null) return why
    goOn(state, this.part, this.#seqOf)
    this.seen = state.seen
    return null
  }
}

function positionSignals(signals: readonly SignalOf[]): readonly PastSignal[] {
  const exit = signals.findLastIndex(({ kind }) => kind === 'exit')
  return exit === signals.length - 1 ? signals.slice(exit) : signals.slice(exit + 1)
}

export const rows = () => new StateRows(openOutbox(':memory:'), '1')

interface Plan {
  /** Candles after each of which it stops. */
  readonly stops: readonly number[]
  /** Candles that close while it is stopped. */
  readonly missed: number
  /** Goes on from what is stored, or goes through all candles at each start. */
  readonly by: 'state' | 'replay'
}

export function lives(strategy: Strategy, { stops, missed, by }: Plan): readonly SignalOf[] {
  const stored = rows()
  let life = new Life(strategy, stored).run(0, PAST, 'history')
  let at = PAST
  for (const stop of [...stops].sort((a, b) => a - b)) {
    const to = Math.max(at, stop)
    const resumed = Math.min(LENGTH, to + missed)
    life.run(at, to, 'live')
    life.store(to - 1)
    life = new Life(strategy, stored, life, CANDLES[to - 1]?.start)
    const why = by === 'state' ? life.restore() : null
    if (why !== null) throw new Error(why)
    life.run(by === 'state' ? to : 0, resumed, 'history')
    const missing = Math.max(0, life.warmup + 1 - resumed)
    if (life.stream.missing !== missing)
      throw new Error(`${life.stream.missing} candles are missing`)
    at = resumed
  }
  return life.run(at, LENGTH, 'live').signals
}

export function neverStopped(strategy: Strategy): readonly SignalOf[] {
  return new Life(strategy, rows()).run(0, PAST, 'history').run(PAST, LENGTH, 'live').signals
}
