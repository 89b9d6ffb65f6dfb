// What a message may change: a forged one only adds its refusal, and equivocation stops its provider.

import type { Input } from '../executor/core/execution/inputs.ts'
import type { State } from '../executor/core/model/state.ts'
import { streamName } from '../protocol/index.ts'
import type { Ledger } from './ledger.ts'
import type { Simulation } from './simulation.ts'

export class MessageEffects {
  readonly #simulation: Simulation
  readonly #ledger: Ledger

  constructor(simulation: Simulation, ledger: Ledger) {
    this.#simulation = simulation
    this.#ledger = ledger
  }

  /** `expected` is empty where the message may be refused or be no news, as its age will have it: it was genuine once. */
  onForged(before: State, after: State, expected: readonly string[]): undefined {
    // A signal that contradicts another one still does when it is repeated, also after the trader has cleared the equivocation.
    const shown = expected.length === 0 ? withoutEquivocations : whole
    if (shown(before) !== shown(after))
      return this.#simulation.violate('a forged message changes nothing', this.#ledger.last)
    if (expected.length === 0) return
    const counted = after.session.refusals.kept > before.session.refusals.kept
    const isTold = after.session.refusals !== before.session.refusals
    const code = this.#ledger.refusals.at(-1) ?? 'none'
    if (!counted && !(isTold && expected.includes(code)))
      this.#simulation.violate('a forged message is refused', `${expected.join()}, not ${code}`)
  }

  onHeard({ portfolio }: State, input: Input, after: State): undefined {
    if (input.type !== 'signal') return
    const { claims, hash } = input
    const known = portfolio.streams[streamName(claims.iss, claims.sub)]
    // Of a revoked key, or before a stream has begun anew: it is refused for that.
    const isRevoked = portfolio.providers[input.provider]?.revoked.includes(input.kid)
    if (isRevoked || known?.base === 'awaited' || claims.iat < (known?.floor ?? 0)) return
    const isOther = claims.seq === known?.seq && hash !== known.hash
    const hasOther = claims.seq - 1 === known?.seq && claims.prev !== known.hash
    const { equivocations = [] } = after.portfolio.providers[input.provider] ?? {}
    if ((isOther || hasOther) && equivocations.length === 0)
      this.#simulation.violate(
        'two signals with one number stop their provider',
        `${claims.sub} ${claims.seq}`,
      )
  }
}

function whole({ portfolio }: State): string {
  return JSON.stringify(portfolio)
}

function withoutEquivocations({ portfolio }: State): string {
  return JSON.stringify(portfolio, (name, value) => (name === 'equivocations' ? [] : value))
}
