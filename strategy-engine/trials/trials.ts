// What a trader can do with strategies from the chat: look at all of them, try a rule, turn its params, end a trial.
import { basename, dirname } from 'node:path'
import { type ProviderResponse, type Signal, TRIAL_PLAN } from '@keyside/protocol'
import { openYaml } from '@keyside/runtime'
import type { StreamRow } from '../publish/outbox.ts'
import { readStrategy } from '../strategies/file/read-strategy.ts'
import type { Strategy } from '../strategies/file/strategy.ts'
import { isTypeScript } from '../strategies/read-strategy-file.ts'
import { ordersNothing } from '../strategies/said-parts.ts'
import { figure, type YearBacktest } from './compact.ts'
import { recordOf } from './record.ts'
import { clipped, shownRules } from './shown-rules.ts'
import { type FileInForce, MAX_MARKETS, MAX_NAME, MAX_TRIALS, trialStream } from './trial.ts'
import type { TrialFiles } from './trial-files.ts'
import { tuned } from './tune.ts'

export type Answer = ProviderResponse['answer']
type Row = Extract<Answer, { do: 'strategies' }>['rows'][number]

export interface TrialsOptions {
  readonly files: TrialFiles
  /** All files that the engine has read, those of trials too. */
  readonly inForce: () => readonly FileInForce[]
  readonly readText: (file: string) => string
  /** Looks at the files now. */
  readonly scan: () => void
  readonly outbox: {
    stream(name: string): StreamRow | null
    lastSignals(name: string, most: number): Signal[]
  }
  /** Why the engine would not run such a stream; null where it would. */
  readonly trouble: (
    stream: Pick<StreamRow, 'name' | 'plan' | 'market'>,
  ) => { readonly code: string; readonly message: string } | null
  /** Whether a program has the stream. */
  readonly isProgram: (stream: string) => boolean
  readonly backtest: (strategy: Strategy) => Promise<YearBacktest>
}

const MAX_ROWS = 40
const MAX_PROBLEMS = 5
/** Signals of a trial that its record is made of. */
const SIGNALS = 60
/** A line of code begins so, and none of a rule file. */
const CODE = /^\s*(?:import|export|const|let|var|function|class)\s/m

export class Trials {
  readonly #options: TrialsOptions
  #state: 'idle' | 'testing' = 'idle'

  constructor(options: TrialsOptions) {
    this.#options = options
  }

  /** A step for each row. */
  *list(): Generator<undefined, Answer> {
    const rows: Row[] = []
    const all = this.#all()
    for (const one of all.slice(0, MAX_ROWS)) {
      rows.push(this.#row(one))
      yield undefined
    }
    const more = all.length - rows.length
    return { do: 'strategies', rows, ...(more > 0 && { more }) }
  }

  show(name: string): Answer {
    const found = this.#find(name)
    if (found === null) return unknown(name)
    const { file, strategy } = found
    const markets = file.strategies.map(({ market }) => market)
    const { timeframe } = strategy
    const from = this.#from(file)
    return {
      do: 'strategy',
      name: strategy.name,
      from,
      markets,
      timeframe,
      ...shownRules(strategy),
    }
  }

  /** Never rejects for what the text says. */
  async try(text: string): Promise<Answer> {
    if (CODE.test(text)) return IS_CODE
    const read = readStrategy(text)
    if (!read.ok) {
      const told = read.problems.slice(0, MAX_PROBLEMS)
      const more = read.problems.length - told.length
      const problems = told.map(({ line, column, message }) => {
        return { line, column, message: clipped(message, 300) }
      })
      return { do: 'mistakes', problems, ...(more > 0 && { more }) }
    }
    const { strategies } = read
    const name = writtenName(text)
    const trouble = this.#trouble(name, strategies)
    if (trouble !== null) return trouble
    if (this.#state === 'testing') return BUSY
    this.#state = 'testing'
    try {
      const { files, scan, backtest } = this.#options
      const before = this.#before(name, strategies)
      files.write(name, text)
      scan()
      const [first] = strategies
      return {
        do: 'tried',
        name,
        streams: strategies.map((one) => trialStream(one.name)),
        markets: strategies.map(({ market }) => market),
        timeframe: first.timeframe,
        before,
        ...shownRules(first),
        backtest: ordersNothing(first) ? NOTHING_TO_TRY : await backtest(first),
      }
    } finally {
      this.#state = 'idle'
    }
  }

  async tune(name: string, params: Readonly<Record<string, number>>): Promise<Answer> {
    const found = this.#find(name)
    if (found === null) return unknown(name)
    const { file, strategy } = found
    if (isTypeScript(file.file)) return IS_CODE
    const text = tuned(this.#options.readText(file.file), strategy.params, params)
    if (text !== null) return await this.try(text)
    const has = Object.keys(strategy.params).join(', ') || 'none'
    return refused(
      'param_unknown',
      `${name} has no such param, or writes it over several lines (it has: ${has}): send the rule itself, with the value that you want`,
    )
  }

  drop(name: string): Answer {
    const { files, scan } = this.#options
    const found = this.#find(name)
    const base =
      found !== null && this.#from(found.file) === 'chat' ? baseOf(found.file.file) : name
    if (files.has(base)) {
      files.remove(base)
      scan()
      return { do: 'dropped', name: base }
    }
    if (found === null) return unknown(name)
    return refused(
      'strategy_of_device',
      `${name} is a file of the device, and what it holds needs its exits: /pause ${name} takes no entries of it any more. Its file is removed at the device`,
    )
  }

  #all(): readonly Found[] {
    return this.#options
      .inForce()
      .flatMap((file) => file.strategies.map((strategy) => ({ file, strategy })))
  }

  /** A stream by its name, or a trial by that of its rule. */
  #find(name: string): Found | null {
    const all = this.#all()
    const isTrial = ({ file }: Found) => this.#from(file) === 'chat' && baseOf(file.file) === name
    return all.find(({ strategy }) => strategy.name === name) ?? all.find(isTrial) ?? null
  }

  #from({ file }: FileInForce): 'chat' | 'device' {
    return dirname(file) === this.#options.files.path ? 'chat' : 'device'
  }

