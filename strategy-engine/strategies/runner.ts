// What a strategy decides at a candle that closed: its model, held beside what the last signal told the executors.
import type { Signal } from '@keyside/protocol'
import type { Candle } from '../market/candle.ts'
import type { Graph } from './compile/graph.ts'
import type { Column } from './compile/operators.ts'
import { type Ask, compileTrade } from './compile/trade.ts'
import {
  additionAt,
  asCodeSays,
  type Decision,
  entryAt,
  exitAt,
  rulesOfSignal,
  stopAt,
} from './decision.ts'
import { exitText } from './exit-text.ts'
import { reachOf } from './file/parts.ts'
import type { Rule, Strategy } from './file/strategy.ts'
import { type Cause, Model } from './model.ts'
import { explain, explainMove, MAX_REASON } from './rules/explain.ts'
import type { Tree } from './rules/tree.ts'

export type Position = 'long' | 'flat'

/**
 * What a candle may cause. `past`: it was decided on before, or is older than the stream. `missed`: it closed while
 * the engine was not running, so it only moves the model. `exits`: right after a hole in the candles.
 */
export type AllowedSignals = 'past' | 'missed' | 'exits' | 'all'

/** An alert whose rule has begun to hold. */
export interface SaidAlert {
  readonly name: string | null
  /** The values that it looked at. */
  readonly text: string
}

export interface Step {
  readonly decision?: Decision
  readonly alerts?: readonly SaidAlert[]
  /** An entry that was due and is not made: why. */
  readonly refused?: { readonly code: 'stop_not_positive'; readonly message: string }
}

/** What of a stream's signals a runner goes on with. */
export type PastSignal = Pick<
  Signal,
  | 'kind'
  | 'iat'
  | 'candle'
  | 'referencePrice'
  | 'stopPrice'
  | 'takeProfits'
  | 'trailingStop'
  | 'breakEven'
>

const NONE: Step = {}

export class Runner {
  readonly #strategy: Strategy
  readonly #graph: Graph
  readonly #model: Model
  /** Whether each held when that was last known; before it ever was, nothing has begun. */
  readonly #alerts: { readonly rule: Rule; readonly column: Column; held: boolean }[]
  /** Of each part of a rule that was explained. */
  readonly #values = new Map<Tree, Ask>()
  /** What the last signal told the executors to hold. The model differs from it after candles that were missed. */
  #target: Position = 'flat'
  /** Safety orders and moved stops of the position, each of the close of its candle, that candles of the past have yet to come to. */
  #later: PastSignal[] = []
  /** Stop and trailing stop as the position's signals said them: a safety order says the same. */
  #said: Pick<PastSignal, 'stopPrice' | 'trailingStop'> = {}

  /** Adds what the strategy reads to the graph. */
  constructor(strategy: Strategy, graph: Graph) {
    this.#strategy = strategy
    this.#graph = graph
    this.#model = new Model(strategy, graph)
    const alerts = strategy.alerts.map((rule) => ({ rule, ...graph.series(rule.condition) }))
    this.#alerts = alerts.map(({ rule, column }) => ({ rule, column, held: true }))
  }

  /** Candles before the first at which an entry can be decided. */
  get warmup(): number {
    return this.#model.warmup
  }

