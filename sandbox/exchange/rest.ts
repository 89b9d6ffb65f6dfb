// A REST request's way: endpoint, weight, key, signature, time, parameters, answer.
import type { Account } from './account.ts'
import { refuse } from './errors.ts'
import type { Limits } from './limits.ts'
import type { OrderMarks } from './order.ts'
import { Parameters } from './parameters.ts'
import { checkSignature, checkTime, findAccount, withoutSignature } from './security.ts'
import type { Endpoint, Endpoints, Venue } from './venue.ts'

export interface RestRequest {
  /** Method and path. */
  readonly route: string
  readonly query: string
  readonly body: string
  readonly apiKey: string | undefined
}

/** A request that passed everything but its own rules; `account` is undefined for a public one. */
export interface Admitted {
  readonly endpoint: Endpoint
  readonly parameters: Parameters
  readonly account: Account | undefined
}

const SIGNED_RULES = {
  timestamp: 'required',
  recvWindow: 'optional',
  signature: 'required',
} as const

export class Rest {
  readonly #venue: Venue
  readonly #endpoints: Endpoints
  readonly #limits: Limits

  constructor(venue: Venue, endpoints: Endpoints, limits: Limits) {
    this.#venue = venue
    this.#endpoints = endpoints
    this.#limits = limits
  }

  knows(route: string): boolean {
    return Object.hasOwn(this.#endpoints, route)
  }

  /** Throws an ExchangeError. */
  admit(request: RestRequest): Admitted {
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
  answer({ endpoint, parameters, account }: Admitted, marks: OrderMarks): unknown {
    if (endpoint.access === 'public') return endpoint.answer({ parameters, marks })
    if (account === undefined) throw refuse('bad_key_format')
    checkTime(parameters, this.#venue.now())
    return endpoint.answer({ parameters, marks, account })
  }

  #authenticate(request: RestRequest, parameters: Parameters): Account {
    const account = findAccount(this.#venue.accounts, request.apiKey)
    checkTime(parameters, this.#venue.now())
    const payload = withoutSignature(request.query) + withoutSignature(request.body)
    checkSignature(account, payload, parameters.required('signature'))
    return account
  }
}
