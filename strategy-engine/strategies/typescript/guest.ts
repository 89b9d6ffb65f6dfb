// What stands around a strategy's code in its own realm. The text of these functions is evaluated there: they name
// nothing but their arguments and what the language itself has, and nothing of the host is ever given to them.

import type { Built, CandleValues, Instance, Limits } from './candle-values.ts'
import type { Held, Strategy } from './keyside.d.ts'

/** What the host may ask. Texts in and out, and numbers: no object of one realm is used in the other. */
export interface Guest {
  /** All keys but `build`, as JSON. */
  declaration(): string
  /** `about` is Built as JSON. Gives the number of what was built; `asked` says what it reads. */
  build(about: string): number
  /** JSON: what is read, in the order of the values, and as what. */
  asked(built: number): string
  /** Where the host lays the values of the next candle. */
  inbox(built: number): Float64Array
  /** At the next candle: 1 enters, 0 does not, NaN is unknown. */
  enter(built: number, closed: number): number
  exit(
    built: number,
    entry: number,
    firstEntry: number,
    profit: number,
    age: number,
    highest: number,
    lowest: number,
    candles: number,
  ): number
  /** Of the last answer that was yes. */
  reason(built: number): string
  /** NaN for none. */
  stop(built: number): number
  part(built: number): number
  /** What went wrong at the last call; empty for nothing. */
  failure(): string
}

/** Takes from the realm what is not of the candles: what is left is as it always was, and always says the same. */
export function bare(kept: readonly string[], absent: readonly string[]): void {
  const none = (name: string) => () => {
    throw new Error(`a strategy has no ${name}: it decides by candles alone`)
  }
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (!kept.includes(name)) delete (globalThis as Record<string, unknown>)[name]
  for (const name of absent)
    Object.defineProperty(globalThis, name, { get: none(name), configurable: false })
  Object.defineProperty(Math, 'random', { value: none('Math.random()'), writable: false })
}

