// Answers of an exchange with one thing changed in them: what a dialect makes of a field that is gone, or of a word that nobody knows.
import assert from 'node:assert/strict'
import type { ExchangeOrder } from '../../core/model/exchange.ts'
import type { Dialect, Question } from '../adapter/dialect.ts'
import { MARKET, type SandboxCheck } from './sandbox-checks.ts'
import { accepted, canceled, found, order } from './steps.ts'

interface Heard {
  readonly asked: string
  readonly body: unknown
  /** Of the order that was asked about. */
  readonly name?: string | undefined
  read(body: unknown): unknown
}

/** What was answered, and how the dialect reads it. */
export class Answers {
  readonly dialect: Dialect
  #heard: Heard[] | null = null

  constructor(dialect: Dialect) {
    const { placeOrder, orderById, cancelOrder, fills } = dialect
    this.dialect = {
      ...dialect,
      placeOrder: (market, sent) =>
        this.#listen('the answer to an order', placeOrder(market, sent), sent.clientOrderId),
      orderById: (market, name) =>
        orderById(market, name).map((one) => this.#listen('an order', one, name)),
      cancelOrder: (market, name, kind) =>
        cancelOrder(market, name, kind).map((one) => this.#listen('a cancel', one, name)),
      fills: (...args) => this.#listen('fills', fills(...args)),
    }
  }

  /** Those that can be read, of what is asked meanwhile. */
  async during(ask: () => Promise<void>): Promise<readonly Heard[]> {
    const heard: Heard[] = []
    this.#heard = heard
    await ask()
    this.#heard = null
    return heard.filter(({ read, body }) => !['missing', null].includes(read(body) as null))
  }

  #listen<T>(asked: string, question: Question<T>, name?: string): Question<T> {
    const read = (body: unknown) => {
      this.#heard?.push({ asked, name, body, read: question.read })
      return question.read(body)
    }
    return { ...question, read }
  }
}

export const TAMPERED: SandboxCheck = {
  name: 'an answer with a field that is gone, or with a word that nobody knows, is read as it was or not at all',
  run: async (venue) => {
    const { exchange, answers } = venue
    const stop = { type: 'stop_limit', timeInForce: 'GTC', side: 'sell' } as const
    const sent = [
      order(),
      order({ timeInForce: 'GTC', price: '49800' }),
      order({ ...stop, triggerPrice: '49800', price: '49000' }),
    ]
    const heard = await answers.during(async () => {
      for (const one of sent) {
        const { exchangeId } = accepted(await exchange.place(one))
        await found(venue, one)
        await exchange.fills(MARKET, exchangeId)
      }
      for (const waiting of sent.slice(1)) await canceled(venue, waiting)
    })
    assert.deepEqual([...new Set(heard.map(({ asked }) => asked))].toSorted(), [
      'a cancel',
      'an order',
      'fills',
      'the answer to an order',
    ])
    for (const one of heard) check(one)
  },
}

function check({ asked, name, body, read }: Heard): void {
  const truth = read(body)
  // It says no more than that it was heard, and nothing is concluded from it.
  if (truth === 'requested') return
  const names = new Set(JSON.stringify(truth).match(/(?<=")[^"]+(?=")/g))
  for (const path of pathsOf(body))
    for (const [how, value] of CHANGES) {
      const before = String(at(body, path))
      const made = read(changed(body, path, value))
      const where = `${asked} with ${how} at ${path.join('.')}`
      if (before === name) assert.equal(made, null, `${where}, where our name was`)
      // Another number is another order or trade: nobody can know.
      else if (made !== null && !(how === 'a word' && names.has(before)))
        assert.deepEqual(counted(made), counted(truth), where)
    }
}

/** The account has kinds of orders that this device never sends: what these are called tells nothing of ours. */
function counted(read: unknown): unknown {
  const { kind: _, triggers: __, ...rest } = read as Partial<ExchangeOrder>
  return rest
}

const CHANGES = [
  ['nothing', undefined],
  ['null', null],
  ['a word', 'NOBODY_KNOWS'],
] as const

type Path = readonly string[]

function pathsOf(body: unknown, before: Path = []): readonly Path[] {
  if (typeof body !== 'object' || body === null) return [before]
  return Object.entries(body).flatMap(([name, value]) => pathsOf(value, [...before, name]))
}

function at(body: unknown, path: Path): unknown {
  return path.reduce<unknown>((one, name) => Reflect.get(one as object, name), body)
}

/** A copy; without the field for undefined. */
function changed(body: unknown, path: Path, value: unknown): unknown {
  const copy: unknown = structuredClone(body)
  const [name = '', ...above] = path.toReversed()
  const holder = at(copy, above.toReversed()) as object
  if (value === undefined) Reflect.deleteProperty(holder, name)
  else Reflect.set(holder, name, value)
  return copy
}
