// Bybit's spot API as an unmodified ccxt speaks it: endpoints over the same venue as the other dialects'.
import type { OrderEffects } from '@keyside/venue'
import type { Answer } from '../exchange/control.ts'
import type { SaidWrong } from '../exchange/faults.ts'
import type { Face, RestRequest } from '../exchange/http.ts'
import { accountRoutes, NEW_BYBIT_ORDER, type SignedRoute } from './account-routes.ts'
import type { BybitContext, BybitRoute } from './context.ts'
import { BYBIT_ERRORS, BybitError, refuse } from './errors.ts'
import { marketRoutes } from './market-routes.ts'
import { accountOf, checkNames, parametersOf } from './requests.ts'

export class BybitFace implements Face {
  readonly headers = {}
  readonly #context: BybitContext
  readonly #open: Readonly<Record<string, BybitRoute>>
  readonly #signed: Readonly<Record<string, SignedRoute>>

  constructor(context: BybitContext) {
    this.#context = context
    this.#open = marketRoutes(context)
    this.#signed = accountRoutes(context)
  }

  knows(route: string): boolean {
    return Object.hasOwn(this.#open, route) || Object.hasOwn(this.#signed, route)
  }

  isNewOrder(route: string): boolean {
    return route === NEW_BYBIT_ORDER
  }

  admit(request: RestRequest): (effects: OrderEffects) => unknown {
    const signed = this.#signed[request.route]
    const route = this.#open[request.route]
    const { accounts, now } = this.#context
    const account = signed === undefined ? undefined : accountOf(accounts, request, now())
    if (signed?.right === 'trade' && !account?.rights.enableSpotAndMarginTrading)
      throw refuse('no_permission')
    const parameters = parametersOf(request)
    checkNames(parameters, (signed ?? route)?.names ?? [])
    return (effects) => {
      if (signed === undefined || account === undefined)
        return this.#said(route?.answer({ parameters, effects }) ?? {})
      // Waiting may lie in between.
      accountOf(accounts, request, now())
      return this.#said(signed.answer({ parameters, effects, account }))
    }
  }

  refused(error: unknown): Answer | null {
    if (!(error instanceof BybitError)) return null
    return { status: error.status, body: this.#said({}, error.retCode, error.message) }
  }

  wrong(what: SaidWrong, _answer: unknown): Answer {
    if (what === 'other_order')
      return { status: 200, body: this.#said({ orderId: '1', orderLinkId: 'another' }) }
    const { status, retCode, retMsg } = BYBIT_ERRORS[what]
    return { status, body: this.#said({}, retCode, retMsg) }
  }

  #said(result: object, retCode = 0, retMsg = 'OK'): object {
    return { retCode, retMsg, result, retExtInfo: {}, time: this.#context.now() }
  }
}
