// A REST request's way: endpoint, weight, key, signature, time, parameters, answer.
import type { OrderEffects } from '@keyside/venue'
import type { Account } from './account.ts'
import type { Endpoint, Endpoints, ExchangeContext } from './context.ts'
import type { Answer } from './control.ts'
import { EXCHANGE_ERRORS, ExchangeError, refuse } from './errors.ts'
import type { SaidWrong } from './faults.ts'
import type { RestRequest, VenueApi } from './http.ts'
import { LIMITS, type Limits } from './limits.ts'
import { Parameters } from './parameters.ts'
import { checkSignature, checkTime, findAccount, withoutSignature } from './security.ts'

/** A request that passed everything but its own rules; `account` is undefined for a public one. */
interface Admitted {
  readonly endpoint: Endpoint
  readonly parameters: Parameters
  readonly account: Account | undefined
}

const SIGNED_RULES = {
  timestamp: 'required',
  recvWindow: 'optional',
  signature: 'required',
} as const

export const NEW_ORDER = 'POST /api/v3/order'

export class BinanceApi implements VenueApi {
  readonly #context: ExchangeContext
  readonly #endpoints: Endpoints
  readonly #limits: Limits

  constructor(context: ExchangeContext, endpoints: Endpoints, limits: Limits) {
    this.#context = context
    this.#endpoints = endpoints
    this.#limits = limits
  }

  knows(route: string): boolean {
    return Object.hasOwn(this.#endpoints, route)
  }

  isNewOrder(route: string): boolean {
    return route === NEW_ORDER
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#limits.headers
  }

  refused(error: unknown): Answer | null {
    if (!(error instanceof ExchangeError)) return null
    const { code, message, status, retryAfter } = error
    return { status, body: { code, msg: message }, retryAfter }
  }

  wrong(what: SaidWrong, answer: unknown): Answer {
    if (what === 'other_order') {
      const order = typeof answer === 'object' ? answer : {}
      return { status: 200, body: { ...order, orderId: 1, clientOrderId: 'somebody-elses-order' } }
    }
    const { status, code, msg } = EXCHANGE_ERRORS[what]
    return { status, body: { code, msg: msg.replace('%s', String(LIMITS.weight)) } }
  }

  /** Throws an ExchangeError. */
  admit(request: RestRequest): (effects: OrderEffects) => unknown {
    const admitted = this.#admit(request)
    return (effects) => this.#answer(admitted, effects)
  }

  #admit(request: RestRequest): Admitted {
    const endpoint = this.#endpoints[request.route]
    if (endpoint === undefined) throw refuse('not_in_sandbox')
    const parameters = Parameters.parse([request.query, request.body].filter(Boolean).join('&'))
    const { weight } = endpoint
    this.#limits.take(typeof weight === 'number' ? weight : weight(parameters))
    const account =
      endpoint.access === 'public' ? undefined : this.#authenticate(request, parameters)
    const mayTrade = account === undefined || account.rights.enableSpotAndMarginTrading
    if (endpoint.access === 'trade' && !mayTrade) throw refuse('key_refused')
    parameters.check({ ...endpoint.rules, ...(account === undefined ? {} : SIGNED_RULES) })
    return { endpoint, parameters, account }
  }

  /** Throws an ExchangeError. Time is checked again, because waiting may lie in between. */
  #answer({ endpoint, parameters, account }: Admitted, effects: OrderEffects): unknown {
    if (endpoint.access === 'public') return endpoint.answer({ parameters, effects })
    if (account === undefined) throw refuse('bad_key_format')
    checkTime(parameters, this.#context.now())
    return endpoint.answer({ parameters, effects, account })
  }

  #authenticate(request: RestRequest, parameters: Parameters): Account {
    const account = findAccount(this.#context.accounts, keyOf(request))
    checkTime(parameters, this.#context.now())
    const payload = withoutSignature(request.query) + withoutSignature(request.body)
    checkSignature(account, payload, parameters.required('signature'))
    return account
  }
}

function keyOf({ headers }: RestRequest): string | undefined {
  const key = headers['x-mbx-apikey']
  return typeof key === 'string' ? key : undefined
}