  #row({ file, strategy }: Found): Row {
    const { outbox, files } = this.#options
    const { name, market, timeframe } = strategy
    const from = this.#from(file)
    const { position = 'flat', seq: signals = 0 } = outbox.stream(name) ?? {}
    const row = { name, from, market, timeframe, position, signals }
    if (from === 'device') return row
    const since = files.since(baseOf(file.file))
    const own = outbox.lastSignals(name, SIGNALS).filter(({ iat }) => iat >= since)
    const { closed, won, percent } = recordOf(own)
    return { ...row, model: { since, closed, won, percent: figure(percent) } }
  }

  #before(name: string, strategies: readonly Strategy[]): 'nothing' | 'trial' | 'device' {
    const own = this.#all().filter(({ file }) => this.#from(file) === 'device')
    const isOwn = own.some(({ strategy }) => strategies.some((one) => one.name === strategy.name))
    if (isOwn) return 'device'
    return this.#options.files.has(name) ? 'trial' : 'nothing'
  }

  /** Why it cannot run, before anything is written. */
  #trouble(name: string, strategies: readonly Strategy[]): Answer | null {
    const { files, isProgram } = this.#options
    if (!files.has(name) && files.names.length >= MAX_TRIALS)
      return refused(
        'trials_full',
        `there are ${MAX_TRIALS} trials already: end one with "/strategy NAME stop", then send this again`,
      )
    if (strategies.length > MAX_MARKETS)
      return refused('trial_markets', `a trial has at most ${MAX_MARKETS} markets: name fewer`)
    for (const { name: own, market } of strategies) {
      if (own.length > MAX_NAME)
        return refused(
          'trial_name_long',
          `"${own}" has more than ${MAX_NAME} characters: choose a shorter name`,
        )
      const stream = trialStream(own)
      const owner = this.#all().find(({ strategy }) => strategy.name === stream)
      const isForeign = owner !== undefined && owner.file.file !== files.fileOf(name)
      if (isForeign || isProgram(stream) || isProgram(own))
        return refused('strategy_name_taken', `the name "${own}" is taken: choose another`)
      const trouble = this.#options.trouble({ name: stream, plan: TRIAL_PLAN, market })
      if (trouble !== null) return refused(trouble.code, trouble.message)
    }
    return null
  }
}

interface Found {
  readonly file: FileInForce
  readonly strategy: Strategy
}

/** Of a trial: what its rule is called. */
function baseOf(file: string): string {
  return basename(file, '.yaml')
}

/** Of a text that was found right. */
function writtenName(text: string): string {
  const opened = openYaml(text, { scalars: 'text' })
  if (!opened.ok) throw new Error('a strategy that is right is YAML')
  return String(opened.data['name'])
}

export function refused(code: string, message: string): Answer {
  return { do: 'refused', code, message: clipped(message, 500) }
}

function unknown(name: string): Answer {
  return refused(
    'strategy_unknown',
    `no strategy is called "${name}": /strategies shows those that run`,
  )
}

const NOTHING_TO_TRY = {
  ran: 'no',
  code: 'trial_orders_nothing',
  message: 'it has alerts alone and orders nothing: there is no past to try it on',
} as const
const IS_CODE = refused(
  'trial_is_code',
  'code does not come by chat: a strategy in TypeScript is put on the device itself. From here rules are taken, in YAML: docs/strategies.md',
)
const BUSY = refused(
  'backtest_busy',
  'another rule is being tried: send this one again in a few seconds',
)
