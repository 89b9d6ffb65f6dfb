// The streams of programs: opened and ended as the list of programs says, beside those of the strategies.
import type { Logger, Retry } from '@keyside/runtime'
import { planTrouble, unlistedPlan } from './plan-trouble.ts'
import type { ListedProgram } from './programs/program-list.ts'
import type { Outbox } from './publish/outbox.ts'
import type { Plans } from './publish/plans.ts'
import { type Steps, withRetry } from './slices.ts'

export interface ProgramStreamsOptions {
  /** Of programs that name none. */
  readonly plan: string | undefined
  readonly list: () => readonly ListedProgram[]
  /** Shared with the strategies. */
  readonly plans: Plans
  /** Whether a strategy has the stream. */
  readonly isStrategy: (stream: string) => boolean
  readonly outbox: Outbox
  /** Heads name the stream from now on, or no more. */
  readonly follow: (stream: string, plan: string) => void
  readonly unfollow: (stream: string) => void
  readonly isListed?: (plan: string, market: string) => boolean
  readonly work: (steps: Steps) => void
  readonly retry: Retry
  readonly log: Logger
}

export class ProgramStreams {
  readonly #options: ProgramStreamsOptions
  readonly #running = new Map<string, ListedProgram>()
  #applied: readonly ListedProgram[] = []
  /** Streams that the next commit opens. */
  #opened: string[] = []

  constructor(options: ProgramStreamsOptions) {
    this.#options = options
  }

  /** The program that speaks for the stream now. */
  of(stream: string): ListedProgram | null {
    return this.#running.get(stream) ?? null
  }

  /** When the list may have changed. */
  apply(): void {
    const listed = this.#options.list()
    if (listed === this.#applied) return
    this.#applied = listed
    const same = (one: ListedProgram) => JSON.stringify(one)
    const wanted = new Map(listed.map((one) => [one.stream, one]))
    for (const one of [...this.#running.values()]) {
      const next = wanted.get(one.stream)
      if (next === undefined || same(next) !== same(one)) this.#end(one)
    }
    this.#options.work(this.#open(listed.filter(({ stream }) => !this.#running.has(stream))))
  }

  /** The streams that were opened are stored. */
  committed(): void {
    for (const stream of this.#opened) {
      const plan = this.#options.plans.of(stream)
      if (plan !== undefined) this.#options.follow(stream, plan)
    }
    this.#opened = []
  }

  /** The streams of a plan, as subscribers are told. */
  catalogue(plan: string) {
    return this.#options.plans.streams(plan).flatMap((stream) => {
      const market = this.#running.get(stream)?.market
      return market ? { stream, market, timeframe: '1m', about: '' } : []
    })
  }

  /** When another keyset is published. */
  warnUnlisted(): void {
    for (const one of this.#running.values()) this.#warnUnlisted(one)
  }

  *#open(listed: readonly ListedProgram[]): Steps {
    for (const one of listed) {
      yield* withRetry(this.#options.retry, () => this.#openOne(one))
      yield undefined
    }
  }

  #openOne(one: ListedProgram): void {
    const { outbox, plans, isStrategy, log } = this.#options
    const { program, stream, market } = one
    const plan = this.#planOf(one)
    if (isStrategy(stream)) {
      const message = `the stream "${stream}" belongs to a strategy: give the program ${program} another one`
      log.error({ code: 'program_stream_taken', program }, message)
      return
    }
    const trouble = planTrouble({ name: stream, plan, market }, outbox.standing(stream), plans)
    if (trouble !== null) {
      log.error({ code: trouble.code, program }, trouble.message)
      return
    }
    outbox.openStream({ name: stream, plan, market })
    plans.add(stream, plan)
    this.#running.set(stream, one)
    this.#opened.push(stream)
    log.info({ program, stream, plan, market }, 'program in force')
    this.#warnUnlisted(one)
  }

  #end({ program, stream }: ListedProgram): void {
    const { outbox, plans, unfollow, log } = this.#options
    const position = outbox.standing(stream)?.position
    const message = `the program ${program} was removed or changed: its key counts no more, and what ${stream} holds stays as it is`
    log.warn({ program, stream, position }, message)
    this.#running.delete(stream)
    plans.remove(stream)
    unfollow(stream)
  }

  #warnUnlisted(one: ListedProgram): void {
    const { isListed = () => true, log } = this.#options
    const { stream, market } = one
    const plan = this.#planOf(one)
    if (isListed(plan, market)) return
    log.error({ code: 'plan_unlisted', stream, plan, market }, unlistedPlan(stream, plan, market))
  }

  #planOf({ plan, stream }: ListedProgram): string {
    return plan ?? this.#options.plan ?? stream
  }
}
