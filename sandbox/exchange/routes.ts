// Endpoints by method and path: some for everybody, some for whoever signs. What the OKX and the Bybit dialect have in common.
import type { OrderEffects } from '@keyside/venue'
import type { Account } from './account.ts'
import type { RestRequest } from './http.ts'

interface Call<P> {
  readonly parameters: P
  readonly effects: OrderEffects
}

export interface SignedCall<P> extends Call<P> {
  readonly account: Account
}

export interface Route<P, A, C = Call<P>> {
  readonly names: readonly string[]
  /** Throws an error of the dialect. */
  answer(call: C): A
}

export interface SignedRoute<P, A> extends Route<P, A, SignedCall<P>> {
  readonly right: 'read' | 'trade'
}

export interface RouteParts<P, A> {
  readonly open: Readonly<Record<string, Route<P, A>>>
  readonly signed: Readonly<Record<string, SignedRoute<P, A>>>
  /** Each throws an error of the dialect. */
  readonly accountOf: (request: RestRequest) => Account
  readonly parametersOf: (request: RestRequest) => P
  readonly checkNames: (given: P, names: readonly string[]) => void
  /** For a key that may not trade. */
  readonly noPermission: () => Error
  /** What is answered where no endpoint is there. */
  readonly nothing: A
}

export class Routes<P, A> {
  readonly #parts: RouteParts<P, A>

  constructor(parts: RouteParts<P, A>) {
    this.#parts = parts
  }

  knows(route: string): boolean {
    return Object.hasOwn(this.#parts.open, route) || Object.hasOwn(this.#parts.signed, route)
  }

  /** Throws errors of the dialect. */
  admit(request: RestRequest): (effects: OrderEffects) => A {
    const { accountOf, parametersOf, checkNames, noPermission, nothing } = this.#parts
    const signed = this.#parts.signed[request.route]
    const route = this.#parts.open[request.route]
    const account = signed === undefined ? undefined : accountOf(request)
    if (signed?.right === 'trade' && !account?.rights.enableSpotAndMarginTrading)
      throw noPermission()
    const parameters = parametersOf(request)
    checkNames(parameters, (signed ?? route)?.names ?? [])
    return (effects) => {
      if (signed === undefined || account === undefined)
        return route?.answer({ parameters, effects }) ?? nothing
      // Waiting may lie in between.
      accountOf(request)
      return signed.answer({ parameters, effects, account })
    }
  }
}
