// A request as OKX reads it: who signed it and when, its parameters, and the order in it.
import type { OrderRequest, Order as VenueOrder } from '@keyside/venue'
import Big from 'big.js'
import { z } from 'zod'
import type { Account } from '../exchange/account.ts'
import type { RestRequest } from '../exchange/http.ts'
import { parseJson } from '../exchange/parse-json.ts'
import { isHmac } from '../exchange/security.ts'
import type { Instrument } from '../market/instrument.ts'
import { refuse } from './errors.ts'

/** A request is refused when its stamp is so far from the venue's time, ms. */
const WINDOW_MS = 30_000

/** An order as it came. */
export interface OkxRequest extends OrderRequest<Big> {
  readonly instrument: Instrument
  /** `limit`, `ioc`, and `conditional` for a stop. */
  readonly ordType: string
}

export type OkxOrder = VenueOrder<Big, OkxRequest>

export type OkxParameters = Readonly<Record<string, string>>

/** What is left empty is left out: the venue's own client sends every name that an endpoint has. */
const isEmpty = (value: unknown) =>
  value === '' || value === null || (Array.isArray(value) && value.length === 0)
const parameters = z
  .record(z.string(), z.unknown())
  .transform((given) =>
    Object.fromEntries(Object.entries(given).filter(([, one]) => !isEmpty(one))),
  )
  .pipe(z.record(z.string(), z.string()))

/** Throws a VenueRefusal. Every value is text, as the documentation has it; a list of one is that one. */
export function parametersOf({ route, query, body }: RestRequest): OkxParameters {
  if (route.startsWith('GET '))
    return parameters.parse(Object.fromEntries(new URLSearchParams(query)))
  const read = parseJson(body)
  const { data } = z.union([parameters, z.tuple([parameters])]).safeParse(read)
  if (data === undefined) throw refuse('not_json')
  return Array.isArray(data) ? data[0] : data
}

/** Throws a VenueRefusal for a key, a passphrase or a signature that is not right. */
export function accountOf(
  accounts: readonly Account[],
  request: RestRequest,
  now: number,
): Account {
  const header = (name: string) => {
    const value = request.headers[name]
    if (typeof value === 'string' && value !== '') return value
    throw refuse('missing_header', name.toUpperCase())
  }
  const account = accounts.find(({ apiKey }) => apiKey === header('ok-access-key'))
  if (account === undefined) throw refuse('key_refused')
  if (account.passphrase !== header('ok-access-passphrase')) throw refuse('bad_passphrase')
  const stamp = header('ok-access-timestamp')
  checkTime(stamp, now)
  const [method = '', path = ''] = request.route.split(' ')
  const query = request.query === '' ? '' : `?${request.query}`
  if (
    !isSigned(account, `${stamp}${method}${path}${query}${request.body}`, header('ok-access-sign'))
  )
    throw refuse('bad_signature')
  return account
}

function checkTime(stamp: string, now: number): void {
  const at = Date.parse(stamp)
  if (!(Math.abs(now - at) <= WINDOW_MS)) throw refuse('expired')
}

function isSigned({ credential }: Account, payload: string, signature: string): boolean {
  return (
    'secret' in credential && isHmac(credential.secret, payload, Buffer.from(signature, 'base64'))
  )
}

/** Throws a VenueRefusal. */
export function required(parameters: OkxParameters, name: string): string {
  const value = parameters[name]
  if (value === undefined || value === '') throw refuse('missing_parameter', name)
  return value
}

/** Throws a VenueRefusal for a name that the endpoint does not have: the venue passes it over, and a mistake would not show. */
export function checkNames(parameters: OkxParameters, names: readonly string[]): void {
  for (const name of Object.keys(parameters))
    if (!names.includes(name)) throw refuse('bad_parameter', name)
}

/** By which those who wrote a client credit themselves; the venue passes it over. */
const TAG = 'tag'

export const ORDER_NAMES = [
  'instId',
  'tdMode',
  'clOrdId',
  'side',
  'ordType',
  'sz',
  'px',
  'stpMode',
  TAG,
]
export const STOP_NAMES = [
  'instId',
  'tdMode',
  'algoClOrdId',
  'side',
  'ordType',
  'sz',
  'slTriggerPx',
  'slTriggerPxType',
  'slOrdPx',
  TAG,
]

export const CANCEL_NAMES = ['instId', 'ordId', 'clOrdId', TAG]
export const STOP_CANCEL_NAMES = ['instId', 'algoId', 'algoClOrdId', TAG]

/** Throws a VenueRefusal. */
export function orderOf(
  parameters: OkxParameters,
  { account, instrument }: { account: string; instrument: Instrument },
): OkxRequest {
  const ordType = oneOf(parameters, 'ordType', ['limit', 'ioc', 'fok'])
  if ('stpMode' in parameters)
    oneOf(parameters, 'stpMode', ['cancel_maker', 'cancel_taker', 'cancel_both'])
  const timeInForce = ordType === 'limit' ? 'GTC' : ordType === 'ioc' ? 'IOC' : 'FOK'
  return {
    ...common(parameters, 'clOrdId', { account, instrument }),
    ordType,
    type: 'limit',
    timeInForce,
    price: amount(parameters, 'px'),
  }
}

/** Throws a VenueRefusal. Of the two kinds of triggers the one that ends a loss. */
export function stopOf(
  parameters: OkxParameters,
  { account, instrument }: { account: string; instrument: Instrument },
): OkxRequest {
  oneOf({ slTriggerPxType: 'last', ...parameters }, 'slTriggerPxType', ['last'])
  return {
    ...common(parameters, 'algoClOrdId', { account, instrument }),
    ordType: oneOf(parameters, 'ordType', ['conditional']),
    type: 'stop_limit',
    timeInForce: 'GTC',
    price: amount(parameters, 'slOrdPx'),
    triggerPrice: amount(parameters, 'slTriggerPx'),
  }
}

function common(
  parameters: OkxParameters,
  nameOf: string,
  { account, instrument }: { account: string; instrument: Instrument },
) {
  oneOf(parameters, 'tdMode', ['cash'])
  const clientOrderId = parameters[nameOf] ?? ''
  if (!/^[A-Za-z0-9]{0,32}$/.test(clientOrderId)) throw refuse('bad_parameter', nameOf)
  return {
    account,
    instrument,
    market: instrument.symbol,
    clientOrderId,
    side: oneOf(parameters, 'side', ['buy', 'sell'] as const),
    amount: amount(parameters, 'sz'),
  }
}

function amount(parameters: OkxParameters, name: string): Big {
  const text = required(parameters, name)
  if (!/^\d{1,12}(\.\d{1,18})?$/.test(text) || new Big(text).eq(0))
    throw refuse('bad_parameter', name)
  return new Big(text)
}

/** Throws a VenueRefusal. */
export function oneOf<T extends string>(
  parameters: OkxParameters,
  name: string,
  words: readonly T[],
): T {
  const given = required(parameters, name)
  const word = words.find((one) => one === given)
  if (word === undefined) throw refuse('bad_parameter', name)
  return word
}
