// The imperative shell: decide, commit, fold, and only then do. One input at a time, all of it synchronous up to the effects.
import {
  type Clock,
  instant,
  isBusy,
  type KeysideError,
  type Logger,
  Retry,
  type Trace,
} from '@keyside/runtime'
import { stepOfCode } from './authenticator.ts'
import { decide } from './core/decide.ts'
import type { Environment, Input } from './core/execution/inputs.ts'
import { nextWakeup } from './core/execution/next-wakeup.ts'
import type { JournalEvent } from './core/model/events.ts'
import { EMPTY_SESSION } from './core/model/session.ts'
import type { State } from './core/model/state.ts'
import type { Policy } from './core/risk/policy/schema.ts'
import { type EffectOptions, runEffect } from './effects.ts'
import type { Journal, OutboxReport } from './journal/journal.ts'
import { Results } from './journal/results.ts'
import type { AskReplay } from './providers/replay.ts'
import type { ReportPublisher } from './report-publisher.ts'
import type { Exchange } from './venues/port.ts'

export interface ShellOptions {
  readonly journal: Journal
  readonly exchange: Exchange
  /** As it was accepted. */
  readonly policy: Policy
  /** Number of the chat's last change that it takes the place of. */
  readonly tighteningsEnded?: number
  readonly clientOrderId: Environment['clientOrderId']
  /** Of the trader's authenticator; null without one. */
  readonly codeSecret: Uint8Array | null
  /** What the venue itself has not shown of what an entry relies on: names of claims. */
  readonly unproved: () => readonly string[]
  readonly publisher: Pick<ReportPublisher, 'send'>
  /** How the link to the home broker is; absent where it never leaves this machine. */
  readonly homeLink?: () => Environment['homeLink']
  /** Asks a provider for signals that were missed. */
  readonly replay?: (effect: AskReplay) => Promise<Input | null>
  readonly clock: Clock
  readonly trace: Trace
  readonly log: Pick<Logger, 'error'>
  /** The journal cannot be written. */
  readonly onFailure: (error: KeysideError) => void
  /** Another program has held the journal for ten seconds; and it has let go. */
  readonly onHeld?: (state: 'held' | 'free') => void
}

/** Between two looks, ms: a due question that cannot be asked must not spin. */
const MIN_WAIT_MS = 20
const MAX_WAIT_MS = 60_000
/** The trader is told of a lock that lasted longer, ms. */
const TOLD_MS = 5_000

/** Whether the input must be taken before those that wait. */
function isHalt(input: Input): boolean {
  return (
    input.type === 'halt' || (input.type === 'command' && input.claims.instruction.do === 'halt')
  )
}

export class Shell {
  readonly #options: ShellOptions
  readonly #effects: EffectOptions
  readonly #retry: Retry
  #state: State
  #cancelTimer: () => void = () => undefined
  #life: 'running' | 'failed' | 'stopped' = 'running'

