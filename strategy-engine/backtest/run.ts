// Runs strategies over candles of the past: decided by the same model as live, filled by an account of each.
import { TIMEFRAMES, type Timeframe } from '../market/candle.ts'
import type { CandleColumns } from '../market/candle-columns.ts'
import type { ExitRules } from '../strategies/candle-exits.ts'
import { eachBlock, graphFor } from '../strategies/compile/code.ts'
import { BLOCK, type Graph } from '../strategies/compile/graph.ts'
import { timeLeft } from '../strategies/exit-prices.ts'
import type { Size, Strategy } from '../strategies/file/strategy.ts'
import { Model } from '../strategies/model.ts'
import { Account } from './account.ts'
import type { Backtested } from './backtested.ts'
import { Fills, type Keeper } from './fills.ts'
import type { AccountEnd, AccountOptions, EntryOrder, Ledger } from './ledger.ts'
import { measure } from './metrics.ts'
import { ledgerOf } from './trades.ts'

export type RunOptions = Omit<AccountOptions, 'seconds' | 'validFor'>

/** What a run looks at beside its own candles. */
export interface Beside {
  /** Finer candles of the same market, to say what came first within one. */
  readonly detail?: { readonly timeframe: Timeframe; readonly candles: CandleColumns } | undefined
  /** Of other markets that rules name: at the same indices, NaN where there is none. */
  readonly others?: ReadonlyMap<string, CandleColumns> | undefined
}

export interface RunInput extends Beside {
  /** Of the strategies' market and timeframe, oldest first; places may be missing. */
  readonly candles: CandleColumns
  /** Places where shorter candles are missing that these were made of. */
  readonly thin?: Backtested['thin'] | undefined
  readonly options: RunOptions
  /** Index of the first candle at which an entry may be decided; those before are only known. */
  readonly decideFrom?: number | undefined
  /** Told now and then which part is done, 0 to 1. */
  readonly onProgress?: ((part: number) => void) | undefined
}

export function runBacktest(strategy: Strategy, input: RunInput): Backtested {
  const { candles, detail, options } = input
  const [done] = run([strategy], input)
  if (done === undefined) throw new Error('one strategy, one result')
  const { ledger, warmup } = done
  const seconds = TIMEFRAMES[strategy.timeframe]
  const slip = (options.spread / 2 + options.slippage) / 100
  const cost = (1 + slip) * (1 + options.fee / 100) - 1
  return {
    name: strategy.name,
    market: strategy.market,
    timeframe: strategy.timeframe,
    options: accountOptions(strategy, options),
    candles,
    detail: detail?.timeframe ?? null,
    warmup,
    gaps: gapsIn(candles, seconds).length,
    thin: input.thin ?? null,
    ledger,
    ...measure(ledger, candles, { seconds, cost }),
  }
}

interface Run {
  readonly ledger: Ledger
  /** Candles before the first at which an entry could be decided. */
  readonly warmup: number
}

/** All of one market and timeframe. */
export function run(strategies: readonly Strategy[], input: RunInput): readonly Run[] {
  return runKept(strategies, input, () => new Fills()).map(({ kept, end, warmup }) => ({
    ledger: ledgerOf(end, kept, input.options),
    warmup,
  }))
}

interface Kept<K> extends Omit<Run, 'ledger'> {
  readonly end: AccountEnd
  readonly kept: K
}

/**
 * As `run`, where what is kept of the fills is another thing than all of them. Each series is computed once, whatever
 * number of strategies reads it.
 */
export function runKept<K extends Keeper>(
  strategies: readonly Strategy[],
  input: RunInput,
  keep: () => K,
): readonly Kept<K>[] {
  const { candles, detail, others, options, decideFrom = 0, onProgress } = input
  const timeframe = strategies[0]?.timeframe ?? '1m'
  const graph = graphFor(strategies, timeframe)
  // Orders are filled at openings: read in their order they are there then, fetched one by one each is waited for.
  graph.series({ is: 'price', name: 'open' })
  const gaps = gapsIn(candles, TIMEFRAMES[timeframe])
  const runners = strategies.map((strategy) => {
    const kept = keep()
    const finer = detail?.candles ?? null
    const account = new Account(candles, finer, accountOptions(strategy, options), kept)
    return { kept, runner: new Runner(strategy, graph, account, decideFrom) }
  })
  let gap = 0
  eachBlock(strategies, { begin: 0, end: candles.length }, (from, to) => {
    graph.feed(candles, from, to, others)
    const first = gap
    while ((gaps[gap] ?? to) < to) gap += 1
    const inside = gaps.slice(first, gap)
    for (const { runner } of runners) runner.block(from, to, inside)
    if (to % BLOCK === 0 || to === candles.length) onProgress?.(to / candles.length)
  })
  return runners.map(({ kept, runner }) => ({
    kept,
    end: runner.finish(),
    warmup: runner.warmup,
  }))
}

