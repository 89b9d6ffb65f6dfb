// Bybit's spot API as an unmodified ccxt speaks it: endpoints over the same venue as the other dialects'.
import type { OrderEffects } from '@keyside/venue'
import type { Answer } from '../exchange/control.ts'
import type { SaidWrong } from '../exchange/faults.ts'
import type { RestRequest, VenueApi } from '../exchange/http.ts'
import { Routes } from '../exchange/routes.ts'
import { VenueRefusal } from '../exchange/venue-refusal.ts'
import { accountRoutes, NEW_BYBIT_ORDER } from './account-routes.ts'
import type { BybitContext } from './context.ts'
import { BYBIT_ERRORS, refuse } from './errors.ts'
import { marketRoutes } from './market-routes.ts'
import { accountOf, type BybitParameters, checkNames, parametersOf } from './requests.ts'

export class BybitApi implements VenueApi {
  readonly headers = {}
  readonly #context: BybitContext
  readonly #routes: Routes<BybitParameters, object>

  constructor(context: BybitContext) {
    const { accounts, now } = context
    this.#context = context
    this.#routes = new Routes({
      open: marketRoutes(context),
      signed: accountRoutes(context),
      accountOf: (request) => accountOf(accounts, request, now()),
      parametersOf,
      checkNames,
      noPermission: () => refuse('no_permission'),
      nothing: {},
    })
  }

  knows(route: string): boolean {
    return this.#routes.knows(route)
  }

  isNewOrder(route: string): boolean {
    return route === NEW_BYBIT_ORDER
  }

  admit(request: RestRequest): (effects: OrderEffects) => unknown {
    const answer = this.#routes.admit(request)
    return (effects) => this.#said(answer(effects))
  }

  refused(error: unknown): Answer | null {
    if (!(error instanceof VenueRefusal)) return null
    return { status: error.status, body: this.#said({}, Number(error.code), error.message) }
  }

  wrong(what: SaidWrong, _answer: unknown): Answer {
    if (what === 'other_order')
      return { status: 200, body: this.#said({ orderId: '1', orderLinkId: 'another' }) }
    const { status, code, msg } = BYBIT_ERRORS[what]
    return { status, body: this.#said({}, code, msg) }
  }

  #said(result: object, retCode = 0, retMsg = 'OK'): object {
    return { retCode, retMsg, result, retExtInfo: {}, time: this.#context.now() }
  }
}
