// Promises about what the trader asks for: a yes sells once, no more than it was shown, and no way out is taken back.
import type { JournalEvent } from '../../executor/core/model/events.ts'
import type { NewOrder, OrderKind } from '../../executor/core/model/order.ts'
import { positionKey } from '../../executor/core/model/position.ts'
import type { Answer } from '../../protocol/index.ts'

type Shown = Extract<Answer, { about: 'close' }>

/** One sale that a yes allows. */
interface Allowed {
  readonly shown: string
  /** By `positionKey`. */
  readonly position: string
  /** Base. */
  readonly amount: string
  readonly size: 'all' | 'part'
  uses: number
}

export class WaysOutJudge {
  readonly #violate: (invariant: string, message: string) => undefined
  readonly #kindOf: (clientOrderId: string) => OrderKind
  readonly #allowed: Allowed[] = []
  readonly #said = new Set<string>()

  constructor(
    violate: (invariant: string, message: string) => undefined,
    kindOf: (clientOrderId: string) => OrderKind,
  ) {
    this.#violate = violate
    this.#kindOf = kindOf
  }

  /** The trader says yes to it, perhaps not for the first time. */
  onYes({ shown, rows }: Shown): void {
    if (this.#said.has(shown)) return
    this.#said.add(shown)
    for (const { stream, market, amount, rest } of rows) {
      const position = positionKey({ stream, intent: { market } })
      const size = rest === undefined ? 'all' : 'part'
      this.#allowed.push({ shown, position, amount, size, uses: 0 })
    }
  }

  onFact(fact: JournalEvent): undefined {
    if (fact.type === 'closing' && fact.why === 'trader')
      return this.#use(fact.position, ({ size }) => size !== 'part', 'all of it')
    if (fact.type === 'ordered' && isPart(fact.order))
      return this.#use(
        positionKey(fact.order),
        ({ amount }) => amount === fact.order.intent.size.value,
        fact.order.intent.size.value,
      )
    const isTakenBack =
      fact.type === 'cancel_asked' || (fact.type === 'step' && fact.code === 'entry_canceled')
    if (isTakenBack && this.#kindOf(fact.clientOrderId) !== 'entry')
      return this.#violate('no way out is taken back from the chat', fact.clientOrderId)
  }

  /** Each sale by one yes, and each yes for one sale. */
  #use(position: string, fits: (one: Allowed) => boolean, what: string): undefined {
    const one = this.#allowed.find(
      (each) => each.position === position && each.uses === 0 && fits(each),
    )
    if (one === undefined)
      return this.#violate('a yes sells what was shown, once', `${position}: ${what}`)
    one.uses += 1
  }
}

/** One that was refused for want of coins comes once more. */
function isPart({ cause, again }: NewOrder): boolean {
  return cause === 'trader' && again === undefined
}
