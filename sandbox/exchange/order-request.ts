// Reads a new order from its parameters: which of them each type needs, and which it must not have.
import type { Instrument } from '../market/instrument.ts'
import { refuse } from './errors.ts'
import {
  ORDER_TYPES,
  type OrderRequest,
  type OrderType,
  type ResponseType,
  SELF_TRADE_PREVENTIONS,
  type SelfTradePrevention,
  type Side,
  type TimeInForce,
} from './order.ts'
import type { ParameterRules, Parameters } from './parameters.ts'

const DETAILS = ['timeInForce', 'quantity', 'quoteOrderQty', 'price', 'stopPrice'] as const

type Detail = (typeof DETAILS)[number]

// From "Additional mandatory parameters based on type" of the venue's POST /api/v3/order.
const NEEDED: Readonly<Record<OrderType, readonly Detail[]>> = {
  LIMIT: ['timeInForce', 'quantity', 'price'],
  MARKET: [],
  LIMIT_MAKER: ['quantity', 'price'],
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

/** `ownId` names an order that came without a name. Throws an ExchangeError. */
export function readOrder(
  parameters: Parameters,
  instrument: Instrument,
  ownId: () => string,
): OrderRequest {
  const type = oneOf(parameters.required('type'), ORDER_TYPES)
  if (type === undefined) throw refuse('bad_order_type')
  checkDetails(parameters, type)
  return {
    instrument,
    type,
    side: readSide(parameters),
    timeInForce: readTimeInForce(parameters),
    quantity: parameters.amount('quantity'),
    quoteQuantity: parameters.amount('quoteOrderQty'),
    price: parameters.amount('price'),
    stopPrice: parameters.amount('stopPrice'),
    clientOrderId: parameters.clientOrderId('newClientOrderId') ?? ownId(),
    selfTradePrevention: readSelfTradePrevention(parameters),
    responseType: readResponseType(parameters, type),
  }
}

function checkDetails(parameters: Parameters, type: OrderType): void {
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
  return side
}

function readTimeInForce(parameters: Parameters): TimeInForce {
  const given = oneOf(parameters.text('timeInForce') ?? 'GTC', ['GTC', 'IOC', 'FOK'] as const)
  if (given === undefined) throw refuse('bad_time_in_force')
  return given
}

/** Orders here meet the market alone, never each other: the mode is checked and told, and has nothing to prevent. */
function readSelfTradePrevention(parameters: Parameters): SelfTradePrevention {
  const given = parameters.text('selfTradePreventionMode') ?? 'EXPIRE_MAKER'
  if (given === 'NONE') throw refuse('bad_self_trade')
  const mode = oneOf(given, SELF_TRADE_PREVENTIONS)
  if (mode === undefined) throw refuse('bad_parameter', 'selfTradePreventionMode')
  return mode
}

function readResponseType(parameters: Parameters, type: OrderType): ResponseType {
  const usual = type === 'MARKET' || type === 'LIMIT' ? 'FULL' : 'ACK'
  const text = parameters.text('newOrderRespType') ?? usual
  const given = oneOf(text, ['ACK', 'RESULT', 'FULL'] as const)
  if (given === undefined) throw refuse('bad_response_type')
  return given
}

function oneOf<T extends string>(text: string, words: readonly T[]): T | undefined {
  return words.find((word) => word === text)
}