  /** Candles before the first at which all is known that it looks at: while it holds something, and for alerts too. */
  get reach(): number {
    return reachOf(this.#strategy)
  }

  /**
   * As the stream's signals left it, whatever the rules would hold: its last exit alone, or the entry that began the
   * position and those that added to it. None for a stream that never was.
   */
  resume(signals: readonly PastSignal[]): void {
    this.#target = 'flat'
    this.#later = []
    this.#model.forget(null)
    for (const signal of signals) this.#follow(signal)
  }

  /** What it remembers beside the graph, and beside what its signals say. */
  save(): readonly number[] {
    return [...this.#alerts.map(({ held }) => Number(held)), ...this.#model.save()]
  }

  /** Whether `load` would take it. */
  fits(saved: readonly number[]): boolean {
    const before = this.#model.save()
    const fits = this.#model.load(saved.slice(this.#alerts.length))
    this.#model.load(before)
    return fits
  }

  /** After `resume` with the same signals as when it was saved. False for what `save` cannot have given. */
  load(saved: readonly number[]): boolean {
    if (!this.#model.load(saved.slice(this.#alerts.length))) return false
    this.#later = []
    for (const [at, alert] of this.#alerts.entries()) alert.held = saved[at] === 1
    return true
  }

  /** When the candle opened at whose close the position began that it holds, Unix seconds; null for none. */
  get heldSince(): number | null {
    const { held, entryCandle } = this.#model
    return held.left > 0 ? entryCandle : null
  }

  #follow(signal: PastSignal): void {
    if (signal.kind === 'exit') {
      this.#target = 'flat'
      this.#model.forget(signal.iat)
      return
    }
    const price = Number(signal.referencePrice)
    if (this.#target === 'long') this.#later.push(signal)
    else this.#model.enter(price, signal.candle.start, rulesOfSignal(signal))
    this.#target = 'long'
    this.#said = signal.kind === 'stop' ? { ...this.#said, stopPrice: signal.stopPrice } : signal
  }

  /** At candle `i` of the block that the graph was fed. `candle` is the same one, as the exchange wrote it. */
  step(i: number, candle: Candle, allowed: AllowedSignals): Step {
    const begun = this.#begun(i)
    const step = this.#decide(i, candle, allowed)
    const isSaid = begun.length > 0 && (allowed === 'all' || allowed === 'exits')
    return isSaid ? { ...step, alerts: begun.map((rule) => this.#alert(rule, i)) } : step
  }

  #alert({ name, condition }: Rule, i: number): SaidAlert {
    return { name, text: this.#explain([{ name: null, condition }], i) }
  }

  #begun(i: number): readonly Rule[] {
    return this.#alerts.flatMap((alert) => {
      const value = alert.column[i]
      const begins = value === 1 && !alert.held
      if (value === 1 || value === 0) alert.held = value === 1
      return begins ? [alert.rule] : []
    })
  }

  #decide(i: number, candle: Candle, allowed: AllowedSignals): Step {
    const model = this.#model
    if (allowed === 'past') {
      this.#followUpTo(candle.start - 1)
      if (model.held.left > 0 && candle.start > model.entryCandle) model.pass(i)
      this.#followUpTo(candle.start)
      return NONE
    }
    this.#followUpTo(candle.start)
    model.movesStop = allowed !== 'missed'
    model.buysMore = allowed === 'all'
    if (allowed === 'missed') {
      model.scan(i, i + 1)
      return NONE
    }
    if (this.#target === 'long') return this.#stepLong(i, candle)
    // An entry that was missed stays missed.
    if (model.held.left > 0) model.forget(null)
    return allowed === 'all' ? this.#stepFlat(i, candle) : NONE
  }

  /** What was bought, and where the stop was moved to, at candles that opened until `start`, Unix seconds. */
  #followUpTo(start: number): void {
    const model = this.#model
    for (let next = this.#later[0]; next !== undefined; next = this.#later[0]) {
      if (next.candle.start > start) return
      if (next.kind === 'stop') model.held.moveStop(Number(next.stopPrice), 0)
      else if (model.held.left > 0) model.add(Number(next.referencePrice))
      this.#later.shift()
    }
  }

  /** Also when the exit fell into candles that could not signal: a late exit still lowers the risk. */
  #stepLong(i: number, candle: Candle): Step {
    const model = this.#model
    const wasHeld = model.held.left > 0
    const hasDecided = model.scan(i, i + 1) === i
    if (model.held.left > 0) {
      if (!hasDecided) return NONE
      return model.decided === 'move' ? this.#move(i, candle) : this.#add(i, candle)
    }
    this.#target = 'flat'
    const late = wasHeld ? '' : 'late, the exit was due before: '
    const why = `${late}${this.#exitReason(model.cause, i)}`
    return { decision: exitAt(candle.close, why.slice(0, MAX_REASON)) }
  }

  #stepFlat(i: number, candle: Candle): Step {
    const model = this.#model
    model.refused = false
    const entered = model.scan(i, i + 1) === i
    if (!entered) return model.refused ? noStop(candle) : NONE
    const { code } = model
    const reason = code?.entryReason ?? this.#explain(this.#strategy.enter, i)
    const strategy = code === null ? this.#strategy : asCodeSays(this.#strategy, code)
    const decision = entryAt(strategy, candle.close, model.rules, reason)
    if (decision?.kind !== 'entry') {
      model.forget(null)
      return noStop(candle)
    }
    this.#target = 'long'
    this.#said = { stopPrice: decision.stop, trailingStop: decision.exits.trailingStop }
    return { decision }
  }

  #add(i: number, candle: Candle): Step {
    const model = this.#model
    const addition = this.#strategy.adds[model.added - 1]
    if (addition === undefined) return NONE
    const { condition, size } = addition
    const reason = `safety order ${model.added}: ${this.#explain([{ name: null, condition }], i)}`
    const average = model.held.entry
    return {
      decision: additionAt(this.#strategy, candle.close, {
        ...this.#said,
        size,
        average,
        age: model.trade('age', i),
        reason: reason.slice(0, MAX_REASON),
      }),
    }
  }

  #move(i: number, candle: Candle): Step {
    const reason = explainMove(this.#strategy.moves, (tree) => this.#value(tree, i))
    const decision = stopAt(candle.close, this.#model.held.stop, reason)
    if (decision?.kind !== 'stop') return NONE
    this.#said = { ...this.#said, stopPrice: decision.stop }
    return { decision }
  }

  #exitReason(cause: Cause, i: number): string {
    const { exits } = this.#strategy
    if (cause === 'rule')
      return this.#model.code?.exitReason ?? this.#explain(this.#strategy.exit, i)
    return exitText(cause, exits.maxHold)
  }

  /** The first of the rules that holds; all of them where none does any more. */
  #explain(rules: readonly Rule[], i: number): string {
    const value = (tree: Tree) => this.#value(tree, i)
    const holding = rules.filter(({ condition }) => value(condition) === 1)
    return (holding.length > 0 ? holding.slice(0, 1) : rules)
      .map((rule) => explain(rule, value))
      .join('; ')
      .slice(0, MAX_REASON)
  }

  #value(tree: Tree, i: number): number {
    const known = this.#values.get(tree) ?? compileTrade(tree, this.#graph, this.#model.trade)
    this.#values.set(tree, known)
    return known(i)
  }
}

function noStop({ close }: Candle): Step {
  return {
    refused: {
      code: 'stop_not_positive',
      message: `no entry at ${close}: no stop is possible above zero and below the price`,
    },
  }
}