  /** Folded and idle: it wants the input `started` first. Throws `journal_damaged`. */
  constructor(options: ShellOptions) {
    this.#options = options
    this.#effects = {
      ...options,
      results: new Results(),
      take: (input) => this.tryTake(input),
    }
    this.#state = { portfolio: options.journal.fold(), session: EMPTY_SESSION }
    this.#retry = new Retry({
      clock: options.clock,
      file: 'the journal',
      warn: (sentence) => options.log.error({ code: 'database_busy' }, sentence),
      onLong: () => options.onHeld?.('held'),
      onFree: (heldMs) => this.#wasHeld(heldMs),
    })
  }

  state(): State {
    return this.#state
  }

  /**
   * Durable when it returns; while another program holds the journal, inputs wait in their order and are decided anew
   * then. Throws `journal_failed`, then and for ever after.
   */
  take(input: Input): void {
    void this.whenTaken(input)
  }

  /** As `take`; durable when it returns undefined, or when the promise resolves. */
  whenTaken(input: Input): Promise<void> | undefined {
    // A tick is dropped while others wait: each of them does the same work.
    if (input.type === 'tick' && this.#retry.waits()) return undefined
    return this.#retry.whenDone(() => this.#take(input), { urgent: isHalt(input) })
  }

  #take(input: Input): void {
    if (this.#life === 'stopped') return
    if (this.#life === 'failed') throw new Error('the journal has failed: nothing is accepted')
    const environment = environmentOf(this.#options)
    const decision = decide(this.#state, input, environment)
    const reports = this.#commit(
      decision.events,
      decision.reports,
      environment.now,
      decision.state.portfolio,
    )
    // From here to the effects nothing comes between: an order's request leaves with them.
    const committed = instant()
    const before = this.#state
    this.#state = decision.state
    // Only after the events that ask for them are durable.
    for (const effect of decision.effects) runEffect(effect, this.#effects)
    this.#options.publisher.send(reports)
    this.#traceEvents(input, decision.events, before, committed)
    // Node writes a request in the next turn of this queue: the timer comes behind it.
    process.nextTick(() => this.#setTimer())
  }

  #commit(...args: Parameters<Journal['append']>): readonly OutboxReport[] {
    try {
      return this.#options.journal.append(...args)
    } catch (error) {
      if (isBusy(error)) throw error
      this.#life = 'failed'
      this.#cancelTimer()
      this.#options.onFailure(error as KeysideError)
      throw error
    }
  }

  #traceEvents(
    input: Input,
    events: readonly JournalEvent[],
    before: State,
    committed: number,
  ): void {
    const { trace } = this.#options
    if (input.type === 'signal') trace('journaled', input.claims.jti, committed)
    for (const event of events) {
      const id = 'clientOrderId' in event ? event.clientOrderId : ''
      // An order that is over is in the state of before alone.
      const order = this.#state.portfolio.orders[id] ?? before.portfolio.orders[id]
      const signal = order?.signal
      if (signal === undefined || event.type !== 'step') continue
      if (event.event === 'prompt' || event.event === 'initialize')
        trace('policy', signal, committed)
      if (event.event === 'initialize') trace('approved', signal, committed)
      // However it was learned: with the answer to the order, or when it was asked for again.
      if (event.event === 'complete') trace('filled', signal, committed)
    }
  }

  #setTimer(): void {
    this.#cancelTimer()
    if (this.#life !== 'running') return
    const due = nextWakeup(this.#state)
    if (due === null) return
    const wait = Math.min(Math.max(due - this.#options.clock.now(), MIN_WAIT_MS), MAX_WAIT_MS)
    this.#cancelTimer = this.#options.clock.after(wait, () => this.tryTake({ type: 'tick' }))
  }

  /** For inputs that nobody waits for: a failure has been told by `onFailure` already. */
  tryTake(input: Input): void {
    try {
      if (this.#life !== 'running') return
      this.whenTaken(input)?.catch((error: unknown) => this.#notTaken(input, error))
    } catch (error) {
      this.#notTaken(input, error)
    }
  }

  #notTaken(input: Input, error: unknown): void {
    this.#options.log.error({ err: error, input: input.type }, 'input not taken')
  }

  #wasHeld(heldMs: number): void {
    this.#options.onHeld?.('free')
    if (heldMs < TOLD_MS) return
    const message = `another program held the journal for ${Math.round(heldMs / 1000)} s, and nothing could be done meanwhile: look whether a backup or a virus scanner can leave it out`
    this.tryTake({ type: 'notice', notice: { level: 'warning', code: 'database_busy', message } })
  }

  stop(): void {
    this.#life = 'stopped'
    this.#retry.stop()
    this.#cancelTimer()
  }
}

/** What the core may look at now. */
export function environmentOf({
  exchange,
  policy,
  tighteningsEnded = 0,
  clientOrderId,
  codeSecret,
  unproved,
  homeLink,
  clock,
}: Pick<
  ShellOptions,
  | 'exchange'
  | 'policy'
  | 'tighteningsEnded'
  | 'clientOrderId'
  | 'codeSecret'
  | 'unproved'
  | 'homeLink'
  | 'clock'
>): Environment {
  const now = clock.now()
  return {
    now,
    policy,
    tighteningsEnded,
    clientOrderId,
    stepOfCode: codeSecret === null ? 'unset' : (code) => stepOfCode(codeSecret, code, now),
    homeLink: homeLink?.() ?? 'local',
    exchange: {
      name: exchange.name,
      unproved: unproved(),
      money: exchange.money,
      acceptanceWindowMs: exchange.acceptanceWindowMs,
      viewLagMs: exchange.viewLagMs,
      retention: exchange.retention,
      reachable: exchange.reachable(),
      skewMs: exchange.skewMs(),
      backoff: exchange.backoff(),
      requestBudget: exchange.requestBudget(),
      rules: (market) => exchange.rules(market),
      quote: (market) => exchange.quote(market),
      liquidity: (market) => exchange.liquidity(market),
    },
  }
}
