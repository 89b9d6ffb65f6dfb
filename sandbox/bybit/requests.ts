// A request as Bybit reads it: who signed it and when, its parameters, and the order in it.
import type { OrderRequest, Order as VenueOrder } from '@keyside/venue'
import Big from 'big.js'
import { z } from 'zod'
import type { Account } from '../exchange/account.ts'
import type { RestRequest } from '../exchange/http.ts'
import { parseJson } from '../exchange/parse-json.ts'
import { isHmac } from '../exchange/security.ts'
import type { Instrument } from '../market/instrument.ts'
import { refuse } from './errors.ts'

/** How far ahead of the venue's time a stamp may be, ms. */
const AHEAD_MS = 1_000

/** An order as it came. */
export interface BybitRequest extends OrderRequest<Big> {
  readonly instrument: Instrument
  readonly orderFilter: 'Order' | 'tpslOrder'
  /** The price when it came. */
  readonly basePrice: Big
}

export type BybitOrder = VenueOrder<Big, BybitRequest>

export type BybitParameters = Readonly<Record<string, string | number>>

const parameters = z.record(z.string(), z.union([z.string(), z.number()]))

/** Throws a VenueRefusal. */
export function parametersOf({ route, query, body }: RestRequest): BybitParameters {
  if (route.startsWith('GET ')) return Object.fromEntries(new URLSearchParams(query))
  const { data } = parameters.safeParse(parseJson(body))
  if (data === undefined) throw refuse('bad_parameter', 'json')
  return data
}

/** Throws a VenueRefusal for a key, a moment or a signature that is not right. */
export function accountOf(
  accounts: readonly Account[],
  { headers, route, query, body }: RestRequest,
  now: number,
): Account {
  const header = (name: string) => String(headers[`x-bapi-${name}`] ?? '')
  const account = accounts.find(({ apiKey }) => apiKey === header('api-key'))
  if (account === undefined) throw refuse('key_refused')
  const [stamp, window] = [header('timestamp'), header('recv-window')]
  const isTimely = now - Number(window) <= Number(stamp) && Number(stamp) < now + AHEAD_MS
  if (!isTimely) throw refuse('untimely')
  const what = route.startsWith('GET ') ? query : body
  const payload = `${stamp}${account.apiKey}${window}${what}`
  const { credential } = account
  const signature = Buffer.from(header('sign'), 'hex')
  if (!('secret' in credential) || !isHmac(credential.secret, payload, signature))
    throw refuse('bad_signature')
  return account
}

/** Throws a VenueRefusal for a name that the endpoint does not have: the venue passes it over, and a mistake would not show. */
export function checkNames(given: BybitParameters, names: readonly string[]): void {
  for (const name of Object.keys(given))
    if (!names.includes(name)) throw refuse('bad_parameter', name)
}

/** Throws a VenueRefusal unless it is a text that is not empty. */
export function required(given: BybitParameters, name: string): string {
  const value = given[name]
  if (typeof value !== 'string' || value === '') throw refuse('bad_parameter', name)
  return value
}

/** Throws a VenueRefusal. */
export function oneOf<T extends string>(
  given: BybitParameters,
  name: string,
  words: readonly T[],
): T {
  const word = words.find((one) => one === given[name])
  if (word === undefined) throw refuse('bad_parameter', name)
  return word
}

export const ORDER_NAMES = [
  'category',
  'symbol',
  'side',
  'orderType',
  'qty',
  'price',
  'orderLinkId',
  'isLeverage',
  'orderFilter',
  'timeInForce',
  'smpType',
  'triggerPrice',
]

/** Throws a VenueRefusal. A stop is told no direction here. */
export function orderOf(
  given: BybitParameters,
  { account, instrument, basePrice }: Pick<BybitRequest, 'account' | 'instrument' | 'basePrice'>,
): BybitRequest {
  oneOf(given, 'orderType', ['Limit'])
  // A number as documented, 0 when left out; whatever is not 0 borrows.
  if (given['isLeverage'] !== undefined && given['isLeverage'] !== 0)
    throw refuse('bad_parameter', 'isLeverage')
  if ('smpType' in given) oneOf(given, 'smpType', ['CancelMaker', 'CancelTaker', 'CancelBoth'])
  const clientOrderId = required(given, 'orderLinkId')
  if (!/^[A-Za-z0-9_-]{1,36}$/.test(clientOrderId)) throw refuse('bad_parameter', 'orderLinkId')
  const orderFilter = oneOf({ orderFilter: 'Order', ...given }, 'orderFilter', [
    'Order',
    'tpslOrder',
  ])
  const order = {
    account,
    instrument,
    basePrice,
    orderFilter,
    market: instrument.symbol,
    clientOrderId,
    side: oneOf(given, 'side', ['Buy', 'Sell']) === 'Buy' ? ('buy' as const) : ('sell' as const),
    timeInForce: oneOf(given, 'timeInForce', ['GTC', 'IOC', 'FOK']),
    amount: amount(given, 'qty'),
    price: amount(given, 'price'),
  }
  return orderFilter === 'Order'
    ? { ...order, type: 'limit' }
    : { ...order, type: 'stop_limit', triggerPrice: amount(given, 'triggerPrice') }
}

function amount(given: BybitParameters, name: string): Big {
  const text = required(given, name)
  if (!/^\d{1,12}(\.\d{1,18})?$/.test(text) || new Big(text).eq(0))
    throw refuse('bad_parameter', name)
  return new Big(text)
}
