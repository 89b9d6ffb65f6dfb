// Reads a new order from its parameters: which of them each type needs, and which it must not have.
import type {
  OrderRequest,
  OrderType,
  Side,
  TimeInForce,
  Order as VenueOrder,
} from '@keyside/venue'
import type Big from 'big.js'
import type { Instrument } from '../market/instrument.ts'
import { refuse } from './errors.ts'
import type { ParameterRules, Parameters } from './parameters.ts'

/** The venue's words, and what each of them is. */
const TYPES = {
  LIMIT: 'limit',
  MARKET: 'market',
  STOP_LOSS: 'stop_market',
  STOP_LOSS_LIMIT: 'stop_limit',
  TAKE_PROFIT: 'take_profit_market',
  TAKE_PROFIT_LIMIT: 'take_profit_limit',
} as const satisfies Readonly<Record<string, OrderType>>

export type SpotOrderType = keyof typeof TYPES

export const ORDER_TYPES = Object.keys(TYPES) as SpotOrderType[]

export const SELF_TRADE_PREVENTIONS = ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'] as const

type SelfTradePrevention = (typeof SELF_TRADE_PREVENTIONS)[number]
type ResponseType = 'ACK' | 'RESULT' | 'FULL'

/** An order as it came, with what only the dialect knows of it. */
export interface SpotRequest extends OrderRequest<Big> {
  readonly instrument: Instrument
  readonly spotType: SpotOrderType
  readonly selfTradePrevention: SelfTradePrevention
  readonly responseType: ResponseType
}

export type Order = VenueOrder<Big, SpotRequest>

const DETAILS = ['timeInForce', 'quantity', 'quoteOrderQty', 'price', 'stopPrice'] as const

type Detail = (typeof DETAILS)[number]

// From "Additional mandatory parameters based on type" of the venue's POST /api/v3/order.
const NEEDED: Readonly<Record<SpotOrderType, readonly Detail[]>> = {
  LIMIT: ['timeInForce', 'quantity', 'price'],
  MARKET: [],
  STOP_LOSS: ['quantity', 'stopPrice'],
  STOP_LOSS_LIMIT: ['timeInForce', 'quantity', 'price', 'stopPrice'],
  TAKE_PROFIT: ['quantity', 'stopPrice'],
  TAKE_PROFIT_LIMIT: ['timeInForce', 'quantity', 'price', 'stopPrice'],
}

export const ORDER_PARAMETERS: ParameterRules = {
  symbol: 'required',
  side: 'required',
  type: 'required',
  timeInForce: 'optional',
  quantity: 'optional',
  quoteOrderQty: 'optional',
  price: 'optional',
  stopPrice: 'optional',
  newClientOrderId: 'optional',
  newOrderRespType: 'optional',
  selfTradePreventionMode: 'optional',
}

export interface OrderSource {
  /** The account's name. */
  readonly account: string
  readonly instrument: Instrument
  /** Names an order that came without a name. */
  readonly ownId: () => string
}

/** Throws an ExchangeError. */
export function readOrder(parameters: Parameters, source: OrderSource): SpotRequest {
  const { account, instrument, ownId } = source
  const type = oneOf(parameters.required('type'), ORDER_TYPES)
  if (type === undefined) throw refuse('bad_order_type')
  checkDetails(parameters, type)
  return {
    account,
    instrument,
    market: instrument.symbol,
    type: TYPES[type],
    spotType: type,
    side: readSide(parameters),
    timeInForce: readTimeInForce(parameters),
    amount: parameters.amount('quantity'),
    value: parameters.amount('quoteOrderQty'),
    price: parameters.amount('price'),
    triggerPrice: parameters.amount('stopPrice'),
    clientOrderId: parameters.clientOrderId('newClientOrderId') ?? ownId(),
    selfTradePrevention: readSelfTradePrevention(parameters),
    responseType: readResponseType(parameters, type),
  }
}

function checkDetails(parameters: Parameters, type: SpotOrderType): void {
  const needed = NEEDED[type]
  const either: readonly Detail[] = type === 'MARKET' ? ['quantity', 'quoteOrderQty'] : []
  for (const name of needed) parameters.required(name)
  const given = either.filter((name) => parameters.has(name))
  if (either.length > 0 && given.length === 0)
    throw refuse('missing_either', 'quantity', 'quoteOrderQty')
  for (const name of DETAILS) {
    const allowed = needed.includes(name) || name === given[0]
    if (parameters.has(name) && !allowed) throw refuse('unneeded_parameter', name)
  }
}

function readSide(parameters: Parameters): Side {
  const side = oneOf(parameters.required('side'), ['BUY', 'SELL'] as const)
  if (side === undefined) throw refuse('bad_side')
  return side === 'BUY' ? 'buy' : 'sell'
}

function readTimeInForce(parameters: Parameters): TimeInForce {
  const given = oneOf(parameters.text('timeInForce') ?? 'GTC', ['GTC', 'IOC', 'FOK'] as const)
  if (given === undefined) throw refuse('bad_time_in_force')
  return given
}

/** Orders here fill against the market only, never against each other: the mode is checked and echoed, and never applies. */
function readSelfTradePrevention(parameters: Parameters): SelfTradePrevention {
  const given = parameters.text('selfTradePreventionMode') ?? 'EXPIRE_MAKER'
  if (given === 'NONE') throw refuse('bad_self_trade')
  const mode = oneOf(given, SELF_TRADE_PREVENTIONS)
  if (mode === undefined) throw refuse('bad_parameter', 'selfTradePreventionMode')
  return mode
}

function readResponseType(parameters: Parameters, type: SpotOrderType): ResponseType {
  const usual = type === 'MARKET' || type === 'LIMIT' ? 'FULL' : 'ACK'
  const text = parameters.text('newOrderRespType') ?? usual
  const given = oneOf(text, ['ACK', 'RESULT', 'FULL'] as const)
  if (given === undefined) throw refuse('bad_response_type')
  return given
}

function oneOf<T extends string>(text: string, words: readonly T[]): T | undefined {
  return words.find((word) => word === text)
}
