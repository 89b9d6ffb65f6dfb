// A trader who closes, raises stops and takes entries back: reads what would be done, and says yes soon, late, twice or never.
import type { Answer, Command, ReportEvent } from '../../protocol/index.ts'
import type { Random } from '../base/random.ts'

type Instruction = Command['instruction']

export interface WaysOutOptions {
  readonly random: Random
  /** Runs it so many ms later. */
  readonly after: (ms: number, run: () => void) => void
  readonly command: (instruction: Instruction) => undefined
  /** Streams that hold something. */
  readonly held: () => readonly string[]
  readonly onYes: (shown: Extract<Answer, { about: 'close' }>) => void
}

const NAMES = ['btc', 'eth', 'alpha', 'beta', 'north/alpha', 'BTC/USDT', 'all'] as const
const PARTS = [100, 100, 100, 50, 50, 30, 7, 99]
/** Of a price in the simulation's markets: some stand above it, most below, many below the stop. */
const STOPS = ['0.1', '0.3', '1', '2', '5', '9', '40']
/** Ids that are tried to be taken back. */
const ORDERS_KEPT = 20

export class WaysOutTrader {
  readonly #options: WaysOutOptions
  /** Sales and stops, whose hashes reports tell. */
  readonly #ways: string[] = []

  constructor(options: WaysOutOptions) {
    this.#options = options
  }

  ask(): undefined {
    const { random, command } = this.#options
    const what = random.between(0, 9)
    const held = this.#options.held()
    const named = held.length > 0 && random.chance(0.7) ? random.pick(held) : random.pick(NAMES)
    if (what < 5)
      return command({
        do: 'close',
        ...(named !== 'all' && { what: named }),
        percent: random.pick(PARTS),
      })
    if (what < 8) return command({ do: 'protect', what: named, to: this.#stop() })
    const order = what === 8 || this.#ways.length === 0 ? undefined : random.pick(this.#ways)
    command({ do: 'cancel', ...(order !== undefined && { order }) })
  }

  #stop(): Extract<Instruction, { do: 'protect' }>['to'] {
    const { random } = this.#options
    if (random.chance(0.3)) return { unit: 'entry' }
    return { unit: 'percent', value: random.pick(STOPS) }
  }

  read(event: ReportEvent): undefined {
    if (event.type === 'order' && event.order.kind !== 'entry') this.#keep(event.order.id)
    if (event.type !== 'answer') return
    const { answer } = event
    if (answer.about === 'close') return this.#answerClose(answer)
    if (answer.about === 'protect') return this.#answerProtect(answer)
    if (answer.about === 'entries') return this.#answerEntries(answer)
  }

  #keep(order: string): void {
    this.#ways.push(order)
    if (this.#ways.length > ORDERS_KEPT) this.#ways.shift()
  }

  #answerClose(answer: Extract<Answer, { about: 'close' }>): undefined {
    const { what, percent, shown } = answer
    this.#say(() => {
      this.#options.onYes(answer)
      this.#options.command({ do: 'close', ...(what !== undefined && { what }), percent, shown })
    })
  }

  #answerProtect({ what, to, shown }: Extract<Answer, { about: 'protect' }>): undefined {
    const stop = { unit: 'price', value: to } as const
    this.#say(() => this.#options.command({ do: 'protect', what, to: stop, shown }))
  }

  #answerEntries({ rows }: Extract<Answer, { about: 'entries' }>): undefined {
    if (rows.length === 0) return
    const { id: order } = this.#options.random.pick(rows).order
    this.#say(() => this.#options.command({ do: 'cancel', order }))
  }

  #say(yes: () => void): undefined {
    const { random, after } = this.#options
    const times = random.pick([0, 1, 1, 1, 2, 3])
    for (let time = 0; time < times; time += 1)
      after(random.between(200, random.chance(0.7) ? 4_000 : 30_000), yes)
  }
}