/** `given` is filled by the file's `export default`. */
export function guest(
  given: { strategy?: Strategy },
  { Wrong, asked, make, show, phrase }: CandleValues,
  limits: Limits,
): Guest {
  const { keys } = Object
  let failed = ''

  /** Anything can be thrown, and anything can happen when it is looked at. */
  function told(thrown: unknown): string {
    if (thrown instanceof Wrong) return thrown.message
    try {
      const { name = '', message = '', stack = '' } = thrown as Error
      const [, line] = /strategy\.ts:(\d+):\d+/.exec(`${stack}`) ?? []
      const text = `${name}: ${message}` === ': ' ? show(thrown) : `${name}: ${message}`
      return `threw ${text.slice(0, 200)}${line === undefined ? '' : ` at line ${line}`}`
    } catch {
      return 'threw something that cannot be shown'
    }
  }

  /** What it gives, or `otherwise` and why not. */
  function guarded<T>(otherwise: T, run: () => T): T {
    failed = ''
    try {
      return run()
    } catch (thrown) {
      failed = 'threw something that cannot be shown'
      failed = told(thrown)
      return otherwise
    }
  }

  function because(instance: Instance, answer: unknown, what: string): string {
    if (typeof answer === 'string' && answer.trim() !== '') return answer.slice(0, limits.reason)
    const phrases = asked.read
      .filter((one, at) => asked.read.indexOf(one) === at)
      .slice(0, limits.phrases)
      .map((one) => phrase(instance, one))
    return phrases.length === 0 ? what : phrases.join(', ').slice(0, limits.reason)
  }

  function isPlain(answer: unknown): answer is object {
    return (
      typeof answer === 'object' &&
      answer !== null &&
      Object.getPrototypeOf(answer) === Object.prototype
    )
  }

  function entryOf(instance: Instance, answer: object): unknown {
    const is = answer as { reason?: unknown; stop?: unknown; part?: unknown }
    for (const name of keys(is))
      if (name !== 'reason' && name !== 'stop' && name !== 'part')
        throw new Wrong(`enter() gave "${name}": expected reason, stop and part`)
    const { reason, stop, part } = is
    if (stop !== undefined && typeof stop !== 'number')
      throw new Wrong(`enter() gave the stop ${show(stop)}: expected a distance, a number`)
    if (part !== undefined && (typeof part !== 'number' || !(part > 0 && part <= 1)))
      throw new Wrong(
        `enter() gave the part ${show(part)}: expected a number above 0 and at most 1`,
      )
    if (part !== undefined && part !== 1 && instance.about.adds)
      throw new Wrong('with safety orders enter() gives no part: their sizes are of the whole')
    if (reason !== undefined && typeof reason !== 'string')
      throw new Wrong(`enter() gave the reason ${show(reason)}: expected a text`)
    if (stop !== undefined && !Number.isFinite(stop)) asked.unknown = true
    instance.stop = stop ?? NaN
    instance.part = part ?? 1
    return reason
  }

  function answered(instance: Instance, what: 'enter' | 'exit', ask: () => unknown): number {
    const before = asked.unknown
    // So often that no count of them comes out the same.
    if (instance.about.again) for (let more = instance.now % 3; more > 0; more--) ask()
    asked.unknown = before
    asked.read = []
    const answer = ask()
    if (answer === false) return asked.unknown ? NaN : 0
    instance.part = 1
    instance.stop = NaN
    let reason = answer
    if (what === 'enter' && isPlain(answer)) reason = entryOf(instance, answer)
    else if (answer !== true && (typeof answer !== 'string' || answer.trim() === ''))
      throw new Wrong(
        `${what}() gave ${show(answer)}: expected true, false${what === 'enter' ? ', a reason, or { reason, stop, part }' : ' or a reason'}`,
      )
    if (asked.unknown) return NaN
    instance.reason = because(instance, reason, what)
    return 1
  }

  const built: Instance[] = []
  const of = (at: number) => built[at] as Instance
  return {
    declaration: () =>
      guarded('', () => {
        const { strategy } = given
        if (typeof strategy !== 'object' || strategy === null)
          throw new Wrong(
            'the default export is no strategy: "export default { … } satisfies Strategy"',
          )
        if (typeof strategy.build !== 'function')
          throw new Wrong('there is no "build(context)", which gives back enter and exit')
        return JSON.stringify({ ...strategy, build: undefined }, (key, value) => {
          if (typeof value === 'function' || typeof value === 'bigint' || typeof value === 'symbol')
            throw new Wrong(`"${key}" is a ${typeof value}: expected a text`)
          return value
        })
      }),
    build: (about) =>
      guarded(-1, () => {
        const instance = make(JSON.parse(about) as Built)
        instance.begin(given.strategy?.build(instance.context))
        return built.push(instance) - 1
      }),
    asked: (at) =>
      guarded('', () => JSON.stringify(of(at).reads.map(({ text, kind }) => ({ text, kind })))),
    inbox: (at) => of(at).inbox,
    enter: (at, closed) =>
      guarded(NaN, () => {
        const instance = of(at)
        instance.take()
        instance.closed = closed
        asked.unknown = false
        if (instance.rules?.candle?.() !== undefined)
          throw new Wrong('candle() gives nothing back, and waits for nothing')
        instance.unknown = asked.unknown
        return answered(instance, 'enter', () => instance.rules?.enter())
      }),
    exit: (at, entry, firstEntry, profit, age, highest, lowest, candles) =>
      guarded(NaN, () => {
        const instance = of(at)
        if (instance.rules?.exit === undefined) return 0
        const held: Held = { entry, firstEntry, profit, age, highest, lowest, candles }
        asked.unknown = instance.unknown
        return answered(instance, 'exit', () => instance.rules?.exit?.(held))
      }),
    reason: (at) => of(at).reason,
    stop: (at) => of(at).stop,
    part: (at) => of(at).part,
    failure: () => failed,
  }
}