const NONE: ExitRules['takeProfits'] = []

/** One strategy with its account. */
class Runner {
  readonly #strategy: Strategy
  readonly #size: Asked
  readonly #adds: readonly Asked[]
  readonly #model: Model
  readonly #account: Account
  readonly #decideFrom: number

  constructor(strategy: Strategy, graph: Graph, account: Account, decideFrom: number) {
    this.#strategy = strategy
    this.#size = numberOf(strategy.size)
    this.#adds = strategy.adds.map(({ size }) => numberOf(size))
    this.#model = new Model(strategy, graph)
    this.#account = account
    this.#decideFrom = Math.max(decideFrom, this.#model.warmup)
  }

  get warmup(): number {
    return this.#model.warmup
  }

  /** Candles from <= i < to, which the graph was fed last. The candle after a gap may end a position and begin none. */
  block(from: number, to: number, gaps: readonly number[]): void {
    let next = Math.max(from, this.#decideFrom)
    for (const gap of gaps) {
      if (gap < next) continue
      this.#scan(from, next, gap, true)
      this.#scan(from, gap, gap + 1, false)
      next = gap + 1
    }
    this.#scan(from, next, to, true)
  }

  finish(): AccountEnd {
    return this.#account.finish()
  }

  #scan(block: number, from: number, to: number, mayEnter: boolean): void {
    this.#model.buysMore = mayEnter
    for (let i = from; i < to; i++) {
      i = block + this.#model.scan(i - block, to - block)
      if (i >= to) return
      this.#decide(block, i, mayEnter)
    }
  }

  #decide(block: number, at: number, mayEnter: boolean): void {
    const model = this.#model
    if (model.decided === 'exit') this.#account.leave(at, model.cause)
    else if (model.decided === 'move') this.#account.moveStop(at, model.held.stop)
    else if (mayEnter) this.#account.enter(at, this.#order(at - block))
    else model.forget(null)
  }

  /** At candle `i` of the block. */
  #order(i: number): EntryOrder {
    const { exits } = this.#strategy
    const model = this.#model
    const asked = model.decided === 'add' ? this.#adds[model.added - 1] : this.#size
    const { stop, takeProfits, trailingStop, breakEven } = model.rules
    // An account counts from its newest entry, as a device does.
    const age = model.trade('age', i)
    const left = (seconds: number) => (age === 0 ? seconds : timeLeft(seconds, age))
    // The model uses its own again for the next entry.
    const rules: ExitRules = {
      stop,
      takeProfits:
        takeProfits.length === 0
          ? NONE
          : takeProfits.map((level) => ({
              ...level,
              after: level.after === 0 ? 0 : left(level.after),
            })),
      trailingStop: trailingStop === null ? null : { ...trailingStop },
      breakEven,
      maxHold: exits.maxHold === undefined ? null : left(exits.maxHold),
    }
    const size = sizeAt(asked ?? this.#size, model.held.entry, stop)
    const part = model.code?.part ?? 1
    return { size: part === 1 ? size : { ...size, value: size.value * part }, rules }
  }
}

type Asked = EntryOrder['size'] | { readonly unit: 'risk'; readonly value: number }

function numberOf({ unit, value }: Size): Asked {
  return { unit, value: Number(value) }
}

/** What is lost at the stop says how much is bought by risk: never more than the allocation. */
function sizeAt(asked: Asked, price: number, stop: number): EntryOrder['size'] {
  if (asked.unit !== 'risk') return asked
  const lost = ((price - stop) / price) * 100
  return { unit: 'percent', value: Math.min(100, (asked.value / lost) * 100) }
}

function accountOptions(strategy: Strategy, options: RunOptions): AccountOptions {
  return { ...options, seconds: TIMEFRAMES[strategy.timeframe], validFor: strategy.validFor }
}

/** Indices of candles that do not follow the one before at once. */
function gapsIn({ start, length }: CandleColumns, seconds: number): readonly number[] {
  const gaps: number[] = []
  /** Candles never lie closer than `seconds`: where the first and the last are as far apart as they can be, none is missing. */
  const look = (from: number, to: number): void => {
    if ((start[to] as number) - (start[from] as number) === (to - from) * seconds) return
    if (to - from === 1) {
      gaps.push(to)
      return
    }
    const middle = (from + to) >> 1
    look(from, middle)
    look(middle, to)
  }
  if (length > 1) look(0, length - 1)
  return gaps
}
