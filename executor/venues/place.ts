// Sends one order, once.
import { positiveDecimal } from '@keyside/protocol'
import { z } from 'zod'
import type { Placed, WireOrder } from '../core/model/exchange.ts'
import { classify } from './classify.ts'
import type { Line } from './line.ts'
import { fromPlaced, toVenue, type VenueMarket } from './map.ts'

const base = {
  clientOrderId: z.string().regex(/^[0-9a-f]{32}$/),
  market: z.string(),
  side: z.enum(['buy', 'sell']),
  amount: positiveDecimal,
  price: positiveDecimal,
}

/** ccxt would send a negative amount, an unknown side or a foreign parameter as they are. */
const wireOrder = z.union([
  z.strictObject({ ...base, type: z.enum(['ioc', 'rest']) }),
  z.strictObject({ ...base, type: z.literal('stop'), stop: positiveDecimal }),
])

export async function place(
  line: Line,
  market: VenueMarket | undefined,
  order: WireOrder,
): Promise<Placed> {
  if (!wireOrder.safeParse(order).success)
    return notSent('order_malformed', 'the order is malformed and was not sent')
  if (market === undefined)
    return notSent('exchange_market_unknown', `${order.market} is not among the loaded markets`)
  const reply = await line.ask((api) => api.privatePostOrder(toVenue(order, market.id)))
  if (reply.got !== 'answer') return classify(reply)
  const placed = fromPlaced(reply.body, order, market.id)
  if (placed !== null) return { outcome: 'accepted', order: placed }
  return { outcome: 'unknown', message: 'the answer is not about the order that was sent' }
}

function notSent(code: 'order_malformed' | 'exchange_market_unknown', message: string): Placed {
  return { outcome: 'turned_down', code, message }
}
