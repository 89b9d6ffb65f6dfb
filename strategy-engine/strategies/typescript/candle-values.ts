// What a strategy's code may look at, in its own realm: values of candles that have closed, and whether all that was
// looked at is known. Like guest.ts, evaluated there by its text: it names nothing but its arguments and the language.
import type { Condition, Context, Rules, Series } from './keyside.d.ts'

export interface Built {
  readonly market: string
  readonly timeframe: string
  readonly params: Readonly<Record<string, number>>
  /** There are safety orders. */
  readonly adds: boolean
  /** Each answer is asked for several times at many candles: the last one counts. */
  readonly again: boolean
}

export interface Limits {
  /** Of a file, characters. */
  readonly file: number
  readonly series: number
  readonly ago: number
  /** Of what is asked for, characters. */
  readonly text: number
  /** Of a reason, characters. */
  readonly reason: number
  /** Values that a reason names. */
  readonly phrases: number
}

interface Read {
  readonly text: string
  readonly kind: 'series' | 'rule'
  readonly at: number
}

/** A strategy that was built, and what it remembers. */
export interface Instance {
  readonly about: Built
  readonly reads: readonly Read[]
  readonly rules: Rules | null
  inbox: Float64Array
  /** Which candle it is at, from 0. */
  now: number
  closed: number
  /** What was read in candle() is not known. */
  unknown: boolean
  reason: string
  stop: number
  part: number
  readonly context: Context
  /** With what build() gave back. */
  begin(rules: unknown): void
  /** The values that lie in the inbox. */
  take(): void
}

export interface CandleValues {
  /** A mistake of the strategy, with its sentence. */
  readonly Wrong: new (
    message: string,
  ) => { readonly message: string }
  /** Of the question that is being answered: whether something that was read is not known, and what was read. */
  readonly asked: { unknown: boolean; read: Read[] }
  readonly make: (about: Built) => Instance
  readonly show: (value: unknown) => string
  readonly phrase: (instance: Instance, of: Read) => string
}

export function candleValues(figure: (value: number) => string, limits: Limits): CandleValues {
  const Values = Float64Array
  const { entries, keys } = Object
  /** Values that are kept of each series: more than `ago` reaches. */
  const KEPT = 1024
  const asked: CandleValues['asked'] = { unknown: false, read: [] }

  class Wrong {
    readonly message: string
    constructor(message: string) {
      this.message = message
    }
  }

  class Closed implements Instance {
    readonly reads: Read[] = []
    readonly about: Built
    inbox = new Values(0)
    past = new Values(0)
    now = -1
    closed = 0
    isOpen = true
    /** What was read in candle() is not known. */
    unknown = false
    rules: Rules | null = null
    reason = ''
    stop = NaN
    part = 1

    constructor(about: Built) {
      this.about = about
    }

    begin(rules: unknown): void {
      this.isOpen = false
      const is = rules as Partial<Record<keyof Rules, unknown>> | null
      if (typeof is !== 'object' || is === null || typeof is.enter !== 'function')
        throw new Wrong('build() gives back an object with the function "enter"')
      for (const name of keys(is)) {
        if (name !== 'candle' && name !== 'enter' && name !== 'exit')
          throw new Wrong(`build() gave back "${name}": expected candle, enter and exit`)
        if (is[name] !== undefined && typeof is[name] !== 'function')
          throw new Wrong(`"${name}" is no function`)
      }
      this.rules = is as Rules
      this.inbox = new Values(this.reads.length)
      this.past = new Values(this.reads.length * KEPT).fill(NaN)
    }

    take(): void {
      this.now += 1
      const slot = this.now % KEPT
      for (let at = 0; at < this.reads.length; at++)
        this.past[at * KEPT + slot] = this.inbox[at] as number
    }

    at(of: Read, candles: number): number {
      if (this.rules === null || this.now < 0)
        throw new Wrong(`"${of.text}" has no value before the first candle: read it in enter()`)
      if (!Number.isInteger(candles) || candles < 0 || candles > limits.ago)
        throw new Wrong(
          `ago(${show(candles)}) of "${of.text}": expected a whole number from 0 to ${limits.ago} of candles that have closed`,
        )
      const value =
        candles > this.now
          ? NaN
          : (this.past[of.at * KEPT + ((this.now - candles) % KEPT)] as number)
      if (Number.isNaN(value)) asked.unknown = true
      asked.read.push(of)
      return value
    }

    isKnown(of: Read): boolean {
      return this.now >= 0 && !Number.isNaN(this.past[of.at * KEPT + (this.now % KEPT)] as number)
    }

    ask(text: unknown, kind: Read['kind']): Read {
      if (!this.isOpen) throw new Wrong(`${kind}() is called in build(), before the first candle`)
      if (typeof text !== 'string' || text.trim() === '' || text.length > limits.text)
        throw new Wrong(`${kind}(${show(text)}): expected a text such as "ema(9)"`)
      const known = this.reads.find((one) => one.text === text && one.kind === kind)
      if (known !== undefined) return known
      if (this.reads.length >= limits.series)
        throw new Wrong(`a strategy reads ${limits.series} different series at most`)
      const made: Read = { text, kind, at: this.reads.length }
      this.reads.push(made)
      return made
    }

    series(text: unknown): Series {
      const of = this.ask(text, 'series')
      const self = this
      return {
        get value() {
          return self.at(of, 0)
        },
        ago: (candles) => self.at(of, candles),
        get isKnown() {
          return self.isKnown(of)
        },
        get said() {
          return phrase(self, of)
        },
        toString: () => of.text,
      } as Series
    }

    rule(text: unknown): Condition {
      const of = this.ask(text, 'rule')
      const self = this
      return {
        get holds() {
          return self.at(of, 0) === 1
        },
        ago: (candles) => self.at(of, candles) === 1,
        get isKnown() {
          return self.isKnown(of)
        },
      }
    }

    get context(): Context {
      const self = this
      const { market, timeframe, params } = this.about
      return {
        market,
        timeframe: timeframe as Context['timeframe'],
        param: (name) => {
          const [, value] = entries(params).find(([key]) => key === name) ?? []
          if (value === undefined) throw new Wrong(`there is no param "${show(name)}"`)
          return value
        },
        series: (text) => self.series(text),
        rule: (text) => self.rule(text),
        indicator: (
          name,
          parameters = [],
          { of, output, timeframe: frame, market: other } = {},
        ) => {
          const values = [...(of === undefined ? [] : [`${of}`]), ...parameters]
          const call = values.length === 0 ? name : `${name}(${values.join(', ')})`
          const place = [other, frame].filter((part) => part !== undefined).join(' ')
          const part = output === undefined ? call : `${call}.${output}`
          return self.series(place === '' ? part : `${part} @ ${place}`)
        },
        get closed() {
          return self.closed
        },
      }
    }
  }

  function phrase(instance: Closed, of: Read): string {
    const value = instance.at(of, 0)
    if (of.kind === 'rule') return value === 1 ? of.text : `no ${of.text}`
    return `${of.text} ${Number.isFinite(value) ? figure(value) : 'unknown'}`
  }

  function show(value: unknown): string {
    try {
      return `${typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value)}`.slice(
        0,
        40,
      )
    } catch {
      return typeof value
    }
  }

  return {
    Wrong,
    asked,
    show,
    make: (about) => new Closed(about),
    phrase: (instance, of) => phrase(instance as Closed, of),
  }
}
